/** Whether and when a failed attempt of a task is followed by another. Pure: the same call gives the same times. */
import { createHash } from "node:crypto";
import { pauseAfter } from "../protocol/backoff.js";
import type { TaskPolicy } from "../protocol/task-policy.js";
import { decode, type Encoded } from "../protocol/value.js";

/** What is known of an attempt that has failed. */
export interface FailedAttempt {
  readonly policy?: TaskPolicy;
  /** Its number, from 1. */
  readonly attempt: number;
  /** Equal for all attempts of the call, different between calls: what jitter is seeded with. */
  readonly seed: string;
  readonly error: Encoded;
}

/** When the next attempt may start (ms since the epoch, from `now` on); undefined when there is none. */
export function nextAttemptAt({ policy, attempt, seed, error }: FailedAttempt, now: number): number | undefined {
  const retry = policy?.retry;
  if (retry === undefined) return undefined;
  const pause = pauseAfter(retry, attempt, decode(error), () => fraction(`${seed}/${attempt}`));
  return pause === undefined ? undefined : now + pause;
}

/** A number in [0, 1) that depends on the text alone. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

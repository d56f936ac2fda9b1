/** When a failed attempt is followed by another: one rule for tasks, subscriptions and workflows. Pure. */
import type { RetryPolicy } from "./task-policy.js";

/**
 * The pause (ms) after attempt `attempt` (from 1) has failed with `thrown`; undefined when no other follows. `fraction`
 * gives a number in [0, 1) for the jitter, and is asked only where there is some.
 */
export function pauseAfter(
  retry: RetryPolicy,
  attempt: number,
  thrown: unknown,
  fraction: () => number,
): number | undefined {
  if (attempt >= (retry.maxAttempts ?? Number.POSITIVE_INFINITY)) return undefined;
  if (retry.nonRetryable.some((name) => namesOf(thrown).includes(name))) return undefined;
  const grown = retry.initialInterval * retry.backoffCoefficient ** (attempt - 1);
  const pause = Math.min(grown, retry.maximumInterval ?? Number.MAX_SAFE_INTEGER);
  return Math.ceil(retry.jitter ? pause * (0.5 + fraction() / 2) : pause);
}

/** The names by which a policy can speak of an error: its own, and that of its class. */
function namesOf(thrown: unknown): readonly string[] {
  return thrown instanceof Error ? [thrown.name, thrown.constructor.name] : [];
}

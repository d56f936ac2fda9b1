/** Waiting for a moment of the host's clock, for `run --until`. */
import { setTimeout as delay } from "node:timers/promises";

/** Longest sleep in one piece, ms: timers of Node cannot be longer than 24 days. */
const LONGEST_SLEEP_MS = 60_000;

/** Resolves when the host's clock has reached `at`, ms since the epoch. Does not keep the process alive. */
export async function wallClockAt(at: number): Promise<void> {
  for (let left = at - Date.now(); left > 0; left = at - Date.now()) {
    await delay(Math.min(left, LONGEST_SLEEP_MS), undefined, { ref: false });
  }
}

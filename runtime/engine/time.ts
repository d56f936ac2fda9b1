/**
 * Logical time: the clock's, but never behind what has been committed or given out. A host clock that is set back
 * stops logical time until it has caught up; it never turns it back (architecture §6, semantics §4 timers).
 */
import type { Clock } from "./clock.js";

/** Largest time that a Date can hold, ms since the epoch. */
const LAST_TIME = 8.64e15;

export class LogicalTime {
  readonly #clock: Clock;
  #latest: number;
  #committed: number;

  /** `committed`: largest logical time in the store, ms since the epoch. */
  constructor(clock: Clock, committed: number) {
    this.#clock = clock;
    this.#latest = committed;
    this.#committed = committed;
  }

  /** ms since the epoch, an integer. */
  now(): number {
    this.#latest = Math.max(this.#latest, Math.floor(this.#clock.now()));
    return this.#latest;
  }

  /** True when the store does not know that time has come as far as `now`. */
  isNews(now: number): boolean {
    return now > this.#committed;
  }

  committed(now: number): void {
    this.#committed = Math.max(this.#committed, now);
  }
}

/** The time of a timer as it is stored: an integer, not earlier than asked for, and one that a Date can hold. */
export function timerTime(at: number): number {
  return Math.min(LAST_TIME, Math.max(-LAST_TIME, Math.ceil(at)));
}

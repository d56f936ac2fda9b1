/**
 * Watches one engine thread from outside: the interrupt handler is not polled inside long built-in operations, so only
 * ending the thread ends those.
 *
 * The watch samples the thread's sight (messages.ts). A sample that shows the same call as the one before adds at most
 * one period to that call's time: a process that was stopped for an hour has not let anybody run for an hour.
 */
import { SIGHT } from "./messages.js";

/** The call that overstayed. */
export interface Overdue {
  /** `id` of the message it belongs to. */
  readonly message: number;
  /** Index of the request in that message. */
  readonly index: number;
  readonly allowedMs: number;
}

const PERIODS_PER_GRACE = 4;

export class Watchdog {
  readonly #sight: Int32Array;
  readonly #graceMs: number;
  readonly #periodMs: number;
  readonly #onOverdue: (overdue: Overdue) => void;
  #timer: NodeJS.Timeout | undefined;
  #call = 0;
  #seenMs = 0;
  #sampledAt = 0;

  /** `onOverdue` is called once; the watchdog has stopped by then. */
  constructor(sight: Int32Array, graceMs: number, onOverdue: (overdue: Overdue) => void) {
    this.#sight = sight;
    this.#graceMs = graceMs;
    this.#periodMs = Math.max(graceMs / PERIODS_PER_GRACE, 1);
    this.#onOverdue = onOverdue;
  }

  /** Watches from now on; called whenever the thread is given work. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#call = 0;
    this.#sampledAt = performance.now();
    this.#timer = setInterval(() => this.#sample(), this.#periodMs);
  }

  /** Stops watching; called when the thread has no work. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sample(): void {
    const now = performance.now();
    const elapsedMs = Math.min(now - this.#sampledAt, this.#periodMs);
    this.#sampledAt = now;
    const call = Atomics.load(this.#sight, SIGHT.call);
    if (call === 0 || call !== this.#call) {
      this.#call = call;
      this.#seenMs = 0;
      return;
    }
    this.#seenMs += elapsedMs;
    const allowedMs = Atomics.load(this.#sight, SIGHT.budgetMs);
    // One period less, for the time before the first sample.
    if (this.#seenMs < allowedMs + this.#graceMs - 2 * this.#periodMs) return;
    this.stop();
    this.#onOverdue({
      message: Atomics.load(this.#sight, SIGHT.message),
      index: Atomics.load(this.#sight, SIGHT.index),
      allowedMs,
    });
  }
}

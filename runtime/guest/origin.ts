/**
 * What a durable promise remembers of the operation behind it, as plain data: a timer that was cancelled because nobody
 * looked is armed again when somebody does, and a signal that waits in the buffer is taken when its promise is read.
 */
import { currentTurn } from "./current.js";
import type { BufferedSignal } from "./instance.js";

export type Origin = TimerOrigin | SignalOrigin;

export interface TimerOrigin {
  readonly kind: "timer";
  /** The number under which the timer is in `state.operations`, or was before it was cancelled. */
  seq: number;
  /** Due, ms since the epoch. */
  readonly at: number;
  cancelled: boolean;
}

export interface SignalOrigin {
  readonly kind: "signal";
  readonly signal: string;
  /** The buffered payload that this promise was fulfilled with while nobody looked. */
  readonly entry: BufferedSignal;
}

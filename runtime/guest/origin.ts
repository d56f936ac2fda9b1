/**
 * What a durable promise remembers of the operation behind it, as plain data: a timer that was cancelled because nobody
 * looked is armed again when somebody does, and a signal that waits in the buffer is taken when its promise is read.
 */
import { currentTurn } from "./current.js";
import type { BufferedSignal } from "./instance.js";
import { nextKey, seqOf } from "./numbers.js";
import type { GPromise } from "./promise.js";

export type Origin = TimerOrigin | SignalOrigin | LimitedOrigin;

export interface TimerOrigin {
  readonly kind: "timer";
  /** The key under which the timer is in `state.operations`, or was before it was cancelled. */
  key: number;
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

/** The call of an operation that has a time limit: its timer is of no use once the call has settled. */
export interface LimitedOrigin {
  readonly kind: "limited";
  readonly timeout: GPromise;
}

/** To be called when a handler is attached to a promise with an origin, before it is attached. */
export function onObserved(promise: object, origin: Origin, pending: boolean): void {
  if (origin.kind === "timer") {
    if (pending && origin.cancelled) armTimer(promise, origin);
  } else if (origin.kind === "signal") {
    takeBuffered(origin.signal, origin.entry);
  }
}

/** Asks the host for the timer of `origin` under a new key. */
export function armTimer(promise: object, origin: TimerOrigin): void {
  const { instance, commands } = currentTurn();
  origin.cancelled = false;
  origin.key = nextKey(instance);
  const { scope } = currentTurn();
  instance.state.operations.set(origin.key, scope === undefined ? promise : { promise, kind: "timer", scope });
  commands.push({ kind: "timer", seq: seqOf(origin.key), at: origin.at });
}

/** Takes the timer back from the host, if it is still running there. */
export function disarmTimer(origin: TimerOrigin): void {
  const { instance, commands } = currentTurn();
  if (origin.cancelled || !instance.state.operations.delete(origin.key)) return;
  origin.cancelled = true;
  commands.push({ kind: "cancelTimer", seq: seqOf(origin.key) });
}

function takeBuffered(signal: string, entry: BufferedSignal): void {
  const { buffered } = currentTurn().instance.state.signals;
  const entries = buffered.get(signal);
  if (entries?.delete(entry) === true && entries.size === 0) buffered.delete(signal);
}

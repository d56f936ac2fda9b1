/**
 * The continuation of one call of an async function or a generator: where it rests and what is live there. A frame that
 * awaits is the reaction of the promise it waits for, so it is reachable exactly as long as it can go on.
 *
 * F1  A frame's owner is what its outcome goes to: the promise of an async function's call, the record of a generator.
 * F2  Only code of the runtime and of step functions ever has a frame; what tells one from a list is its Code.
 */
import { FRAME, type FrameRef, type ResumeMode, type SuspensionToken } from "../protocol/helpers.js";
import { noteAwaiting } from "./async-stack.js";
import { caught, current } from "./current.js";
import { FULFILLED, GPromise, REJECTED, SCOPED, type Settled } from "./promise.js";
import { toPromise } from "./promise-constructor.js";
import { enqueue } from "./queue.js";
import { type Captures, Code } from "./registry.js";
import { resolvePromise } from "./resolve.js";

/** See FrameRef. */
export type Frame<Owner = unknown> = [
  code: Code,
  pc: number,
  owner: Owner,
  self: unknown,
  captures: Captures,
  ...slots: unknown[],
];
/** A call of an async function. */
export type AsyncFrame = Frame<GPromise>;

const { code: CODE, owner: OWNER, self: SELF, captures: CAPTURES, slots: FIRST_SLOT } = FRAME;
const { isArray } = Array;
const NO_CAPTURES: Captures = [];

/** True for a frame, false for every other value. */
export function isFrame(value: unknown): value is Frame {
  return isArray(value) && value[CODE] instanceof Code;
}

/** The frame that lowered code has in hand. */
export function frameOf(reference: FrameRef): Frame {
  return reference as Frame;
}

/** The code has ended: what it held must not be kept alive by whoever still holds the frame. */
export function forget(frame: Frame): void {
  frame.length = FIRST_SLOT;
  frame[CAPTURES] = NO_CAPTURES;
  frame[SELF] = undefined;
}

/** What a step function returns to say that its frame is parked. User code never gets hold of it. */
export const SUSPENDED = Object.freeze({ suspended: true }) as unknown as SuspensionToken;

/** Runs the frame's code from its resume point until it parks (SUSPENDED), returns or throws. */
export function stepFrame(frame: Frame, mode: ResumeMode, value: unknown): unknown {
  return frame[CODE].step(frame, mode, value);
}

/** Parks the frame on `value`: PromiseResolve(%Promise%, value), then the frame as the reaction. */
export function awaitValue(frame: Frame, value: unknown): SuspensionToken {
  if (typeof value === "object" ? value !== null : typeof value === "function") {
    if (!GPromise.park(value as object, frame)) GPromise.react(toPromise(value), frame);
  } else {
    // The promise of a primitive is fulfilled at once, and nobody would ever see it.
    const scope = current?.scope;
    enqueue(scope === undefined ? frame : [SCOPED, scope, frame], FULFILLED, value);
  }
  return SUSPENDED;
}

/** Starts the call of an async function; gives its promise. Goes through no other function: it is on every error's stack. */
export function startAsync(frame: Frame): GPromise {
  const promise = new GPromise();
  frame[OWNER] = promise;
  let result: unknown;
  try {
    result = frame[CODE].step(frame, 0, undefined);
  } catch (error) {
    GPromise.settle(promise, REJECTED, caught(error));
    return promise;
  }
  if (result !== SUSPENDED) finishAsync(promise, result);
  return promise;
}

/** See GuestHelpers.$resolved. */
export function resolvedAsync(value: unknown): GPromise {
  const promise = new GPromise();
  finishAsync(promise, value);
  return promise;
}

/** See GuestHelpers.$rejected. */
export function rejectedAsync(error: unknown): GPromise {
  const promise = new GPromise();
  GPromise.settle(promise, REJECTED, caught(error));
  return promise;
}

/** Goes on with an async function's frame until it parks, returns or throws. */
export function resumeAsync(frame: Frame, mode: Settled, value: unknown): void {
  if (mode === REJECTED) noteAwaiting(frame, value);
  let result: unknown;
  try {
    result = frame[CODE].step(frame, mode, value);
  } catch (error) {
    GPromise.settle(frame[OWNER] as GPromise, REJECTED, caught(error));
    return;
  }
  if (result !== SUSPENDED) finishAsync(frame[OWNER] as GPromise, result);
}

function finishAsync(promise: GPromise, result: unknown): void {
  if (typeof result === "object" ? result === null : typeof result !== "function") {
    GPromise.settle(promise, FULFILLED, result);
  } else {
    resolvePromise(promise, result);
  }
}

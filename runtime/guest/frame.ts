/**
 * The continuation of one call of an async function or a generator: where it rests and what is live there. A frame that
 * awaits is the reaction of the promise it waits for, so it is reachable exactly as long as it can go on.
 *
 * F1  A frame's owner is what its outcome goes to: the promise of an async function's call, the record of a generator.
 * F2  Only code of the runtime and of step functions ever has a frame; what tells one from a list is its Code.
 */
import { FRAME, type FrameRef, type ResumeMode } from "../protocol/helpers.js";
import { GPromise } from "./promise.js";
import { type Captures, Code } from "./registry.js";
import { resolvePromise } from "./resolve.js";
import { SUSPENDED } from "./suspended.js";

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

/** Runs the frame's code from its resume point until it parks (SUSPENDED), returns or throws. */
export function stepFrame(frame: Frame, mode: ResumeMode, value: unknown): unknown {
  return frame[CODE].step(frame, mode, value);
}

/** Starts the call of an async function; gives its promise. Goes through no other function: it is on every error's stack. */
export function startAsync(frame: Frame): GPromise {
  const promise = new GPromise();
  frame[OWNER] = promise;
  let result: unknown;
  try {
    result = frame[CODE].step(frame, 0, undefined);
  } catch (error) {
    return GPromise.failed(error, promise);
  }
  if (result !== SUSPENDED) resolvePromise(promise, result);
  return promise;
}

/** See GuestHelpers.$resolved. */
export function resolvedAsync(value: unknown): GPromise {
  if (typeof value === "object" ? value === null : typeof value !== "function") return GPromise.fulfilled(value);
  const promise = new GPromise();
  resolvePromise(promise, value);
  return promise;
}

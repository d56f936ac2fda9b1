/**
 * The continuation of one call of an async function: where it rests, what is live there, and the promise that it will
 * settle. A frame is the reaction of the promise it waits for, so it is reachable exactly as long as it can go on.
 */
import type { FrameRef, ResumeMode, SuspensionToken } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { GPromise, REJECTED } from "./promise.js";
import { toPromise } from "./promise-constructor.js";
import type { Code } from "./registry.js";
import { resolvePromise } from "./resolve.js";

export class Frame implements FrameRef {
  code: Code;
  pc = 0;
  slots: unknown[];
  captures: readonly unknown[];
  self: unknown;
  fn: unknown;
  promise: GPromise;

  constructor(code: Code, self: unknown, args: unknown[], captures: readonly unknown[], fn: unknown) {
    this.code = code;
    this.slots = args;
    this.captures = captures;
    this.self = self;
    this.fn = fn;
    this.promise = new GPromise();
  }
}

/** What a step function returns to say that its frame is parked. User code never gets hold of it. */
const SUSPENDED = Object.freeze({ suspended: true }) as unknown as SuspensionToken;

/** Runs a frame until it parks, returns or throws. */
export function runFrame(frame: Frame, mode: ResumeMode, value: unknown): void {
  const { step } = frame.code;
  if (step === null) throw new TypeError(`${frame.code.id} cannot be resumed`);
  let result: unknown;
  try {
    result = step(frame, mode, value);
  } catch (error) {
    GPromise.settle(frame.promise, REJECTED, caught(error));
    return;
  }
  if (result !== SUSPENDED) resolvePromise(frame.promise, result);
}

/** Parks the frame on `value`: PromiseResolve(%Promise%, value), then the frame as the reaction. */
export function awaitValue(frame: Frame, value: unknown): SuspensionToken {
  GPromise.react(toPromise(value), frame);
  return SUSPENDED;
}

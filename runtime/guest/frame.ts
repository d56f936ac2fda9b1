/**
 * The continuation of one call of an async function or a generator: where it rests and what is live there. A frame that
 * awaits is the reaction of the promise it waits for, so it is reachable exactly as long as it can go on.
 */
import type { FrameRef, ResumeMode, SuspensionToken } from "../protocol/helpers.js";
import { caught, currentTurn } from "./current.js";
import { FULFILLED, GPromise, type Job, REJECTED, type Settled } from "./promise.js";
import { toPromise } from "./promise-constructor.js";
import type { Captures, Code } from "./registry.js";
import { isObject, resolvePromise } from "./resolve.js";

export abstract class Frame implements FrameRef {
  code: Code;
  pc: number;
  slots: unknown[];
  captures: Captures;
  self: unknown;
  fn: unknown;

  constructor(code: Code, self: unknown, args: unknown[], captures: Captures, fn: unknown) {
    this.code = code;
    this.pc = 0;
    this.slots = args;
    this.captures = captures;
    this.self = self;
    this.fn = fn;
  }

  /** The code has ended: what it held must not be kept alive by whoever still holds the frame. */
  forget(): void {
    this.slots = [];
    this.captures = [];
    this.self = undefined;
    this.fn = undefined;
  }

  /** The promise that the frame waits for was settled. */
  abstract resume(state: Settled, value: unknown): void;
}

/** What a step function returns to say that its frame is parked. User code never gets hold of it. */
export const SUSPENDED = Object.freeze({ suspended: true }) as unknown as SuspensionToken;

/** Runs the frame's code from its resume point until it parks (SUSPENDED), returns or throws. */
export function stepFrame(frame: Frame, mode: ResumeMode, value: unknown): unknown {
  const { step } = frame.code;
  if (step === null) throw new TypeError(`${frame.code.id} cannot be resumed`);
  return step(frame, mode, value);
}

/** Parks the frame on `value`: PromiseResolve(%Promise%, value), then the frame as the reaction. */
export function awaitValue(frame: Frame, value: unknown): SuspensionToken {
  if (isObject(value)) {
    GPromise.react(toPromise(value), frame);
  } else {
    // The promise of a primitive is fulfilled at once, and nobody would ever see it.
    const { scope, instance } = currentTurn();
    const job: Job = { reaction: scope === undefined ? frame : { scope, scoped: frame }, state: FULFILLED, value };
    instance.state.jobs.push(job);
  }
  return SUSPENDED;
}

/** A call of an async function. */
export class AsyncFrame extends Frame {
  promise: GPromise;

  constructor(code: Code, self: unknown, args: unknown[], captures: Captures, fn: unknown) {
    super(code, self, args, captures, fn);
    this.promise = new GPromise();
  }

  resume(state: Settled, value: unknown): void {
    this.run(state, value);
  }

  /** Runs until the frame parks, returns or throws. */
  run(mode: ResumeMode, value: unknown): void {
    let result: unknown;
    try {
      result = stepFrame(this, mode, value);
    } catch (error) {
      GPromise.settle(this.promise, REJECTED, caught(error));
      return;
    }
    if (result !== SUSPENDED) resolvePromise(this.promise, result);
  }
}

/**
 * The continuation of one call of an async function: where it rests, what is live there, and the promise that it will
 * settle. A frame is the reaction of the promise it waits for, so it is reachable exactly as long as it can go on.
 */
import { currentTurn, caught } from "./current.js";
import { GPromise, REJECTED } from "./promise.js";
import { resolvePromise } from "./resolve.js";
import { promiseResolve } from "./promise-constructor.js";
import type { Code } from "./registry.js";
import type { FrameRef, ResumeMode, SuspensionToken } from "../protocol/helpers.js";

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

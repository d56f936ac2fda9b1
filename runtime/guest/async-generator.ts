/**
 * Async generator objects (ECMA-262 §27.6) over frames: the specification's queue of requests, not a chain of promises.
 *
 * A1  `waiting` says what the promise that the frame is parked on was awaited for; it is data, like everything else of
 *     the frame.
 */
import type { ResumeMode, SuspensionToken } from "../protocol/helpers.js";
import { type AsyncIteratorRecord, callNext, methodCall, openAsyncIterator } from "./async-iterator.js";
import { caught } from "./current.js";
import { awaitValue, Frame, SUSPENDED, stepFrame } from "./frame.js";
import { asyncGeneratorPrototype } from "./function-kinds.js";
import { type IterResult, RETURN } from "./generator.js";
import { defineMethods } from "./globals/define.js";
import { FULFILLED, GPromise, REJECTED, type Settled } from "./promise.js";
import { rejectedPromise } from "./promise-constructor.js";
import { isObject, resolvePromise } from "./resolve.js";
import { sideRecords } from "./side-record.js";
import { slottedObject } from "./slotted.js";

const { create } = Object;

export type AsyncGeneratorState = "start" | "yielded" | "running" | "draining" | "completed";

/** What the frame's own `await`s stand for: those of its code, and those of the protocol around it. */
export type Waiting =
  /** An `await` of the code. */
  | "code"
  /** The operand of a `yield`. */
  | "yield"
  /** What a caller's `return` was given, at a `yield`. */
  | "return"
  /** The answer of the inner iterator of a `yield*`, to `next` or `throw`, or to `return`. */
  | "inner"
  | "innerReturn"
  /** The value to return from a `yield*` whose inner iterator has no `return`. */
  | "noReturn"
  /** The inner iterator's `return`, called because it has no `throw`. */
  | "noThrow"
  /** What a caller's `return` was given, after the end. */
  | "drain";

/** One call of `next`, `throw` or `return`. */
interface Request {
  readonly mode: ResumeMode;
  readonly value: unknown;
  readonly promise: GPromise;
}

export class AsyncGeneratorFrame extends Frame {
  state: AsyncGeneratorState = "start";
  waiting: Waiting = "code";
  requests: Request[] = [];
  delegate: AsyncIteratorRecord | undefined = undefined;
  /** The code has just begun a `yield*`. */
  begun = false;

  resume(state: Settled, value: unknown): void {
    const { waiting } = this;
    this.waiting = "code";
    if (waiting === "drain") {
      complete(this, state, value, true);
      drain(this);
    } else if (waiting === "code" || (state === REJECTED && waiting !== "return")) {
      this.delegate = undefined;
      run(this, state, value);
    } else {
      go(this, afterAwait(this, waiting, state, value));
    }
  }
}

const frames = sideRecords<AsyncGeneratorFrame>();

/** The frame of an async generator object; undefined for other objects. */
export function asyncGeneratorFrameOf(object: object): AsyncGeneratorFrame | undefined {
  return frames.get(object);
}

/** An async generator object without its frame, to be filled. */
export function reviveAsyncGenerator(): object {
  return create(asyncGeneratorPrototype);
}

/** Gives an async generator object its frame. */
export function attachAsyncGenerator(object: object, frame: AsyncGeneratorFrame): void {
  frames.set(object, frame);
}

/** The object for the call of an async generator function whose parameters are bound. */
export function makeAsyncGenerator(frame: AsyncGeneratorFrame, fn: unknown): object {
  const object = slottedObject(fn, asyncGeneratorPrototype);
  frames.add(object, frame);
  return object;
}

/** How the frame goes on: with a completion; undefined when it is parked. */
type Going = { readonly mode: ResumeMode; readonly value: unknown } | undefined;

function go(frame: AsyncGeneratorFrame, going: Going): void {
  if (going !== undefined) run(frame, going.mode, going.value);
}

function run(frame: AsyncGeneratorFrame, firstMode: ResumeMode, firstValue: unknown): void {
  frame.state = "running";
  let mode = firstMode;
  let value = firstValue;
  for (;;) {
    let result: unknown;
    try {
      result = stepFrame(frame, mode, value);
    } catch (error) {
      finish(frame, REJECTED, caught(error));
      return;
    }
    if (result !== SUSPENDED) {
      finish(frame, FULFILLED, result);
      return;
    }
    if (!frame.begun) return;
    frame.begun = false;
    const going = forward(frame, FULFILLED, undefined);
    if (going === undefined) return;
    mode = going.mode;
    value = going.value;
  }
}

function finish(frame: AsyncGeneratorFrame, state: Settled, value: unknown): void {
  frame.state = "draining";
  frame.forget();
  complete(frame, state, value, true);
  drain(frame);
}

/** AsyncGeneratorCompleteStep. */
function complete(frame: AsyncGeneratorFrame, state: Settled, value: unknown, done: boolean): void {
  const request = frame.requests.shift();
  if (request === undefined) throw new TypeError("an async generator without a request has run");
  if (state === REJECTED) GPromise.settle(request.promise, REJECTED, value);
  else resolvePromise(request.promise, { value, done } satisfies IterResult);
}

/** AsyncGeneratorDrainQueue. */
function drain(frame: AsyncGeneratorFrame): void {
  for (let request = frame.requests[0]; request !== undefined; request = frame.requests[0]) {
    if (request.mode === RETURN) {
      if (parked(frame, "drain", request.value) === undefined) return;
    } else {
      const failed = request.mode === REJECTED;
      complete(frame, failed ? REJECTED : FULFILLED, failed ? request.value : undefined, true);
    }
  }
  frame.state = "completed";
}

/** Awaits for the protocol's sake. If the value cannot even be awaited, the error is the outcome at once. */
function parked(frame: AsyncGeneratorFrame, waiting: Waiting, value: unknown): Going {
  try {
    awaitValue(frame, value);
    frame.waiting = waiting;
    return undefined;
  } catch (error) {
    const reason = caught(error);
    if (waiting === "drain") complete(frame, REJECTED, reason, true);
    return { mode: REJECTED, value: reason };
  }
}

/** A protocol's await is over, and was not rejected (or only the caller's value was). */
function afterAwait(frame: AsyncGeneratorFrame, waiting: Waiting, state: Settled, value: unknown): Going {
  switch (waiting) {
    case "yield":
      return give(frame, value);
    case "return":
      return received(frame, state === REJECTED ? REJECTED : RETURN, value);
    case "noReturn":
      frame.delegate = undefined;
      return { mode: RETURN, value };
    case "noThrow":
      frame.delegate = undefined;
      return isObject(value)
        ? failed("the inner iterator of yield* has no throw method")
        : failed("the result of an iterator's return method is not an object");
    default:
      return afterInner(frame, waiting === "innerReturn", value);
  }
}

function failed(message: string): Going {
  return { mode: REJECTED, value: new TypeError(message) };
}

function afterInner(frame: AsyncGeneratorFrame, returning: boolean, result: unknown): Going {
  try {
    if (!isObject(result)) throw new TypeError("the result of an iterator's method is not an object");
    const done = Boolean(Reflect.get(result, "done"));
    const value: unknown = Reflect.get(result, "value");
    if (!done) return give(frame, value);
    frame.delegate = undefined;
    return { mode: returning ? RETURN : FULFILLED, value };
  } catch (error) {
    frame.delegate = undefined;
    return { mode: REJECTED, value: caught(error) };
  }
}

/** AsyncGeneratorYield, once its operand has been awaited. */
function give(frame: AsyncGeneratorFrame, value: unknown): Going {
  complete(frame, FULFILLED, value, false);
  const next = frame.requests[0];
  if (next !== undefined) return take(frame, next);
  frame.state = "yielded";
  return undefined;
}

/** A request reaches the `yield` where the generator rests (AsyncGeneratorUnwrapYieldResumption). */
function take(frame: AsyncGeneratorFrame, { mode, value }: Request): Going {
  frame.state = "running";
  if (mode !== RETURN) return received(frame, mode, value);
  const going = parked(frame, "return", value);
  return going && received(frame, going.mode, going.value);
}

function received(frame: AsyncGeneratorFrame, mode: ResumeMode, value: unknown): Going {
  return frame.delegate === undefined ? { mode, value } : forward(frame, mode, value);
}

/** Hands a completion to the inner iterator of `yield*` (15.5.5). */
function forward(frame: AsyncGeneratorFrame, mode: ResumeMode, value: unknown): Going {
  const inner = frame.delegate;
  if (inner === undefined) throw new TypeError("no yield* is under way");
  let going: Going;
  try {
    going = ask(frame, inner, mode, value);
  } catch (error) {
    going = { mode: REJECTED, value: caught(error) };
  }
  if (going !== undefined) frame.delegate = undefined;
  return going;
}

function ask(frame: AsyncGeneratorFrame, inner: AsyncIteratorRecord, mode: ResumeMode, value: unknown): Going {
  if (mode === FULFILLED) return parked(frame, "inner", callNext(inner, [value]));
  const call = methodCall(inner, mode === RETURN ? "return" : "throw");
  if (call !== undefined) return parked(frame, mode === RETURN ? "innerReturn" : "inner", call([value]));
  if (mode === RETURN) return parked(frame, "noReturn", value);
  const close = methodCall(inner, "return");
  if (close === undefined) return failed("the inner iterator of yield* has no throw method");
  return parked(frame, "noThrow", close([]));
}

/** `yield value` */
export function asyncYield(frame: AsyncGeneratorFrame, value: unknown): SuspensionToken {
  awaitValue(frame, value);
  frame.waiting = "yield";
  return SUSPENDED;
}

/** `yield* iterable` */
export function asyncDelegateTo(frame: AsyncGeneratorFrame, iterable: unknown): SuspensionToken {
  frame.delegate = openAsyncIterator(iterable);
  frame.begun = true;
  return SUSPENDED;
}

function request(generator: unknown, mode: ResumeMode, value: unknown): GPromise {
  const frame = isObject(generator) ? frames.get(generator) : undefined;
  if (frame === undefined) return rejectedPromise(new TypeError("the method's this is not an async generator"));
  const promise = new GPromise();
  const one: Request = { mode, value, promise };
  if (frame.state === "start" && mode !== FULFILLED) frame.state = "completed";
  if (frame.state === "completed" && mode !== RETURN) {
    if (mode === REJECTED) GPromise.settle(promise, REJECTED, value);
    else resolvePromise(promise, { value: undefined, done: true } satisfies IterResult);
    return promise;
  }
  frame.requests.push(one);
  if (frame.state === "start") run(frame, 0, undefined);
  else if (frame.state === "yielded") go(frame, take(frame, one));
  else if (frame.state === "completed") {
    frame.state = "draining";
    drain(frame);
  }
  return promise;
}

const methods = {
  next(this: unknown, value: unknown): unknown {
    return request(this, FULFILLED, value);
  },
  return(this: unknown, value: unknown): unknown {
    return request(this, RETURN, value);
  },
  throw(this: unknown, error: unknown): unknown {
    return request(this, REJECTED, error);
  },
};

/** Puts the methods into the realm. */
export function installAsyncGenerators(): void {
  defineMethods(asyncGeneratorPrototype, methods);
}

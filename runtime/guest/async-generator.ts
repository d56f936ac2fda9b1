/**
 * Async generator objects (ECMA-262 §27.6) over frames: the specification's queue of requests, not a chain of promises.
 *
 * A1  `waiting` says what the promise that the frame is parked on was awaited for; it is data, like everything else of
 *     the frame.
 */
import { FRAME, type ResumeMode, type SuspensionToken } from "../protocol/helpers.js";
import { type AsyncIteratorRecord, callNext, methodCall, openAsyncIterator } from "./async-iterator.js";
import { caught } from "./current.js";
import { type Frame, forget, stepFrame } from "./frame.js";
import { asyncGeneratorPrototype } from "./function-kinds.js";
import { type IterResult, RETURN } from "./generator.js";
import { defineMethods } from "./globals/define.js";
import { FULFILLED, GPromise, REJECTED, type Settled } from "./promise.js";
import { rejectedPromise } from "./promise-constructor.js";
import { isObject, resolvePromise } from "./resolve.js";
import { sideRecords } from "./side-record.js";
import { slottedObject } from "./slotted.js";
import { SUSPENDED } from "./suspended.js";

const { code: CODE, owner: OWNER } = FRAME;
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

/** What an async generator object is: the owner of its frame. */
export class AsyncGeneratorRecord {
  frame: Frame;
  state: AsyncGeneratorState = "start";
  waiting: Waiting = "code";
  requests: Request[] = [];
  delegate: AsyncIteratorRecord | undefined = undefined;
  /** The code has just begun a `yield*`. */
  begun = false;

  constructor(frame: Frame) {
    this.frame = frame;
  }
}

/** The promise that the frame waits for was settled. */
export function resumeAsyncGenerator(frame: Frame, state: Settled, value: unknown): void {
  const record = frame[OWNER] as AsyncGeneratorRecord;
  const { waiting } = record;
  record.waiting = "code";
  if (waiting === "drain") {
    complete(record, state, value, true);
    drain(record);
  } else if (waiting === "code" || (state === REJECTED && waiting !== "return")) {
    record.delegate = undefined;
    run(record, state, value);
  } else {
    go(record, afterAwait(record, waiting, state, value));
  }
}

const records = sideRecords<AsyncGeneratorRecord>();

/** The record of an async generator object; undefined for other objects. */
export function asyncGeneratorRecordOf(object: object): AsyncGeneratorRecord | undefined {
  return records.get(object);
}

/** An async generator object without its record, to be filled. */
export function reviveAsyncGenerator(): object {
  return create(asyncGeneratorPrototype);
}

/** Gives an async generator object its record. */
export function attachAsyncGenerator(object: object, record: AsyncGeneratorRecord): void {
  records.set(object, record);
}

/** The object for the call of an async generator function. */
export function makeAsyncGenerator(fn: unknown, frame: Frame): object {
  const record = new AsyncGeneratorRecord(frame);
  frame[OWNER] = record;
  if (frame[CODE].eager) stepFrame(frame, 0, undefined);
  const object = slottedObject(fn, asyncGeneratorPrototype);
  records.add(object, record);
  return object;
}

/** How the frame goes on: with a completion; undefined when it is parked. */
type Going = { readonly mode: ResumeMode; readonly value: unknown } | undefined;

function go(record: AsyncGeneratorRecord, going: Going): void {
  if (going !== undefined) run(record, going.mode, going.value);
}

function run(record: AsyncGeneratorRecord, firstMode: ResumeMode, firstValue: unknown): void {
  record.state = "running";
  let mode = firstMode;
  let value = firstValue;
  for (;;) {
    let result: unknown;
    try {
      result = stepFrame(record.frame, mode, value);
    } catch (error) {
      finish(record, REJECTED, caught(error));
      return;
    }
    if (result !== SUSPENDED) {
      finish(record, FULFILLED, result);
      return;
    }
    if (!record.begun) return;
    record.begun = false;
    const going = forward(record, FULFILLED, undefined);
    if (going === undefined) return;
    mode = going.mode;
    value = going.value;
  }
}

function finish(record: AsyncGeneratorRecord, state: Settled, value: unknown): void {
  record.state = "draining";
  forget(record.frame);
  complete(record, state, value, true);
  drain(record);
}

/** AsyncGeneratorCompleteStep. */
function complete(record: AsyncGeneratorRecord, state: Settled, value: unknown, done: boolean): void {
  const request = record.requests.shift();
  if (request === undefined) throw new TypeError("an async generator without a request has run");
  if (state === REJECTED) GPromise.settle(request.promise, REJECTED, value);
  else resolvePromise(request.promise, { value, done } satisfies IterResult);
}

/** AsyncGeneratorDrainQueue. */
function drain(record: AsyncGeneratorRecord): void {
  for (let request = record.requests[0]; request !== undefined; request = record.requests[0]) {
    if (request.mode === RETURN) {
      if (parked(record, "drain", request.value) === undefined) return;
    } else {
      const failed = request.mode === REJECTED;
      complete(record, failed ? REJECTED : FULFILLED, failed ? request.value : undefined, true);
    }
  }
  record.state = "completed";
}

/** Awaits for the protocol's sake. If the value cannot even be awaited, the error is the outcome at once. */
function parked(record: AsyncGeneratorRecord, waiting: Waiting, value: unknown): Going {
  try {
    GPromise.park(record.frame, value);
    record.waiting = waiting;
    return undefined;
  } catch (error) {
    const reason = caught(error);
    if (waiting === "drain") complete(record, REJECTED, reason, true);
    return { mode: REJECTED, value: reason };
  }
}

/** A protocol's await is over, and was not rejected (or only the caller's value was). */
function afterAwait(record: AsyncGeneratorRecord, waiting: Waiting, state: Settled, value: unknown): Going {
  switch (waiting) {
    case "yield":
      return give(record, value);
    case "return":
      return received(record, state === REJECTED ? REJECTED : RETURN, value);
    case "noReturn":
      record.delegate = undefined;
      return { mode: RETURN, value };
    case "noThrow":
      record.delegate = undefined;
      return isObject(value)
        ? failed("the inner iterator of yield* has no throw method")
        : failed("the result of an iterator's return method is not an object");
    default:
      return afterInner(record, waiting === "innerReturn", value);
  }
}

function failed(message: string): Going {
  return { mode: REJECTED, value: new TypeError(message) };
}

function afterInner(record: AsyncGeneratorRecord, returning: boolean, result: unknown): Going {
  try {
    if (!isObject(result)) throw new TypeError("the result of an iterator's method is not an object");
    const done = Boolean(Reflect.get(result, "done"));
    const value: unknown = Reflect.get(result, "value");
    if (!done) return give(record, value);
    record.delegate = undefined;
    return { mode: returning ? RETURN : FULFILLED, value };
  } catch (error) {
    record.delegate = undefined;
    return { mode: REJECTED, value: caught(error) };
  }
}

/** AsyncGeneratorYield, once its operand has been awaited. */
function give(record: AsyncGeneratorRecord, value: unknown): Going {
  complete(record, FULFILLED, value, false);
  const next = record.requests[0];
  if (next !== undefined) return take(record, next);
  record.state = "yielded";
  return undefined;
}

/** A request reaches the `yield` where the generator rests (AsyncGeneratorUnwrapYieldResumption). */
function take(record: AsyncGeneratorRecord, { mode, value }: Request): Going {
  record.state = "running";
  if (mode !== RETURN) return received(record, mode, value);
  const going = parked(record, "return", value);
  return going && received(record, going.mode, going.value);
}

function received(record: AsyncGeneratorRecord, mode: ResumeMode, value: unknown): Going {
  return record.delegate === undefined ? { mode, value } : forward(record, mode, value);
}

/** Hands a completion to the inner iterator of `yield*` (15.5.5). */
function forward(record: AsyncGeneratorRecord, mode: ResumeMode, value: unknown): Going {
  const inner = record.delegate;
  if (inner === undefined) throw new TypeError("no yield* is under way");
  let going: Going;
  try {
    going = ask(record, inner, mode, value);
  } catch (error) {
    going = { mode: REJECTED, value: caught(error) };
  }
  if (going !== undefined) record.delegate = undefined;
  return going;
}

function ask(record: AsyncGeneratorRecord, inner: AsyncIteratorRecord, mode: ResumeMode, value: unknown): Going {
  if (mode === FULFILLED) return parked(record, "inner", callNext(inner, [value]));
  const call = methodCall(inner, mode === RETURN ? "return" : "throw");
  if (call !== undefined) return parked(record, mode === RETURN ? "innerReturn" : "inner", call([value]));
  if (mode === RETURN) return parked(record, "noReturn", value);
  const close = methodCall(inner, "return");
  if (close === undefined) return failed("the inner iterator of yield* has no throw method");
  return parked(record, "noThrow", close([]));
}

/** `yield value` */
export function asyncYield(frame: Frame, value: unknown): SuspensionToken {
  GPromise.park(frame, value);
  (frame[OWNER] as AsyncGeneratorRecord).waiting = "yield";
  return SUSPENDED;
}

/** `yield* iterable` */
export function asyncDelegateTo(frame: Frame, iterable: unknown): SuspensionToken {
  const record = frame[OWNER] as AsyncGeneratorRecord;
  record.delegate = openAsyncIterator(iterable);
  record.begun = true;
  return SUSPENDED;
}

function request(generator: unknown, mode: ResumeMode, value: unknown): GPromise {
  const record = isObject(generator) ? records.get(generator) : undefined;
  if (record === undefined) return rejectedPromise(new TypeError("the method's this is not an async generator"));
  const promise = new GPromise();
  const one: Request = { mode, value, promise };
  if (record.state === "start" && mode !== FULFILLED) record.state = "completed";
  if (record.state === "completed" && mode !== RETURN) {
    if (mode === REJECTED) GPromise.settle(promise, REJECTED, value);
    else resolvePromise(promise, { value: undefined, done: true } satisfies IterResult);
    return promise;
  }
  record.requests.push(one);
  if (record.state === "start") run(record, 0, undefined);
  else if (record.state === "yielded") go(record, take(record, one));
  else if (record.state === "completed") {
    record.state = "draining";
    drain(record);
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

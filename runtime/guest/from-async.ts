/**
 * `Array.fromAsync` (ECMA-262, proposal of stage 4) as a state machine over a frame, so that a checkpoint can hold a call
 * under way. Its slot has the arguments, then the progress.
 */
import { type AnyFunction, FRAME, type StepFunction, type SuspensionToken } from "../protocol/helpers.js";
import { AsyncIteratorRecord, asyncNext, asyncReturn, asyncValue } from "./async-iterator.js";
import { caught } from "./current.js";
import { type Frame, frameOf, startAsync } from "./frame.js";
import { defineMethods } from "./globals/define.js";
import { openIteratorFrom } from "./iterators.js";
import { GPromise, REJECTED } from "./promise.js";
import { runtimeSteps } from "./registry.js";
import { isConstructor, isObject } from "./resolve.js";

interface Progress {
  readonly target: object;
  /** Where the values come from: an iterator, else an object with a length. */
  readonly iterator: AsyncIteratorRecord | undefined;
  readonly list: object;
  readonly length: number;
  index: number;
  readonly mapper: AnyFunction | undefined;
  readonly self: unknown;
  /** What the call ends with, once the iterator is being closed. */
  error: unknown;
}

const { pc: PC, slots: PROGRESS } = FRAME;

/** Where a call rests. */
const START = 0;
const NEXT = 1;
const ELEMENT = 2;
const MAPPED = 3;
const CLOSING = 4;

const { apply, construct, get } = Reflect;
const { asyncIterator, iterator } = Symbol;
const { MAX_SAFE_INTEGER } = Number;
const { trunc } = Math;

type Arguments = readonly [Class: unknown, items: unknown, mapper: unknown, self: unknown];

function begin({ 0: Class, 1: items, 2: mapper, 3: self }: Arguments): Progress {
  if (mapper !== undefined && typeof mapper !== "function")
    throw new TypeError("the mapping function is not a function");
  const asyncMethod = optionalMethod(items, asyncIterator);
  const syncMethod = asyncMethod === undefined ? optionalMethod(items, iterator) : undefined;
  const common = { index: 0, mapper, self, error: undefined };
  if (asyncMethod !== undefined || syncMethod !== undefined) {
    const target: object = isConstructor(Class) ? construct(Class, []) : [];
    const source = asyncMethod === undefined ? fromSync(items, syncMethod) : fromMethod(items, asyncMethod);
    return { ...common, target, iterator: source, list: [], length: 0 };
  }
  const list: object = Object(items);
  const length = lengthOf(list);
  const target: object = isConstructor(Class) ? construct(Class, [length]) : emptyArray(length);
  return { ...common, target, iterator: undefined, list, length };
}

function optionalMethod(items: unknown, name: symbol): AnyFunction | undefined {
  const method: unknown = (items as Record<symbol, unknown>)[name];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError("the iterator method is not a function");
  return method;
}

function fromSync(items: unknown, method: unknown): AsyncIteratorRecord {
  return new AsyncIteratorRecord(undefined, undefined, openIteratorFrom(items, method));
}

function fromMethod(items: unknown, method: AnyFunction): AsyncIteratorRecord {
  const iterator: unknown = apply(method, items, []);
  if (!isObject(iterator)) throw new TypeError("the result of the iterator method is not an object");
  return new AsyncIteratorRecord(iterator, get(iterator, "next"), undefined);
}

function emptyArray(length: number): unknown[] {
  if (length > 2 ** 32 - 1) throw new RangeError("the length of an array is too large");
  const array: unknown[] = [];
  array.length = length;
  return array;
}

/** LengthOfArrayLike. */
function lengthOf(list: object): number {
  // Not `Number`, which takes a bigint.
  const length = trunc(+(get(list, "length") as number));
  return length > 0 ? Math.min(length, MAX_SAFE_INTEGER) : 0;
}

const steps: StepFunction = (reference, mode, value) => {
  const frame = frameOf(reference);
  if (frame[PC] === START) {
    frame[PROGRESS] = begin(frame[PROGRESS] as Arguments);
    return advance(frame, frame[PROGRESS] as Progress);
  }
  const progress = frame[PROGRESS] as Progress;
  switch (frame[PC]) {
    case NEXT:
      if (mode === REJECTED) throw value;
      if (!asyncValue(progress.iterator as AsyncIteratorRecord, value)) return finish(progress, progress.index);
      return map(frame, progress, takeValue(progress.iterator as AsyncIteratorRecord));
    case ELEMENT:
      if (mode === REJECTED) throw value;
      return map(frame, progress, value);
    case MAPPED:
      return mode === REJECTED ? fail(frame, progress, value) : store(frame, progress, value);
    default:
      throw progress.error;
  }
};
const code = runtimeSteps("rt:fromAsync", steps);

function takeValue(iterator: AsyncIteratorRecord): unknown {
  const { value } = iterator;
  iterator.value = undefined;
  return value;
}

function parkAt(frame: Frame, place: number, value: unknown): SuspensionToken {
  frame[PC] = place;
  return GPromise.park(frame, value);
}

/** Asks for the next value. */
function advance(frame: Frame, progress: Progress): unknown {
  const { iterator, index, list, length } = progress;
  if (iterator !== undefined) return parkAt(frame, NEXT, asyncNext(iterator));
  return index < length ? parkAt(frame, ELEMENT, get(list, index)) : finish(progress, length);
}

function map(frame: Frame, progress: Progress, value: unknown): unknown {
  const { mapper, self, index } = progress;
  if (mapper === undefined) return store(frame, progress, value);
  try {
    return parkAt(frame, MAPPED, apply(mapper, self, [value, index]));
  } catch (error) {
    return fail(frame, progress, caught(error));
  }
}

function store(frame: Frame, progress: Progress, value: unknown): unknown {
  try {
    const flags = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(progress.target, progress.index, { value, ...flags });
  } catch (error) {
    return fail(frame, progress, caught(error));
  }
  progress.index++;
  return advance(frame, progress);
}

/** Closes the iterator, then throws. */
function fail(frame: Frame, progress: Progress, error: unknown): unknown {
  const { iterator } = progress;
  progress.error = error;
  if (iterator !== undefined) {
    iterator.thrown = true;
    if (asyncReturn(iterator)) return parkAt(frame, CLOSING, iterator.value);
  }
  throw error;
}

function finish({ target }: Progress, length: number): object {
  if (!Reflect.set(target, "length", length)) throw new TypeError("the length of the result cannot be set");
  return target;
}

const methods = {
  fromAsync(this: unknown, items: unknown, mapper: unknown = undefined, self: unknown = undefined): GPromise {
    const given: Arguments = [this, items, mapper, self];
    return startAsync([code, START, undefined, undefined, [], given]);
  },
};

/** Puts the method into the realm. */
export function installFromAsync(): void {
  defineMethods(Array, methods);
}

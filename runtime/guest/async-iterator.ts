/**
 * Iterator records of `for await` and of `yield*` in async generators (ECMA-262 §7.4, §27.1.6). A synchronous iterator
 * is wrapped as %AsyncFromSyncIteratorPrototype% says; its wrapper is this record, because no user code can see it.
 */
import type { AnyFunction, IteratorRef } from "../protocol/helpers.js";
import { caught } from "./current.js";
import {
  closeIterator,
  closeIteratorThrow,
  type IteratorRecord,
  iteratorMethod,
  nextResult,
  openIterator,
} from "./iterators.js";
import { GPromise, REJECTED } from "./promise.js";
import { toPromise } from "./promise-constructor.js";
import { makeClosure, runtimeCode } from "./registry.js";
import { isObject, methodOf, resolvePromise } from "./resolve.js";

const { apply } = Reflect;

export class AsyncIteratorRecord implements IteratorRef {
  iterator: unknown;
  next: unknown;
  /** The record of the synchronous iterator that is wrapped. */
  sync: IteratorRecord | undefined;
  value: unknown = undefined;
  /** There is something to close: a value was given and the next was not asked for. */
  open = false;
  /** The loop is being left by an error. */
  thrown = false;

  constructor(iterator: unknown, next: unknown, sync: IteratorRecord | undefined) {
    this.iterator = iterator;
    this.next = next;
    this.sync = sync;
  }
}

/** GetIterator(iterable, async). */
export function openAsyncIterator(iterable: unknown): AsyncIteratorRecord {
  if (iterable === undefined || iterable === null) throw new TypeError(`${String(iterable)} is not async iterable`);
  const method: unknown = (iterable as Record<symbol, unknown>)[Symbol.asyncIterator];
  if (method === undefined || method === null) {
    return new AsyncIteratorRecord(undefined, undefined, openIterator(iterable));
  }
  if (typeof method !== "function") throw new TypeError("the iterator method is not a function");
  const iterator: unknown = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError("the result of the iterator method is not an object");
  return new AsyncIteratorRecord(iterator, Reflect.get(iterator, "next"), undefined);
}

/** Calls `next` with `args`. */
export function callNext(record: AsyncIteratorRecord, args: readonly unknown[]): unknown {
  const { sync } = record;
  if (sync === undefined) return apply(record.next as AnyFunction, record.iterator, args);
  return wrapped((promise) => {
    continueWith(promise, objectResult(nextResult(sync, args)), sync, true);
  });
}

/** The `return` or `throw` method as a function of its argument; undefined if the iterator has none. */
export function methodCall(
  record: AsyncIteratorRecord,
  name: "return" | "throw",
): ((args: readonly unknown[]) => unknown) | undefined {
  const { sync } = record;
  if (sync === undefined) {
    const method = methodOf(record.iterator as object, name);
    return method && ((args) => apply(method, record.iterator, args));
  }
  return (args) => wrapped((promise) => callSync(promise, sync, name, args));
}

function callSync(promise: GPromise, sync: IteratorRecord, name: "return" | "throw", args: readonly unknown[]): void {
  const method = iteratorMethod(sync, name);
  if (method === undefined) {
    if (name === "return") {
      resolvePromise(promise, { value: args[0], done: true });
      return;
    }
    closeIterator(sync);
    throw new TypeError("the iterator has no throw method");
  }
  continueWith(promise, objectResult(apply(method, sync.iterator, args)), sync, name === "throw");
}

function objectResult(result: unknown): object {
  if (!isObject(result)) throw new TypeError("the result of an iterator's method is not an object");
  return result;
}

function wrapped(work: (promise: GPromise) => void): GPromise {
  const promise = new GPromise();
  try {
    work(promise);
  } catch (error) {
    GPromise.settle(promise, REJECTED, caught(error));
  }
  return promise;
}

const unwrapCode = runtimeCode("rt:unwrap", ({ 0: done }) => (value: unknown) => ({ value, done }));
const closeCode = runtimeCode("rt:closeSync", ({ 0: record }) => (error: unknown) => {
  closeIteratorThrow(record as IteratorRecord);
  throw error;
});

/** AsyncFromSyncIteratorContinuation. */
function continueWith(promise: GPromise, result: object, sync: IteratorRecord, closes: boolean): void {
  const done = Boolean(Reflect.get(result, "done"));
  const value: unknown = Reflect.get(result, "value");
  let wrapper: GPromise;
  try {
    wrapper = toPromise(value);
  } catch (error) {
    if (!done && closes) closeIteratorThrow(sync);
    throw error;
  }
  GPromise.handle(
    wrapper,
    makeClosure(unwrapCode, [done]),
    done || !closes ? undefined : makeClosure(closeCode, [sync]),
    promise,
  );
}

/** First half of a loop's step: see GuestHelpers.$asyncNext. */
export function asyncNext(record: AsyncIteratorRecord): unknown {
  record.open = false;
  record.value = undefined;
  return callNext(record, []);
}

/** Second half: see GuestHelpers.$asyncValue. */
export function asyncValue(record: AsyncIteratorRecord, result: unknown): boolean {
  if (!isObject(result)) throw new TypeError("the result of an iterator's next method is not an object");
  if (Reflect.get(result, "done")) return false;
  record.value = Reflect.get(result, "value");
  record.open = true;
  return true;
}

/** See GuestHelpers.$asyncReturn. */
export function asyncReturn(record: AsyncIteratorRecord): boolean {
  if (!record.open) return false;
  record.open = false;
  record.value = undefined;
  try {
    const call = methodCall(record, "return");
    if (call === undefined) return false;
    record.value = call([]);
    return true;
  } catch (error) {
    asyncReturnFailed(record, error);
    return false;
  }
}

/** See GuestHelpers.$asyncReturned. */
export function asyncReturned(record: AsyncIteratorRecord, result: unknown): void {
  if (!isObject(result)) throw new TypeError("the result of an iterator's return method is not an object");
  record.value = undefined;
}

/** See GuestHelpers.$asyncReturnFailed. */
export function asyncReturnFailed(record: AsyncIteratorRecord, error: unknown): void {
  caught(error);
  if (!record.thrown) throw error;
}

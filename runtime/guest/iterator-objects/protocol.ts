/** The operations of ECMA-262 §7.4 on iterators that user code may have made. */
import type { AnyFunction } from "../../protocol/helpers.js";
import { caught } from "../current.js";
import { isObject, methodOf } from "../resolve.js";
import { openBy } from "./open.js";

const { apply, get } = Reflect;

/** An Iterator Record. */
export interface Direct {
  readonly iterator: object;
  readonly next: unknown;
}

export interface Result {
  readonly value: unknown;
  readonly done: boolean;
}

/** GetIteratorDirect. */
export function direct(iterator: object): Direct {
  return { iterator, next: get(iterator, "next") };
}

/** Calls `next`; gives the result object, or undefined at the end. */
export function step({ iterator, next }: Direct): object | undefined {
  const result: unknown = apply(next as AnyFunction, iterator, []);
  if (!isObject(result)) throw new TypeError("the result of an iterator's next method is not an object");
  return get(result, "done") ? undefined : result;
}

/** IteratorClose for a normal completion. */
export function close(iterator: object): void {
  const method = methodOf(iterator, "return");
  if (method === undefined) return;
  if (!isObject(apply(method, iterator, [])))
    throw new TypeError("the result of an iterator's return method is not an object");
}

/** IteratorClose for a throw completion: what `return` throws gives way to `error`, which is given back. */
export function closeFailed(iterator: object, error: unknown): unknown {
  try {
    const method = methodOf(iterator, "return");
    if (method !== undefined) apply(method, iterator, []);
  } catch (second) {
    caught(second);
  }
  return error;
}

/** Runs `work`; if it throws, closes the iterator. */
export function guarding<T>(iterator: object, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw closeFailed(iterator, caught(error));
  }
}

/** GetIteratorFlattenable. */
export function flattenable(value: unknown, strings: boolean): Direct {
  if (!isObject(value) && !(strings && typeof value === "string")) throw new TypeError("not an object to iterate over");
  const method: unknown = (value as { readonly [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (method !== undefined && method !== null && typeof method !== "function")
    throw new TypeError("[Symbol.iterator] is not a function");
  const iterator = typeof method === "function" ? openBy(method, value) : value;
  if (!isObject(iterator)) throw new TypeError("the iterator is not an object");
  return direct(iterator);
}

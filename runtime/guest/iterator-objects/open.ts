/**
 * Asking for an iterator by name: gives one that a checkpoint can hold wherever `[Symbol.iterator]` is one of the
 * engine's own methods.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { openIndexed } from "./indexed.js";
import { arrayIterator, stringIterator, typedArrayIterator } from "./intrinsics.js";
import { openText } from "./text.js";

const { apply } = Reflect;

/** The iterator that `method`, got from `iterable` as its `[Symbol.iterator]`, gives. */
export function openBy(method: AnyFunction, iterable: unknown): unknown {
  const iterator: unknown = method === stringIterator ? undefined : apply(method, iterable, []);
  // The engine's own iterator was made only for its checks of the receiver.
  if (method === arrayIterator || method === typedArrayIterator)
    return openIndexed(Object(iterable) as object, "values");
  if (method !== stringIterator) return iterator;
  if (iterable === undefined || iterable === null) throw new TypeError("a string iterator of no value");
  return openText(`${iterable as string}`);
}

/** `object[key]()`, for a key that the program calls `Symbol.iterator`. */
export function iterate(object: unknown, key: PropertyKey): unknown {
  const method = (object as Readonly<Record<PropertyKey, unknown>>)[key];
  if (typeof method !== "function") throw new TypeError(`${String(key)} is not a function`);
  return openBy(method, object);
}

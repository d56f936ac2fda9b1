/**
 * Iterator records of lowered loops and patterns: serializable at any moment, live as ECMAScript's own iteration.
 *
 * kind     source              position                 iterator, next
 * array    array, typed array  next index               -
 * string   string              next UTF-16 index        -
 * keys     the object          next index into `keys`   -
 * generic  -                   -                        iterator and its `next` method
 */
import type { AnyFunction, IteratorRef } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { typedArrayLength } from "./iterator-objects/indexed.js";
import {
  arrayIterator,
  arrayIteratorIsPristine,
  stringIterator,
  stringIteratorIsPristine,
  typedArrayIterator,
} from "./iterator-objects/intrinsics.js";
import { openBy } from "./iterator-objects/open.js";
import { pointAt } from "./iterator-objects/text.js";
import { isObject } from "./resolve.js";

export type IteratorKind = "array" | "string" | "keys" | "generic";

export class IteratorRecord implements IteratorRef {
  value: unknown = undefined;
  kind: IteratorKind;
  source: unknown;
  position = 0;
  /** Of kind `keys`: all keys, in order of enumeration. */
  keys: readonly string[] | undefined = undefined;
  iterator: unknown = undefined;
  next: unknown = undefined;
  done = false;

  constructor(kind: IteratorKind, source: unknown) {
    this.kind = kind;
    this.source = source;
  }
}

const { apply } = Reflect;
const { isArray } = Array;
const { isView } = ArrayBuffer;
/** GetIterator(iterable, sync). Throws a TypeError for what is not iterable. */
export function openIterator(iterable: unknown): IteratorRecord {
  return openIteratorFrom(iterable, iterable === undefined || iterable === null ? undefined : methodOf(iterable));
}

/** GetIteratorFromMethod, for a `method` that was got from `iterable` already. Throws a TypeError if it is no function. */
export function openIteratorFrom(iterable: unknown, method: unknown): IteratorRecord {
  if (isIndexed(iterable, method) && arrayIteratorIsPristine()) return new IteratorRecord("array", iterable);
  if (typeof iterable === "string" && method === stringIterator && stringIteratorIsPristine()) {
    return new IteratorRecord("string", iterable);
  }
  if (typeof method !== "function") throw new TypeError(`${describe(iterable)} is not iterable`);
  const iterator = openBy(method, iterable);
  if (!isObject(iterator)) throw new TypeError("the result of the iterator method is not an object");
  const record = new IteratorRecord("generic", undefined);
  record.iterator = iterator;
  record.next = Reflect.get(iterator, "next");
  return record;
}

function methodOf(iterable: NonNullable<unknown>): unknown {
  return (iterable as { readonly [Symbol.iterator]?: unknown })[Symbol.iterator];
}

function isIndexed(iterable: unknown, method: unknown): boolean {
  return (method === arrayIterator && isArray(iterable)) || (method === typedArrayIterator && isView(iterable));
}

/** IteratorStepValue: true when `record.value` holds a value; false at the end, also forever after an error. */
export function stepIterator(record: IteratorRecord): boolean {
  if (record.done) return false;
  switch (record.kind) {
    case "array":
      return stepArray(record, record.source as ArrayLike<unknown>);
    case "string":
      return stepString(record, record.source as string);
    case "keys":
      return stepKeys(record, record.source as object, record.keys ?? []);
    default:
      return stepGeneric(record);
  }
}

function finish(record: IteratorRecord): false {
  record.done = true;
  record.value = undefined;
  return false;
}

function stepArray(record: IteratorRecord, source: ArrayLike<unknown>): boolean {
  record.done = true;
  const length = isArray(source) ? source.length : typedArrayLength(source);
  if (record.position >= length) return finish(record);
  record.value = source[record.position++];
  record.done = false;
  return true;
}

function stepString(record: IteratorRecord, source: string): boolean {
  if (record.position >= source.length) return finish(record);
  const point = pointAt(source, record.position);
  record.position += point.length;
  record.value = point;
  return true;
}

function stepKeys(record: IteratorRecord, source: object, keys: readonly string[]): boolean {
  while (record.position < keys.length) {
    const key = keys[record.position++];
    if (key === undefined || !(key in source)) continue;
    record.value = key;
    return true;
  }
  return finish(record);
}

function stepGeneric(record: IteratorRecord): boolean {
  // If anything below throws, the iterator counts as finished: it is not closed.
  record.done = true;
  const result: unknown = apply(record.next as AnyFunction, record.iterator, []);
  if (!isObject(result)) throw new TypeError("the result of an iterator's next method is not an object");
  if (Reflect.get(result, "done")) return finish(record);
  record.value = Reflect.get(result, "value");
  record.done = false;
  return true;
}

/** Calls `next` with `args`, for who passes results on: those of an iterator whose answers user code makes as they are. */
export function nextResult(record: IteratorRecord, args: readonly unknown[]): unknown {
  if (record.kind === "generic") return apply(record.next as AnyFunction, record.iterator, args);
  const done = !stepIterator(record);
  const { value } = record;
  record.value = undefined;
  return { value, done };
}

/** GetMethod of an optional method of the iterator. */
export function iteratorMethod(record: IteratorRecord, name: "return" | "throw"): AnyFunction | undefined {
  if (record.kind !== "generic") return undefined;
  const method: unknown = Reflect.get(record.iterator as object, name);
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError(`the ${name} property of an iterator is not a function`);
  return method;
}

/** IteratorClose for a normal or jumping completion: errors of `return` propagate. */
export function closeIterator(record: IteratorRecord): void {
  if (record.done) return;
  record.done = true;
  record.value = undefined;
  const method = iteratorMethod(record, "return");
  if (method === undefined) return;
  if (!isObject(apply(method, record.iterator, []))) {
    throw new TypeError("the result of an iterator's return method is not an object");
  }
}

/** IteratorClose for a throw completion: errors of `return` give way to the one under way. */
export function closeIteratorThrow(record: IteratorRecord): void {
  try {
    closeIterator(record);
  } catch (error) {
    caught(error);
  }
}

/** The remaining values, as an array. */
export function drainIterator(record: IteratorRecord): unknown[] {
  const values: unknown[] = [];
  while (stepIterator(record)) values.push(record.value);
  return values;
}

/** The key enumeration of `for…in`: a key that was deleted before its turn is passed over. */
export function openKeys(object: unknown): IteratorRecord {
  const source: object = object === undefined || object === null ? {} : Object(object);
  const record = new IteratorRecord("keys", source);
  const keys: string[] = [];
  for (const key in source) keys.push(key);
  record.keys = object === undefined || object === null ? [] : keys;
  return record;
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return isObject(value) ? "the object" : String(value);
}

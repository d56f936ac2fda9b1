/**
 * The native iterators of collections, with the collection that each came from: so that a checkpoint can describe one
 * by source, method and position. The methods that give them are replaced by ones that remember; `Array.prototype`'s
 * own `[Symbol.iterator]` stays as it is, because the engine is fast only with that.
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { defineHidden } from "./globals/define.js";
import { sideRecords } from "./side-record.js";

/** Which iterator of a collection. */
export type IteratorMethod = "values" | "keys" | "entries";

export interface IteratorSource {
  readonly source: object;
  readonly method: IteratorMethod;
}

const { apply } = Reflect;
const METHODS: readonly IteratorMethod[] = ["values", "keys", "entries"];
const sources = sideRecords<IteratorSource>();

const typedPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
const lengthGetter = Object.getOwnPropertyDescriptor(typedPrototype, "length")?.get as () => number;
const typedAt: unknown = Reflect.get(typedPrototype, "at");
const arrayIteratorPrototype: object = Object.getPrototypeOf([][Symbol.iterator]());
const arrayNext: unknown = Reflect.get(arrayIteratorPrototype, "next");
const mapIteratorPrototype: object = Object.getPrototypeOf(new Map().entries());
const mapNext: unknown = Reflect.get(mapIteratorPrototype, "next");
const setIteratorPrototype: object = Object.getPrototypeOf(new Set().values());
const setNext: unknown = Reflect.get(setIteratorPrototype, "next");

/** What a native iterator iterates over; undefined for any other object, and for iterators nobody asked for by name. */
export function sourceOfIterator(iterator: object): IteratorSource | undefined {
  return sources.get(iterator);
}

/** False once a program has replaced the `next` of array iterators. */
export function arrayIteratorIsPristine(): boolean {
  return Reflect.get(arrayIteratorPrototype, "next") === arrayNext;
}

/** True if the native iterator behaves as the engine made it. */
export function collectionIteratorIsPristine(iterator: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(iterator);
  if (prototype === mapIteratorPrototype) return Reflect.get(mapIteratorPrototype, "next") === mapNext;
  if (prototype === setIteratorPrototype) return Reflect.get(setIteratorPrototype, "next") === setNext;
  return prototype === arrayIteratorPrototype && arrayIteratorIsPristine();
}

/** The length of a typed array. Throws a TypeError when its buffer is detached or too short for it. */
export function typedArrayLength(array: object): number {
  const length = apply(lengthGetter, array, []);
  // The length of a typed array out of bounds is 0, and only its methods say so.
  if (length === 0) apply(typedAt as AnyFunction, array, [0]);
  return length;
}

interface Family {
  readonly prototype: object;
  readonly Class: AnyFunction;
  readonly originals: Map<IteratorMethod, AnyFunction>;
}

function family(Class: AnyFunction): Family {
  const prototype = Class.prototype as object;
  const originals = new Map<IteratorMethod, AnyFunction>();
  for (const method of METHODS) originals.set(method, Reflect.get(prototype, method) as AnyFunction);
  return { prototype, Class, originals };
}

const arrays = family(Array);
const typedArrays = family(Object.getPrototypeOf(Uint8Array) as AnyFunction);
const maps = family(Map);
const sets = family(Set);

/** A fresh native iterator of a collection, remembered. */
export function openNative(source: object, method: IteratorMethod): object {
  const owner = familyOf(source);
  const original = owner.originals.get(method);
  if (original === undefined) throw new TypeError(`no iterator ${method}`);
  const iterator: object = apply(original, source, []);
  sources.set(iterator, { source, method });
  return iterator;
}

function familyOf(source: object): Family {
  if (source instanceof maps.Class) return maps;
  if (source instanceof sets.Class) return sets;
  return ArrayBuffer.isView(source) ? typedArrays : arrays;
}

function remembering(original: AnyFunction, method: IteratorMethod): AnyFunction {
  const holder = {
    [method](this: object) {
      const iterator: object = apply(original, this, []);
      sources.set(iterator, { source: this, method });
      return iterator;
    },
  };
  return holder[method] as AnyFunction;
}

/** Puts the remembering methods into the realm. */
export function installIteratorMethods(): void {
  for (const { prototype, originals } of [arrays, typedArrays, maps, sets]) {
    for (const [method, original] of originals) {
      // A set's `keys` is its `values`, the same function.
      if (prototype === sets.prototype && method === "keys") continue;
      defineHidden(prototype, method, remembering(original, method));
    }
  }
  defineHidden(sets.prototype, "keys", Reflect.get(sets.prototype, "values"));
  defineHidden(sets.prototype, Symbol.iterator, Reflect.get(sets.prototype, "values"));
  defineHidden(maps.prototype, Symbol.iterator, Reflect.get(maps.prototype, "entries"));
}

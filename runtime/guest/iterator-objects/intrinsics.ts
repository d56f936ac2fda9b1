/** The engine's own iteration, taken before anything of it is replaced. */
import type { AnyFunction } from "../../protocol/helpers.js";

const { getPrototypeOf } = Object;

export const iteratorPrototype = getPrototypeOf(getPrototypeOf([].values()) as object) as object;
export const arrayIteratorPrototype = getPrototypeOf([].values()) as object;
export const stringIteratorPrototype = getPrototypeOf(""[Symbol.iterator]()) as object;
export const mapIteratorPrototype = getPrototypeOf(new Map().values()) as object;
export const setIteratorPrototype = getPrototypeOf(new Set().values()) as object;
export const matchIteratorPrototype = getPrototypeOf("".matchAll(/x/g)) as object;
export const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;

/** What implicit iteration finds on arrays, typed arrays and strings: left as they are, for the engine's speed. */
export const arrayIterator: unknown = Array.prototype[Symbol.iterator];
export const typedArrayIterator: unknown = Reflect.get(typedArrayPrototype, Symbol.iterator);
export const stringIterator: unknown = String.prototype[Symbol.iterator];

const arrayNext: unknown = Reflect.get(arrayIteratorPrototype, "next");
const stringNext: unknown = Reflect.get(stringIteratorPrototype, "next");

/** False once a program has replaced the `next` of array iterators. */
export function arrayIteratorIsPristine(): boolean {
  return Reflect.get(arrayIteratorPrototype, "next") === arrayNext;
}

/** False once a program has replaced the `next` of string iterators. */
export function stringIteratorIsPristine(): boolean {
  return Reflect.get(stringIteratorPrototype, "next") === stringNext;
}

/** Which iterator of a collection. */
export type IteratorMethod = "values" | "keys" | "entries";

/** The methods of a collection's prototype that give iterators. */
export function iteratorMethodsOf(prototype: object): Readonly<Record<IteratorMethod, AnyFunction>> {
  const method = (name: IteratorMethod): AnyFunction => Reflect.get(prototype, name) as AnyFunction;
  return { values: method("values"), keys: method("keys"), entries: method("entries") };
}

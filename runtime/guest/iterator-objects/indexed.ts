/**
 * Iterators of arrays and typed arrays that user code holds: the engine's own, but over a *counter*, an object that
 * inherits the elements of the array and has a `length` of its own. The engine asks for the length once per step, so the
 * counter knows the position.
 *
 * A1  Only iterators that a program asks for by name are of this kind. Those of `for…of`, spread and patterns in code
 *     that cannot suspend never outlive it, and stay as fast as the engine makes them.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { defineHidden } from "../globals/define.js";
import { mayBeShaped, proxyRecordOf } from "../heap/overrides.js";
import { sideRecords } from "../side-record.js";
import { arrayIteratorPrototype, type IteratorMethod, iteratorMethodsOf, typedArrayPrototype } from "./intrinsics.js";

const { apply, get } = Reflect;
const { create, defineProperty, getOwnPropertyDescriptor, setPrototypeOf } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const NativeProxy = Proxy;
const NativeDataView = DataView;
const LENGTH_MAX = 2 ** 32 - 1;

const lengthGetter = getOwnPropertyDescriptor(typedArrayPrototype, "length")?.get as () => number;
const typedAt = get(typedArrayPrototype, "at") as AnyFunction;
const arrayMethods = iteratorMethodsOf(Array.prototype);
const typedArrayMethods = iteratorMethodsOf(typedArrayPrototype);
const nextMethod = get(arrayIteratorPrototype, "next") as AnyFunction;

export interface IndexedState {
  readonly source: object;
  readonly method: IteratorMethod;
  /** Index of the next element. */
  position: number;
  done: boolean;
  /** Steps that only count, to get an iterator to its position. */
  skipping: number;
  readonly counter: object;
}

/** By iterator. */
export const indexedStates = sideRecords<IndexedState>();

/** The length of a typed array. Throws a TypeError when its buffer is detached or too short for it. */
export function typedArrayLength(array: object): number {
  const length = apply(lengthGetter, array, []);
  // The length of a typed array out of bounds is 0, and only its methods say so.
  if (length === 0) apply(typedAt, array, [0]);
  return length;
}

function isTypedArray(source: object): boolean {
  return isView(source) && !(source instanceof NativeDataView);
}

/** LengthOfArrayLike, as far as the engine's iterators can count. */
function lengthOf(source: object): number {
  if (isTypedArray(source)) return typedArrayLength(source);
  const length = Math.trunc(Number(get(source, "length")));
  return length > 0 ? Math.min(length, LENGTH_MAX) : 0;
}

/** What a counter inherits from: the source, unless that would show the counter to its accessors or traps. */
function elementsOf(source: object): object {
  const plain =
    proxyRecordOf(source) === undefined && (isTypedArray(source) || (isArray(source) && !mayBeShaped(source)));
  return plain ? source : new NativeProxy(source, { get: (target, key) => get(target, key) as unknown });
}

/** A fresh iterator of an array, typed array or anything like an array. */
export function openIndexed(source: object, method: IteratorMethod): object {
  const counter: object = create(elementsOf(source));
  const state: IndexedState = { source, method, position: 0, done: false, skipping: 0, counter };
  defineProperty(counter, "length", {
    get() {
      if (state.skipping > 0) {
        state.skipping--;
        return LENGTH_MAX;
      }
      if (state.done) return 0;
      const length = lengthOf(source);
      if (state.position < length) state.position++;
      else state.done = true;
      return length;
    },
  });
  const iterator: object = apply(arrayMethods[method], counter, []);
  indexedStates.add(iterator, state);
  return iterator;
}

/** Gets an iterator that has not come that far to a position, or to its end. Runs no user code. */
export function advanceIndexed(iterator: object, position: number, done: boolean): void {
  const state = indexedStates.get(iterator);
  if (state === undefined || !(position >= state.position && position <= LENGTH_MAX)) throw new RangeError("position");
  const { counter } = state;
  if (!state.done) {
    setPrototypeOf(counter, null);
    for (let left = position - state.position; left > 0; left--) {
      state.skipping = 1;
      apply(nextMethod, iterator, []);
    }
    if (!done) setPrototypeOf(counter, elementsOf(state.source));
  }
  state.position = position;
  if (!done || state.done) return;
  state.done = true;
  apply(nextMethod, iterator, []);
}

/** Makes the methods of both families give iterators that a checkpoint can hold. */
export function installIndexedIterators(): void {
  for (const [prototype, originals] of [
    [Array.prototype, arrayMethods],
    [typedArrayPrototype, typedArrayMethods],
  ] as const) {
    for (const method of ["values", "keys", "entries"] as const) {
      const holder = {
        [method](this: unknown) {
          // The original refuses what it is not for.
          apply(originals[method], this, []);
          return openIndexed(Object(this) as object, method);
        },
      };
      defineHidden(prototype, method, holder[method]);
    }
  }
}

/**
 * Promise.all, allSettled, any and race (ECMA-262 §27.2.4). What the element functions of one call share is a plain
 * record, and each element's own part another.
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { withoutStack } from "./errors.js";
import { defineHidden } from "./globals/define.js";
import { closeIteratorThrow, type IteratorRecord, openIterator, stepIterator } from "./iterators.js";
import {
  type Combination,
  ELEMENT,
  type ElementReaction,
  FULFILLED,
  GPromise,
  isSpentFunction,
  PENDING,
  type ResolvingFlag,
  type Settled,
  whenSpent,
} from "./promise.js";
import { invokeThen, isPlainPromise, newCapability, PromiseConstructor, staticMethods } from "./promise-constructor.js";
import { type Code, makeClosure, runtimeCode } from "./registry.js";

const { apply } = Reflect;
const { prototype: arrayPrototype } = Array;

interface Element {
  readonly index: number;
  called: boolean;
}
type ElementCaptures = readonly [combination: Combination, element: Element];

/** An element function: on its first call keeps what `keep` makes of its argument, on the last of all it `finish`es. */
interface ElementCode {
  readonly code: Code;
  readonly keep: (argument: unknown) => unknown;
  readonly finish: (combination: Combination) => unknown;
}

function elementCode(id: `rt:${string}`, keep: ElementCode["keep"], finish: ElementCode["finish"]): ElementCode {
  const code = runtimeCode(id, (captures) => {
    const { 0: combination, 1: element } = captures as ElementCaptures;
    return (argument: unknown) => {
      if (element.called) return undefined;
      element.called = true;
      setElement(combination.values, element.index, keep(argument));
      return --combination.remaining === 0 ? finish(combination) : undefined;
    };
  });
  whenSpent(code, (captures) => {
    const { 0: combination, 1: element } = captures as ElementCaptures;
    return element.called || isSpentFunction(combination.capability.reject);
  });
  return { code, keep, finish };
}

/** CreateDataProperty: an assignment does, unless a prototype has such an element. */
function setElement(values: unknown[], index: number, value: unknown): void {
  if (!(index in arrayPrototype)) values[index] = value;
  else Object.defineProperty(values, index, { value, writable: true, enumerable: true, configurable: true });
}

function resolveWithValues({ capability, values }: Combination): unknown {
  return apply(capability.resolve, undefined, [values]);
}

function rejectWithErrors({ capability, values }: Combination): unknown {
  return apply(capability.reject, undefined, [aggregateError(values)]);
}

function aggregateError(errors: unknown[]): AggregateError {
  const error = withoutStack(new AggregateError([]));
  defineHidden(error, "errors", errors);
  return error;
}

const ownValue = elementCode("rt:allElement", (fulfilled) => fulfilled, resolveWithValues);
const settledValue = elementCode("rt:settledValue", (fulfilled) => fulfilledEntry(fulfilled), resolveWithValues);
const settledReason = elementCode("rt:settledReason", (reason) => rejectedEntry(reason), resolveWithValues);
const reasonOfAny = elementCode("rt:anyElement", (reason) => reason, rejectWithErrors);

function fulfilledEntry(result: unknown): object {
  return { status: "fulfilled", value: result };
}

function rejectedEntry(reason: unknown): object {
  return { status: "rejected", reason };
}

/** What is done with an element's outcome in each kind of combination; undefined: it is that of the whole. */
const KINDS: Readonly<Record<string, { readonly fulfilled?: ElementCode; readonly rejected?: ElementCode }>> = {
  __proto__: null as never,
  all: { fulfilled: ownValue },
  allSettled: { fulfilled: settledValue, rejected: settledReason },
  any: { rejected: reasonOfAny },
};

/** The job of a reaction that stands for both element functions of one promise, which nobody can call but its outcome. */
export function settleElement({ 1: combination, 2: index, 3: kind }: ElementReaction, state: Settled, result: unknown) {
  const { capability, values } = combination;
  const code = state === FULFILLED ? KINDS[kind]?.fulfilled : KINDS[kind]?.rejected;
  if (code === undefined) {
    apply(state === FULFILLED ? capability.resolve : capability.reject, undefined, [result]);
    return;
  }
  values[index] = code === ownValue ? result : code.keep(result);
  if (--combination.remaining === 0) code.finish(combination);
}

/** Attaches the handlers for one element; `isPlain`: what isPlainPromise says of it. */
type Attach = (promise: unknown, shared: Combination, index: number, isPlain: boolean) => void;

/** The frame that all four share; `finish` is called when the iterable ended and nothing remains to wait for. */
function combine(
  Class: unknown,
  iterable: unknown,
  attach: Attach,
  finish: ((shared: Combination) => unknown) | undefined,
): unknown {
  const capability = newCapability(Class);
  const shared: Combination = { remaining: 1, values: [], capability };
  let record: IteratorRecord | undefined;
  try {
    const resolve: unknown = Reflect.get(Class as object, "resolve");
    if (typeof resolve !== "function") throw new TypeError("the resolve property of the constructor is not a function");
    record = openIterator(iterable);
    attachAll(Class, resolve, record, shared, attach);
    if (finish !== undefined && --shared.remaining === 0) finish(shared);
  } catch (error) {
    caught(error);
    if (record !== undefined) closeIteratorThrow(record);
    apply(capability.reject, undefined, [error]);
  }
  return capability.promise;
}

function attachAll(
  Class: unknown,
  resolve: AnyFunction,
  record: IteratorRecord,
  shared: Combination,
  attach: Attach,
): void {
  const flag = Class === PromiseConstructor ? (shared.capability as { flag?: ResolvingFlag }).flag : undefined;
  const plain = Class === PromiseConstructor && resolve === staticMethods.resolve;
  for (let index = 0; stepIterator(record); index++) {
    const { value } = record;
    // PromiseResolve would give such a promise back.
    const same = plain && isPlainPromise(value);
    const promise: unknown = same ? value : apply(resolve, Class, [value]);
    const isPlain = same || isPlainPromise(promise);
    attach(promise, shared, index, isPlain);
    if (flag !== undefined && (isPlain || GPromise.is(promise))) noteTimer(flag, promise as GPromise);
  }
}

function noteTimer(flag: ResolvingFlag, promise: GPromise): void {
  if (flag.done || GPromise.originOf(promise)?.kind !== "timer" || GPromise.stateOf(promise) !== PENDING) return;
  flag.timers ??= [];
  flag.timers.push(promise);
}

/** Waits for one promise of a combination. */
const attachElement =
  (kind: string): Attach =>
  (promise, shared, index, isPlain) => {
    setElement(shared.values, index, undefined);
    shared.remaining++;
    if (isPlain) {
      GPromise.react(promise as GPromise, [ELEMENT, shared, index, kind]);
      return;
    }
    const { fulfilled, rejected } = KINDS[kind] ?? {};
    const element: Element = { index, called: false };
    const handler = (code: ElementCode | undefined, otherwise: AnyFunction): AnyFunction =>
      code === undefined ? otherwise : makeClosure(code.code, [shared, element] satisfies ElementCaptures);
    invokeThen(promise, handler(fulfilled, shared.capability.resolve), handler(rejected, shared.capability.reject));
  };
const attachAllElement = attachElement("all");
const attachSettledElement = attachElement("allSettled");
const attachAnyElement = attachElement("any");

/** The static methods, to be defined on the constructor. */
export const combinators = {
  all(this: unknown, iterable: unknown): unknown {
    return combine(this, iterable, attachAllElement, resolveWithValues);
  },
  allSettled(this: unknown, iterable: unknown): unknown {
    return combine(this, iterable, attachSettledElement, resolveWithValues);
  },
  any(this: unknown, iterable: unknown): unknown {
    return combine(this, iterable, attachAnyElement, (shared) => {
      throw aggregateError(shared.values);
    });
  },
  race(this: unknown, iterable: unknown): unknown {
    return combine(
      this,
      iterable,
      (promise, { capability }) => invokeThen(promise, capability.resolve, capability.reject),
      undefined,
    );
  },
};

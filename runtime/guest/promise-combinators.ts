/**
 * Promise.all, allSettled, any and race (ECMA-262 §27.2.4). What the element functions of one call share is a plain
 * record, and each element's own part another.
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { defineHidden } from "./globals/define.js";
import { closeIteratorThrow, type IteratorRecord, openIterator, stepIterator } from "./iterators.js";
import { type CapabilityRecord, GPromise, isSpentFunction, PENDING, type ResolvingFlag, whenSpent } from "./promise.js";
import { invokeThen, newCapability, PromiseConstructor } from "./promise-constructor.js";
import { type Code, makeClosure, runtimeCode } from "./registry.js";

const { apply } = Reflect;

interface Shared {
  remaining: number;
  readonly values: unknown[];
  readonly capability: CapabilityRecord;
}
interface Element {
  readonly index: number;
  called: boolean;
}
type ElementCaptures = readonly [shared: Shared, element: Element];

/** An element function: on its first call keeps what `keep` makes of its argument, on the last of all it `finish`es. */
function elementCode(
  id: `rt:${string}`,
  keep: (argument: unknown) => unknown,
  finish: (shared: Shared) => unknown,
): Code {
  const code = runtimeCode(id, (captures) => {
    const { 0: shared, 1: element } = captures as ElementCaptures;
    return (argument: unknown) => {
      if (element.called) return undefined;
      element.called = true;
      setElement(shared.values, element.index, keep(argument));
      return --shared.remaining === 0 ? finish(shared) : undefined;
    };
  });
  whenSpent(code, (captures) => {
    const { 0: shared, 1: element } = captures as ElementCaptures;
    return element.called || isSpentFunction(shared.capability.reject);
  });
  return code;
}

function setElement(values: unknown[], index: number, value: unknown): void {
  Object.defineProperty(values, index, { value, writable: true, enumerable: true, configurable: true });
}

function resolveWithValues({ capability, values }: Shared): unknown {
  return apply(capability.resolve, undefined, [values]);
}

function rejectWithErrors({ capability, values }: Shared): unknown {
  return apply(capability.reject, undefined, [aggregateError(values)]);
}

function aggregateError(errors: unknown[]): AggregateError {
  const error = new AggregateError([]);
  defineHidden(error, "errors", errors);
  return error;
}

const allCode = elementCode("rt:allElement", (value) => value, resolveWithValues);
const settledValueCode = elementCode("rt:settledValue", (value) => ({ status: "fulfilled", value }), resolveWithValues);
const settledReasonCode = elementCode(
  "rt:settledReason",
  (reason) => ({ status: "rejected", reason }),
  resolveWithValues,
);
const anyCode = elementCode("rt:anyElement", (error) => error, rejectWithErrors);

/** Attaches the handlers for one element. */
type Attach = (promise: unknown, shared: Shared, index: number) => void;

/** The frame that all four share; `finish` is called when the iterable ended and nothing remains to wait for. */
function combine(
  Class: unknown,
  iterable: unknown,
  attach: Attach,
  finish: ((shared: Shared) => unknown) | undefined,
): unknown {
  const capability = newCapability(Class);
  const shared: Shared = { remaining: 1, values: [], capability };
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

function attachAll(Class: unknown, resolve: AnyFunction, record: IteratorRecord, shared: Shared, attach: Attach): void {
  const flag = Class === PromiseConstructor ? (shared.capability as { flag?: ResolvingFlag }).flag : undefined;
  for (let index = 0; stepIterator(record); index++) {
    const promise: unknown = apply(resolve, Class, [record.value]);
    attach(promise, shared, index);
    if (flag !== undefined && !flag.done && isRunningTimer(promise)) {
      flag.timers ??= [];
      flag.timers.push(promise);
    }
  }
}

function isRunningTimer(promise: unknown): promise is GPromise {
  return GPromise.is(promise) && GPromise.originOf(promise)?.kind === "timer" && GPromise.stateOf(promise) === PENDING;
}

function waitForElement(shared: Shared, index: number): void {
  setElement(shared.values, index, undefined);
  shared.remaining++;
}

function elementFunction(code: Code, shared: Shared, element: Element): AnyFunction {
  return makeClosure(code, [shared, element] satisfies ElementCaptures);
}

/** The static methods, to be defined on the constructor. */
export const combinators = {
  all(this: unknown, iterable: unknown): unknown {
    return combine(
      this,
      iterable,
      (promise, shared, index) => {
        waitForElement(shared, index);
        const onFulfilled = elementFunction(allCode, shared, { index, called: false });
        invokeThen(promise, onFulfilled, shared.capability.reject);
      },
      resolveWithValues,
    );
  },
  allSettled(this: unknown, iterable: unknown): unknown {
    return combine(
      this,
      iterable,
      (promise, shared, index) => {
        waitForElement(shared, index);
        const element = { index, called: false };
        const onFulfilled = elementFunction(settledValueCode, shared, element);
        invokeThen(promise, onFulfilled, elementFunction(settledReasonCode, shared, element));
      },
      resolveWithValues,
    );
  },
  any(this: unknown, iterable: unknown): unknown {
    return combine(
      this,
      iterable,
      (promise, shared, index) => {
        waitForElement(shared, index);
        const onRejected = elementFunction(anyCode, shared, { index, called: false });
        invokeThen(promise, shared.capability.resolve, onRejected);
      },
      (shared) => {
        throw aggregateError(shared.values);
      },
    );
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

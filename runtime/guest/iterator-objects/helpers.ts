/**
 * Iterator helpers (ECMA-262 §27.1.3 and .4): `map`, `filter`, `take`, `drop`, `flatMap`, `Iterator.concat` and the
 * wrappers of `Iterator.from`, as plain data. The prototypes are the engine's own, with other methods.
 *
 * E1  A helper's state says all about what it will do next; between two jobs none is running.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { caught } from "../current.js";
import { defineMethods } from "../globals/define.js";
import { isObject, methodOf } from "../resolve.js";
import { sideRecords } from "../side-record.js";
import { iteratorPrototype } from "./intrinsics.js";
import { openBy } from "./open.js";
import { close, closeFailed, type Direct, direct, flattenable, guarding, type Result, step } from "./protocol.js";

const { apply, get } = Reflect;
const { create, getPrototypeOf } = Object;
const { MAX_SAFE_INTEGER } = Number;
const isAncestor = Object.prototype.isPrototypeOf;

export type HelperKind = "map" | "filter" | "take" | "drop" | "flatMap" | "concat";

export class HelperState {
  readonly kind: HelperKind;
  /** What the helper draws from; of `concat` there is none. */
  readonly outer: Direct | undefined;
  /** The function, or the number of values to take or drop that are left, or what is to be opened next. */
  parameter: unknown;
  counter = 0;
  /** Of `flatMap` and `concat`: the iterator whose values are being passed on. */
  inner: Direct | undefined = undefined;
  stage: "start" | "suspended" | "running" | "completed" = "start";

  constructor(kind: HelperKind, outer: Direct | undefined, parameter: unknown) {
    this.kind = kind;
    this.outer = outer;
    this.parameter = parameter;
  }
}

/** What `concat` opens one after another: method and iterable, alternating. */
type ToOpen = unknown[];

export const helperStates = sideRecords<HelperState>();
export const wrapped = sideRecords<Direct>();

const IteratorClass = Reflect.get(globalThis, "Iterator") as (AnyFunction & { from: AnyFunction }) | undefined;

function prototypeOfHelpers(): object {
  const map: unknown = get(iteratorPrototype, "map");
  return typeof map === "function"
    ? (getPrototypeOf(apply(map, [].values(), [() => undefined])) as object)
    : create(iteratorPrototype);
}

function prototypeOfWrappers(): object {
  if (IteratorClass === undefined) return create(iteratorPrototype) as object;
  return getPrototypeOf(apply(IteratorClass.from, IteratorClass, [{ next: () => ({ done: true }) }])) as object;
}

/** %IteratorHelperPrototype% */
export const helperPrototype: object = prototypeOfHelpers();
/** %WrapForValidIteratorPrototype% */
export const wrapperPrototype: object = prototypeOfWrappers();

/** A helper without its state, to be filled. */
export function reviveHelper(): object {
  return create(helperPrototype);
}

/** A wrapper without what it wraps, to be filled. */
export function reviveWrapper(): object {
  return create(wrapperPrototype);
}

function makeHelper(kind: HelperKind, outer: Direct | undefined, parameter: unknown): object {
  const helper = reviveHelper();
  helperStates.add(helper, new HelperState(kind, outer, parameter));
  return helper;
}

/** The next value as a result object, or undefined at the end. */
const advance: Readonly<Record<HelperKind, (state: HelperState, outer: Direct) => Result | undefined>> = {
  map(state, outer) {
    const found = step(outer);
    if (found === undefined) return undefined;
    return yielded(call(state, outer, get(found, "value")));
  },
  filter(state, outer) {
    for (;;) {
      const found = step(outer);
      if (found === undefined) return undefined;
      const value: unknown = get(found, "value");
      if (call(state, outer, value)) return yielded(value);
    }
  },
  take(state, outer) {
    const left = state.parameter as number;
    if (left === 0) {
      close(outer.iterator);
      return undefined;
    }
    state.parameter = left - 1;
    return passedOn(outer);
  },
  drop(state, outer) {
    for (let left = state.parameter as number; left > 0; left = state.parameter as number) {
      state.parameter = left - 1;
      if (step(outer) === undefined) return undefined;
    }
    return passedOn(outer);
  },
  flatMap(state, outer) {
    for (;;) {
      if (state.inner === undefined) {
        const found = step(outer);
        if (found === undefined) return undefined;
        const value: unknown = get(found, "value");
        state.inner = guarding(outer.iterator, () =>
          flattenable(apply(state.parameter as AnyFunction, undefined, [value, state.counter]), false),
        );
        state.counter++;
      }
      const { inner } = state;
      const result = guarding(outer.iterator, () => passedOn(inner));
      if (result !== undefined) return result;
      state.inner = undefined;
    }
  },
  concat(state) {
    const list = state.parameter as ToOpen;
    for (;;) {
      if (state.inner === undefined) {
        if (list.length === 0) return undefined;
        const [method, iterable] = list.splice(0, 2);
        const iterator = openBy(method as AnyFunction, iterable);
        if (!isObject(iterator)) throw new TypeError("the iterator is not an object");
        state.inner = direct(iterator);
      }
      const result = passedOn(state.inner);
      if (result !== undefined) return result;
      state.inner = undefined;
    }
  },
};

function yielded(value: unknown): Result {
  return { value, done: false };
}

function passedOn(source: Direct): Result | undefined {
  const found = step(source);
  return found === undefined ? undefined : yielded(get(found, "value"));
}

function call(state: HelperState, outer: Direct, value: unknown): unknown {
  return guarding(outer.iterator, () => apply(state.parameter as AnyFunction, undefined, [value, state.counter++]));
}

function stateOf(helper: unknown, method: string): HelperState {
  const state = isObject(helper) ? helperStates.get(helper) : undefined;
  if (state === undefined) throw new TypeError(`${method} called on what is not an iterator helper`);
  if (state.stage === "running") throw new TypeError("the iterator helper is running already");
  return state;
}

function end(state: HelperState): Result {
  state.stage = "completed";
  state.inner = undefined;
  return { value: undefined, done: true };
}

/** What `return` closes: from the innermost outwards. */
function closeAll({ inner, outer }: HelperState): void {
  if (inner === undefined) {
    if (outer !== undefined) close(outer.iterator);
    return;
  }
  if (outer === undefined) return close(inner.iterator);
  guarding(outer.iterator, () => close(inner.iterator));
  close(outer.iterator);
}

const helperMethods = {
  next(this: unknown): Result {
    const state = stateOf(this, "next");
    if (state.stage === "completed") return { value: undefined, done: true };
    state.stage = "running";
    try {
      const result = advance[state.kind](state, state.outer as Direct);
      if (result === undefined) return end(state);
      state.stage = "suspended";
      return result;
    } catch (error) {
      end(state);
      throw caught(error);
    }
  },
  return(this: unknown): Result {
    const state = stateOf(this, "return");
    if (state.stage === "completed") return { value: undefined, done: true };
    const started = state.stage !== "start";
    state.stage = started ? "running" : "completed";
    try {
      closeAll(state);
    } finally {
      end(state);
    }
    return { value: undefined, done: true };
  },
};

function wrappedBy(wrapper: unknown, method: string): Direct {
  const record = isObject(wrapper) ? wrapped.get(wrapper) : undefined;
  if (record === undefined) throw new TypeError(`${method} called on what is not a wrapped iterator`);
  return record;
}

const wrapperMethods = {
  next(this: unknown): unknown {
    const { iterator, next } = wrappedBy(this, "next");
    return apply(next as AnyFunction, iterator, []);
  },
  return(this: unknown): unknown {
    const { iterator } = wrappedBy(this, "return");
    const method = methodOf(iterator, "return");
    return method === undefined ? { value: undefined, done: true } : apply(method, iterator, []);
  },
};

function receiver(value: unknown, method: string): object {
  if (!isObject(value)) throw new TypeError(`${method} called on what is not an object`);
  return value;
}

function withFunction(kind: HelperKind, self: unknown, fn: unknown): object {
  const iterator = receiver(self, kind);
  if (typeof fn !== "function") throw closeFailed(iterator, new TypeError(`the argument of ${kind} is not a function`));
  return makeHelper(kind, direct(iterator), fn);
}

function withCount(kind: HelperKind, self: unknown, limit: unknown): object {
  const iterator = receiver(self, kind);
  const count = guarding(iterator, () => {
    const number = Math.trunc(+(limit as number));
    if (number >= 0 && (number <= MAX_SAFE_INTEGER || number === Infinity)) return number;
    throw new RangeError(`the argument of ${kind} is not a number of values`);
  });
  return makeHelper(kind, direct(iterator), count);
}

const iteratorMethods = {
  map(this: unknown, mapper: unknown) {
    return withFunction("map", this, mapper);
  },
  filter(this: unknown, predicate: unknown) {
    return withFunction("filter", this, predicate);
  },
  take(this: unknown, limit: unknown) {
    return withCount("take", this, limit);
  },
  drop(this: unknown, limit: unknown) {
    return withCount("drop", this, limit);
  },
  flatMap(this: unknown, mapper: unknown) {
    return withFunction("flatMap", this, mapper);
  },
};

const staticMethods = {
  from(value: unknown): object {
    const record = flattenable(value, true);
    if (apply(isAncestor, iteratorPrototype, [record.iterator])) return record.iterator;
    const wrapper = reviveWrapper();
    wrapped.add(wrapper, record);
    return wrapper;
  },
  concat(...iterables: unknown[]): object {
    const list: ToOpen = [];
    for (let i = 0; i < iterables.length; i++) {
      const iterable = receiver(iterables[i], "concat");
      const method = methodOf(iterable, Symbol.iterator);
      if (method === undefined) throw new TypeError("an argument of concat is not iterable");
      list.push(method, iterable);
    }
    return makeHelper("concat", undefined, list);
  },
};

/** Replaces the engine's. */
export function installIteratorHelpers(): void {
  defineMethods(helperPrototype, helperMethods);
  defineMethods(wrapperPrototype, wrapperMethods);
  if (IteratorClass === undefined) return;
  defineMethods(iteratorPrototype, iteratorMethods);
  defineMethods(IteratorClass, staticMethods);
}

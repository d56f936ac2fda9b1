/**
 * Resolving promises and promise capabilities (ECMA-262 §27.2.1.1, .3 and .5).
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { disarmTimer } from "./origin.js";
import {
  type Capability,
  type CapabilityRecord,
  FULFILLED,
  GPromise,
  PENDING,
  REJECTED,
  type ResolvingFlag,
  type Settled,
  whenSpent,
} from "./promise.js";
import { enqueueQuestion } from "./queue.js";
import { makeClosure, runtimeCode } from "./registry.js";

/** What a promise resolve function does with its argument. */
export function resolvePromise(promise: GPromise, resolution: unknown): void {
  if (typeof resolution === "object" ? resolution === null : typeof resolution !== "function") {
    GPromise.settle(promise, FULFILLED, resolution);
    return;
  }
  if (resolution === promise) {
    GPromise.settle(promise, REJECTED, new TypeError("a promise cannot be resolved with itself"));
    return;
  }
  let then: unknown;
  try {
    then = (resolution as { readonly then?: unknown }).then;
  } catch (error) {
    GPromise.settle(promise, REJECTED, caught(error));
    return;
  }
  if (typeof then !== "function") {
    GPromise.settle(promise, FULFILLED, resolution);
    return;
  }
  enqueueQuestion(promise, [resolution as object, then]);
}

/** The captures of a promise resolve or reject function. */
type Resolving = readonly [promise: GPromise, flag: ResolvingFlag];

const resolveCode = runtimeCode("rt:resolve", (captures) => {
  const { 0: promise, 1: flag } = captures as Resolving;
  return (value: unknown) => {
    if (use(flag)) resolvePromise(promise, value);
  };
});
const rejectCode = runtimeCode("rt:reject", (captures) => {
  const { 0: promise, 1: flag } = captures as Resolving;
  return (reason: unknown) => {
    if (use(flag)) GPromise.settle(promise, REJECTED, reason);
  };
});
whenSpent(resolveCode, (captures) => (captures as Resolving)[1].done);
whenSpent(rejectCode, (captures) => (captures as Resolving)[1].done);

function use(flag: ResolvingFlag): boolean {
  if (flag.done) return false;
  flag.done = true;
  const { timers } = flag;
  flag.timers = undefined;
  if (timers !== undefined) for (const timer of timers) releaseTimer(timer);
  return true;
}

/** Cancels the timer behind a promise when nobody waits for it; who does so later arms it again. */
export function releaseTimer(timer: GPromise): void {
  const origin = GPromise.originOf(timer);
  if (origin?.kind !== "timer" || GPromise.stateOf(timer) !== PENDING || GPromise.isObserved(timer)) return;
  disarmTimer(origin);
}

export interface ResolvingFunctions extends CapabilityRecord {
  promise: GPromise;
  flag: ResolvingFlag;
}

/** CreateResolvingFunctions. */
export function resolvingFunctions(promise: GPromise): ResolvingFunctions {
  const flag: ResolvingFlag = { done: false, timers: undefined };
  const captures: Resolving = [promise, flag];
  return { promise, flag, resolve: makeClosure(resolveCode, captures), reject: makeClosure(rejectCode, captures) };
}

/** Settles what a reaction's capability stands for: its resolve function on `FULFILLED`, else its reject function. */
export function settleCapability(capability: Capability, state: Settled, value: unknown): void {
  if (!GPromise.is(capability)) {
    Reflect.apply(state === FULFILLED ? capability.resolve : capability.reject, undefined, [value]);
  } else if (state === FULFILLED) {
    resolvePromise(capability, value);
  } else {
    GPromise.settle(capability, REJECTED, value);
  }
}

interface ExecutorRecord {
  resolve: unknown;
  reject: unknown;
}

const capabilityExecutorCode = runtimeCode("rt:capabilityExecutor", ({ 0: captured }) => {
  const record = captured as ExecutorRecord;
  return (resolve: unknown, reject: unknown) => {
    if (record.resolve !== undefined) throw new TypeError("the resolve function of this capability is already set");
    if (record.reject !== undefined) throw new TypeError("the reject function of this capability is already set");
    record.resolve = resolve;
    record.reject = reject;
  };
});

/** NewPromiseCapability for a constructor other than %Promise%. */
export function foreignCapability(Class: unknown): CapabilityRecord {
  if (!isConstructor(Class)) throw new TypeError(`${describe(Class)} is not a constructor`);
  const record: ExecutorRecord = { resolve: undefined, reject: undefined };
  const promise: unknown = nativeConstruct(Class, [makeClosure(capabilityExecutorCode, [record])]);
  const { resolve, reject } = record;
  if (typeof resolve !== "function") throw new TypeError("the promise's resolve function is not callable");
  if (typeof reject !== "function") throw new TypeError("the promise's reject function is not callable");
  return { promise, resolve, reject };
}

/** SpeciesConstructor. */
export function speciesConstructor(object: object, fallback: AnyFunction): AnyFunction {
  const Class: unknown = Reflect.get(object, "constructor");
  if (Class === undefined) return fallback;
  if (!isObject(Class)) {
    throw new TypeError("the constructor property of a promise is not an object");
  }
  const species: unknown = Reflect.get(Class, Symbol.species);
  if (species === undefined || species === null || species === fallback) return fallback;
  if (!isConstructor(species)) throw new TypeError(`${describe(species)} is not a constructor`);
  return species;
}

/** GetMethod of an object. */
export function methodOf(object: object, name: PropertyKey): AnyFunction | undefined {
  const method: unknown = Reflect.get(object, name);
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError(`${String(name)} is not a function`);
  return method;
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

const NativeProxy = Proxy;
const nativeConstruct = Reflect.construct;
/** Stands in for the constructor's own code, so that nothing of it runs or is read. */
const inertHandler: ProxyHandler<AnyFunction> = { construct: () => ({}) };

/** IsConstructor, without reading anything of the function. */
export function isConstructor(value: unknown): value is AnyFunction {
  if (typeof value !== "function") return false;
  try {
    nativeConstruct(new NativeProxy(value, inertHandler), []);
    return true;
  } catch (error) {
    caught(error);
    return false;
  }
}

function describe(value: unknown): string {
  return typeof value === "function" ? value.name || "the function" : String(value);
}

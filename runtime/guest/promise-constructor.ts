/**
 * %Promise%, its prototype's methods and the static ones that make a single promise (ECMA-262 §27.2.3 to .5).
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { defineMethods } from "./globals/define.js";
import { type Capability, type CapabilityRecord, GPromise, REJECTED, setIntrinsicPromise } from "./promise.js";
import { makeClosure, runtimeCode } from "./registry.js";
import { foreignCapability, isObject, resolvePromise, resolvingFunctions, speciesConstructor } from "./resolve.js";

const construct = Reflect.construct;
const apply = Reflect.apply;
const { getPrototypeOf, hasOwn, isFrozen } = Object;

/** A plain function, because a class would ask `new.target` for its prototype before it looks at the executor. */
export const PromiseConstructor = function (this: unknown, executor: unknown): GPromise {
  if (new.target === undefined) throw new TypeError("Promise must be called with new");
  if (typeof executor !== "function") throw new TypeError("the executor of a promise must be a function");
  const target: unknown = new.target;
  const promise: GPromise =
    target === PromiseConstructor ? new GPromise() : construct(GPromise, [], target as AnyFunction);
  const { resolve, reject } = resolvingFunctions(promise);
  try {
    apply(executor, undefined, [resolve, reject]);
  } catch (error) {
    apply(reject, undefined, [caught(error)]);
  }
  return promise;
} as unknown as PromiseConstructorLike & AnyFunction;

type PromiseConstructorLike = new (executor: unknown) => GPromise;

/** NewPromiseCapability as a record: the two functions are wanted. */
export function newCapability(Class: unknown): CapabilityRecord {
  return Class === PromiseConstructor ? resolvingFunctions(new GPromise()) : foreignCapability(Class);
}

/** NewPromiseCapability where only the runtime will settle it. */
function lightCapability(Class: unknown): Capability {
  return Class === PromiseConstructor ? new GPromise() : foreignCapability(Class);
}

function promiseOf(capability: Capability): unknown {
  return GPromise.is(capability) ? capability : capability.promise;
}

/** PromiseResolve. */
export function promiseResolve(Class: unknown, value: unknown): unknown {
  if (GPromise.is(value) && Reflect.get(value, "constructor") === Class) return value;
  if (Class === PromiseConstructor) return resolvedPromise(value);
  const capability = foreignCapability(Class);
  apply(capability.resolve, undefined, [value]);
  return capability.promise;
}

/** PromiseResolve(%Promise%, value). */
export function toPromise(value: unknown): GPromise {
  if (GPromise.is(value) && (value as { readonly constructor: unknown }).constructor === PromiseConstructor)
    return value;
  return resolvedPromise(value);
}

function resolvedPromise(value: unknown): GPromise {
  const promise = new GPromise();
  resolvePromise(promise, value);
  return promise;
}

/** A rejected promise. */
export function rejectedPromise(reason: unknown): GPromise {
  const promise = new GPromise();
  GPromise.settle(promise, REJECTED, reason);
  return promise;
}

const callable = (value: unknown): AnyFunction | undefined => (typeof value === "function" ? value : undefined);

// In a literal, because methods are no constructors.
export const { then } = {
  // biome-ignore lint/suspicious/noThenProperty: this is the method itself
  then(this: unknown, onFulfilled: unknown, onRejected: unknown): unknown {
    if (!GPromise.is(this)) throw new TypeError("Promise.prototype.then called on what is not a promise");
    const capability = lightCapability(speciesConstructor(this, PromiseConstructor));
    GPromise.handle(this, callable(onFulfilled), callable(onRejected), capability);
    return promiseOf(capability);
  },
};

/**
 * Invoke(promise, "then", « fulfilled, rejected ») with handlers of the runtime that cannot throw. Leaves the derived
 * promise out where nobody could see it, so that the reaction counts as spent as soon as its handlers are (P3).
 */
export function invokeThen(promise: unknown, fulfilled: AnyFunction, rejected: AnyFunction): void {
  if (isPlainPromise(promise)) {
    GPromise.handle(promise, fulfilled, rejected);
    return;
  }
  const method: unknown = (promise as { readonly then: unknown }).then;
  if (typeof method !== "function") throw new TypeError("the then property of a promise is not a function");
  apply(method, promise, [fulfilled, rejected]);
}

/**
 * True for a promise whose `then` and constructor are those of %Promise% and no getters of its own: then nobody can see
 * how they are read. In a realm that is not frozen they may have been replaced for all promises.
 */
export function isPlainPromise(promise: unknown): promise is GPromise {
  if (!GPromise.is(promise) || getPrototypeOf(promise) !== GPromise.prototype) return false;
  if (hasOwn(promise, "then") || hasOwn(promise, "constructor")) return false;
  return sealed || intrinsicsArePristine();
}

/** Nobody can replace anything of %Promise% any more. */
let sealed = false;

function intrinsicsArePristine(): boolean {
  const { prototype } = GPromise as unknown as { readonly prototype: { then: unknown; constructor: unknown } };
  if (prototype.then !== then || prototype.constructor !== PromiseConstructor) return false;
  sealed = isFrozen(PromiseConstructor) && isFrozen(prototype);
  return sealed || Reflect.get(PromiseConstructor, Symbol.species) === PromiseConstructor;
}

const thenFinallyCode = runtimeCode("rt:thenFinally", ({ 0: onFinally, 1: Class }) => (value: unknown) => {
  const promise = promiseResolve(Class, apply(onFinally as AnyFunction, undefined, []));
  return invokeGeneric(promise, [makeClosure(valueThunkCode, [value])]);
});
const catchFinallyCode = runtimeCode("rt:catchFinally", ({ 0: onFinally, 1: Class }) => (reason: unknown) => {
  const promise = promiseResolve(Class, apply(onFinally as AnyFunction, undefined, []));
  return invokeGeneric(promise, [makeClosure(throwerCode, [reason])]);
});
const valueThunkCode = runtimeCode(
  "rt:valueThunk",
  ({ 0: value }) =>
    () =>
      value,
);
const throwerCode = runtimeCode("rt:thrower", ({ 0: reason }) => () => {
  throw reason;
});

function invokeGeneric(promise: unknown, args: readonly unknown[]): unknown {
  const method: unknown = (promise as { readonly then: unknown }).then;
  if (typeof method !== "function") throw new TypeError("the then property of a promise is not a function");
  return apply(method, promise, args);
}

const prototypeMethods = {
  catch(this: unknown, onRejected: unknown): unknown {
    return invokeGeneric(this, [undefined, onRejected]);
  },
  finally(this: unknown, onFinally: unknown): unknown {
    if (!isObject(this)) throw new TypeError("Promise.prototype.finally called on what is not an object");
    const Class = speciesConstructor(this, PromiseConstructor);
    if (typeof onFinally !== "function") return invokeGeneric(this, [onFinally, onFinally]);
    const captures = [onFinally, Class];
    return invokeGeneric(this, [makeClosure(thenFinallyCode, captures), makeClosure(catchFinallyCode, captures)]);
  },
};

export const staticMethods = {
  resolve(this: unknown, value: unknown): unknown {
    if (!isObject(this)) throw new TypeError("Promise.resolve called on what is not an object");
    return promiseResolve(this, value);
  },
  reject(this: unknown, reason: unknown): unknown {
    const capability = lightCapability(this);
    if (GPromise.is(capability)) GPromise.settle(capability, REJECTED, reason);
    else apply(capability.reject, undefined, [reason]);
    return promiseOf(capability);
  },
  withResolvers(this: unknown): object {
    const { promise, resolve, reject } = newCapability(this);
    return { promise, resolve, reject };
  },
  try(this: unknown, callback: unknown, ...args: unknown[]): unknown {
    if (!isObject(this)) throw new TypeError("Promise.try called on what is not an object");
    const capability = newCapability(this);
    let value: unknown;
    try {
      value = apply(callback as AnyFunction, undefined, args);
    } catch (error) {
      apply(capability.reject, undefined, [caught(error)]);
      return capability.promise;
    }
    apply(capability.resolve, undefined, [value]);
    return capability.promise;
  },
};

const speciesHolder = {
  get [Symbol.species](): unknown {
    return this;
  },
};

setIntrinsicPromise(PromiseConstructor, toPromise);

/** Gives the constructor and the prototype their properties; `combinators` are the further static methods. */
export function assemblePromise(combinators: Readonly<Record<string, AnyFunction>>): void {
  const Class = PromiseConstructor;
  const { prototype } = GPromise;
  Object.defineProperties(Class, {
    length: { value: 1, configurable: true },
    name: { value: "Promise", configurable: true },
    prototype: { value: prototype, writable: false, enumerable: false, configurable: false },
    [Symbol.species]: { ...Object.getOwnPropertyDescriptor(speciesHolder, Symbol.species), enumerable: false },
  });
  defineMethods(Class, combinators);
  defineMethods(Class, staticMethods);
  defineMethods(prototype, { constructor: Class, then, ...prototypeMethods });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: "Promise", configurable: true });
}

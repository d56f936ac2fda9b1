/**
 * What `using` and `await using` declarations hold (ECMA-262, explicit resource management: DisposeResources), cut at
 * its awaits so that lowered code can rest there.
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { disposeSymbols, suppressedError } from "./globals/dispose.js";
import { FULFILLED, GPromise, REJECTED } from "./promise.js";
import { isObject, methodOf, resolvePromise } from "./resolve.js";

export interface Resource {
  readonly value: unknown;
  readonly asynchronous: boolean;
  /** Undefined for `await using x = null`: then only the await is due. */
  readonly method: AnyFunction | undefined;
  /** The method is a synchronous one that stands in for an asynchronous one: its result is not awaited for. */
  readonly wrapped: boolean;
}

export class Resources {
  list: Resource[] = [];
  failed = false;
  error: unknown = undefined;
  /** What to await next. */
  awaited: unknown = undefined;
  needsAwait = false;
  hasAwaited = false;
}

/** AddDisposableResource. Gives the value back; throws a TypeError for what cannot be disposed of. */
export function addResource(resources: Resources, value: unknown, asynchronous: boolean): unknown {
  if (value === null || value === undefined) {
    if (asynchronous) resources.list.push({ value: undefined, asynchronous, method: undefined, wrapped: false });
    return value;
  }
  if (!isObject(value)) throw new TypeError("a resource of `using` must be an object, null or undefined");
  const own = asynchronous ? methodOf(value, disposeSymbols.asyncDispose) : undefined;
  const method = own ?? methodOf(value, disposeSymbols.dispose);
  if (method === undefined) throw new TypeError("a resource of `using` has no dispose method");
  resources.list.push({ value, asynchronous, method, wrapped: asynchronous && own === undefined });
  return value;
}

/** Adds what is to be called without a receiver when the resources are disposed of. */
export function addMethod(resources: Resources, method: AnyFunction, asynchronous: boolean): void {
  resources.list.push({ value: undefined, asynchronous, method, wrapped: false });
}

/** Notes an error; one that was there before is suppressed by it. */
export function failResources(resources: Resources, error: unknown): void {
  resources.error = resources.failed ? suppressedError(error, resources.error) : error;
  resources.failed = true;
}

/** Disposes until something is to be awaited (true) or nothing is left (false). */
export function disposeNext(resources: Resources): boolean {
  for (;;) {
    const resource = resources.list.at(-1);
    const due = resources.needsAwait && !resources.hasAwaited;
    if (due && (resource === undefined || !resource.asynchronous)) {
      resources.needsAwait = false;
      resources.awaited = undefined;
      return true;
    }
    if (resource === undefined) return false;
    resources.list.pop();
    if (resource.method === undefined) {
      resources.needsAwait = true;
      continue;
    }
    if (!callMethod(resources, resource)) continue;
    resources.hasAwaited = true;
    return true;
  }
}

/** True if the result is to be awaited. */
function callMethod(resources: Resources, { value, method, asynchronous, wrapped }: Resource): boolean {
  let state: typeof FULFILLED | typeof REJECTED = FULFILLED;
  let result: unknown;
  try {
    result = Reflect.apply(method as AnyFunction, value, []);
  } catch (error) {
    state = REJECTED;
    result = caught(error);
  }
  if (wrapped) {
    // The wrapper gives a promise: of nothing, or of the error.
    const promise = new GPromise();
    if (state === FULFILLED) resolvePromise(promise, undefined);
    else GPromise.settle(promise, REJECTED, result);
    resources.awaited = promise;
    return true;
  }
  if (state === REJECTED) {
    failResources(resources, result);
    return false;
  }
  resources.awaited = result;
  return asynchronous;
}

/** The end of the block: throws what went wrong. */
export function endResources({ failed, error }: Resources): void {
  if (failed) throw error;
}

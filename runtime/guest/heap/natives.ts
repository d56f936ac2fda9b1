/**
 * The engine's own operations, taken before any guest override or user code can replace them.
 *
 * N1  Nothing here runs user code: no getters, no traps, no overridden methods.
 */
import type { AnyFunction } from "../../protocol/helpers.js";

type Uncurried<F> = F extends (this: infer T, ...args: infer A) => infer R ? (self: T, ...args: A) => R : never;

const nativeCall = Function.prototype.call;

/** `method` as a function of its receiver: `uncurry(Map.prototype.get)(map, key)`. */
export function uncurry<F extends AnyFunction>(method: F): Uncurried<F> {
  return nativeBind(nativeCall, method) as Uncurried<F>;
}

function bindThroughNative(): (target: AnyFunction, self: unknown, ...args: unknown[]) => AnyFunction {
  const { bind } = Function.prototype;
  return bind.call(nativeCall as never, bind as never) as never;
}

/** Function.prototype.bind with the target as first argument. */
export const nativeBind = bindThroughNative();

/** The getter of an accessor property of the engine's. */
export function getterOf<R>(holder: object, key: PropertyKey): (self: object) => R {
  const getter = Object.getOwnPropertyDescriptor(holder, key)?.get;
  if (getter === undefined) throw new TypeError(`no getter ${String(key)}`);
  return uncurry(getter) as never;
}

export const { getPrototypeOf, setPrototypeOf, isExtensible, preventExtensions, create } = Object;
export const enumerableKeys = Object.keys;
export const { ownKeys, apply, construct } = Reflect;
export const describe = Object.getOwnPropertyDescriptor;
export const define = Object.defineProperty;
export const { isArray } = Array;
export const { isView } = ArrayBuffer;
export const deleteProperty = Reflect.deleteProperty;

export const NativeMap = Map;
export const NativeSet = Set;
export const NativeWeakMap = WeakMap;
export const NativeWeakSet = WeakSet;
export const NativeProxy = Proxy;
export const NativeDate = Date;
export const NativeError = Error;
export const NativeRegExp = RegExp;
export const NativeArrayBuffer = ArrayBuffer;
export const NativeDataView = DataView;
export const NativeUint8Array = Uint8Array;

export const symbolKeyFor = Symbol.keyFor;
export const symbolDescription = getterOf<string | undefined>(Symbol.prototype, "description") as unknown as (
  self: symbol,
) => string | undefined;

/** The function that throws for `arguments.callee` of strict code: %ThrowTypeError%. */
export const throwTypeError: unknown = describe(
  (function (this: unknown) {
    // biome-ignore lint/complexity/noArguments: the object itself is wanted
    return arguments;
  })(),
  "callee",
)?.get;

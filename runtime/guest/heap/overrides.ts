/**
 * Replacements for the intrinsics whose results the engine does not let us look into: bound functions and proxies; and
 * for those that can give an object a shape which would otherwise have to be searched for in every object.
 *
 * O1  User code cannot tell a replacement from the original by its name, length, prototype or behaviour.
 * O2  Installed before `nameIntrinsics` and before user code.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { keepBrands, keepBrandsOf } from "../classes.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { sideRecords } from "../side-record.js";
import { apply, construct, define, describe, NativeProxy, NativeWeakSet, nativeBind } from "./natives.js";

export interface BoundRecord {
  readonly target: AnyFunction;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

export interface ProxyRecord {
  /** Null once revoked. */
  target: object | null;
  handler: object | null;
  /** Whether it stands, or stood, for a function. */
  readonly callable: boolean;
  /** The engine's own revoking function, for proxies of Proxy.revocable. */
  readonly revoke: (() => void) | undefined;
}

interface Knowledge {
  /** Set once the replacements are in place: before that nothing is known about objects. */
  installed: boolean;
  anyProxies: boolean;
  anyMoved: boolean;
}

const knowledge: Knowledge = { installed: false, anyProxies: false, anyMoved: false };
const boundRecords = sideRecords<BoundRecord>();
const proxyRecords = sideRecords<ProxyRecord>();
const movedObjects = new NativeWeakSet<object>();
const shapedObjects = new NativeWeakSet<object>();
const nativeRevocable = NativeProxy.revocable;

/** What `bind` was called with; undefined for functions that are not bound. */
export function boundRecordOf(fn: AnyFunction): BoundRecord | undefined {
  return boundRecords.get(fn);
}

/** What a proxy consists of; undefined for objects that are not proxies. */
export function proxyRecordOf(value: object): ProxyRecord | undefined {
  return knowledge.anyProxies ? proxyRecords.get(value) : undefined;
}

/** True if the object may have a prototype that says nothing about its internal slots. */
export function isMoved(object: object): boolean {
  return knowledge.anyMoved && movedObjects.has(object);
}

/** Notes that the object's prototype says nothing about its internal slots. */
export function noteMoved(object: object): void {
  knowledge.anyMoved = true;
  movedObjects.add(object);
}

/** True if somebody may have defined properties of the object with flags of his choice, or as accessors. */
export function mayBeShaped(object: object): boolean {
  return !knowledge.installed || shapedObjects.has(object);
}

/** Notes that the object has properties which neither literals nor assignments give. */
export function noteShaped(object: object): void {
  shapedObjects.add(object);
}

/** Function.prototype.bind, remembered. */
export function makeBound(target: AnyFunction, self: unknown, args: readonly unknown[]): AnyFunction {
  const bound = nativeBind(target, self, ...args);
  boundRecords.set(bound, { target, self, args });
  return bound;
}

/** A proxy, remembered; with null for target and handler a revoked one, which stood for a function if `callable`. */
export function makeProxy(
  target: object | null,
  handler: object | null,
  revocable: boolean,
  callable = typeof target === "function",
): object {
  knowledge.anyProxies = true;
  if (!revocable) {
    const proxy = new NativeProxy(target as object, handler as object);
    proxyRecords.set(proxy, { target, handler, callable, revoke: undefined });
    return proxy;
  }
  const { proxy, revoke } = nativeRevocable(target ?? (callable ? () => undefined : {}), handler ?? {});
  if (target === null) revoke();
  proxyRecords.set(proxy, { target, handler, callable, revoke });
  return proxy;
}

/** The function that Proxy.revocable gives; its capture is a record whose `proxy` is null after the first call. */
const revoker = runtimeCode("rt:revokeProxy", ([cell]) => {
  const holder = cell as { proxy: object | null };
  return () => {
    const record = holder.proxy === null ? undefined : proxyRecords.get(holder.proxy);
    holder.proxy = null;
    if (record === undefined) return;
    record.revoke?.();
    record.target = null;
    record.handler = null;
  };
});

/** Puts the replacements into a realm's global object. */
export function installHeapOverrides(global: object): void {
  knowledge.installed = true;
  replaceMethods(Function.prototype, {
    bind(this: AnyFunction, self: unknown, ...args: unknown[]) {
      return makeBound(this, self, args);
    },
  });
  const object = Object as unknown as Record<string, AnyFunction>;
  const reflect = Reflect as unknown as Record<string, AnyFunction>;
  const legacy = Object.prototype as unknown as Record<string, AnyFunction>;
  replaceMethods(object, watched(object, ["defineProperty", "defineProperties"], noteDefined));
  replaceMethods(reflect, watched(reflect, ["defineProperty"], noteDefined));
  replaceMethods(legacy, watchedMethods(legacy, ["__defineGetter__", "__defineSetter__"]));
  replaceMethods(object, watched(object, ["setPrototypeOf"], noteObject));
  replaceMethods(reflect, watched(reflect, ["setPrototypeOf"], noteObject));
  const { create } = object as { readonly create: AnyFunction };
  replaceMethods(object, {
    create(prototype: object | null, properties?: PropertyDescriptorMap) {
      const made: object = apply(create, undefined, [prototype, properties]);
      if (properties !== undefined) noteDefined(made);
      return made;
    },
  });
  replaceMethods(reflect, {
    construct(target: AnyFunction, args: ArrayLike<unknown>, ...rest: AnyFunction[]) {
      const made: object = apply(construct, undefined, [target, args, ...rest]);
      if (rest.length > 0 && rest[0] !== target) {
        keepBrandsOf(made, target, isProxy);
        noteMoved(made);
      }
      return made;
    },
  });
  watchPrototypeSetter();
  installProxy(global);
}

function noteDefined(value: unknown): void {
  // What is defined on a proxy may end up on what it stands for.
  for (let object = value; isObject(object); object = proxyRecordOf(object)?.target) shapedObjects.add(object);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function noteObject(value: unknown): void {
  if (!isObject(value)) return;
  keepBrands(value, isProxy);
  noteMoved(value);
}

/** True for a proxy. */
export function isProxy(object: object): boolean {
  return proxyRecordOf(object) !== undefined;
}

type Methods = Record<string, AnyFunction>;

/** Replaces methods, keeping the flags, name and length of the originals. */
function replaceMethods(holder: object, methods: Methods): void {
  for (const name of Object.keys(methods)) {
    const descriptor = describe(holder, name);
    const original: unknown = descriptor?.value;
    const replacement = methods[name];
    if (descriptor === undefined || typeof original !== "function" || replacement === undefined) continue;
    define(replacement, "length", { value: original.length, configurable: true });
    define(holder, name, { ...descriptor, value: replacement });
  }
}

/** The named static methods, with a look at their first argument before each call. */
function watched(holder: Methods, names: readonly string[], look: (value: unknown) => void): Methods {
  const methods: Methods = {};
  for (const name of names) {
    const original = holder[name] as AnyFunction;
    Object.assign(methods, {
      [name](this: unknown, ...args: unknown[]) {
        look(args[0]);
        return apply(original, this, args);
      },
    });
  }
  return methods;
}

/** The named methods, with a look at their receiver before each call. */
function watchedMethods(holder: Methods, names: readonly string[]): Methods {
  const methods: Methods = {};
  for (const name of names) {
    const original = holder[name];
    if (original === undefined) continue;
    Object.assign(methods, {
      [name](this: unknown, ...args: unknown[]) {
        noteDefined(this);
        return apply(original, this, args);
      },
    });
  }
  return methods;
}

function watchPrototypeSetter(): void {
  const descriptor = describe(Object.prototype, "__proto__");
  const original = descriptor?.set;
  if (descriptor === undefined || original === undefined) return;
  const holder = {
    set __proto__(value: unknown) {
      noteObject(this);
      apply(original, this, [value]);
    },
  };
  const setter = describe(holder, "__proto__")?.set;
  if (setter !== undefined) define(Object.prototype, "__proto__", { ...descriptor, set: setter });
}

/** The constructor is a proxy of the engine's, so that its name, length and lack of a prototype stay. */
function installProxy(global: object): void {
  const descriptor = describe(global, "Proxy");
  if (descriptor === undefined) return;
  const replacement = new NativeProxy(NativeProxy, {
    construct: (_target, [target, handler]: unknown[]) => makeProxy(target as object, handler as object, false),
  });
  replaceMethods(NativeProxy, {
    revocable(target: object, handler: object) {
      const { proxy, revoke } = nativeRevocable(target, handler);
      knowledge.anyProxies = true;
      proxyRecords.set(proxy, { target, handler, callable: typeof target === "function", revoke });
      return { proxy, revoke: makeClosure(revoker, [{ proxy }]) };
    },
  });
  define(global, "Proxy", { ...descriptor, value: replacement });
}

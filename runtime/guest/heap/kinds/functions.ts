/**
 * Registered closures, bound functions, proxies, and the `prototype` objects that closures are born with.
 *
 * Each of these is made from other objects, so those come first. There can be no cycle among them: what a function
 * captures, binds or wraps by value existed before it.
 */
import type { AnyFunction } from "../../../protocol/helpers.js";
import { closureOf } from "../../asking.js";
import { memberPlaceOf } from "../../classes.js";
import { damaged } from "../faults.js";
import { describe } from "../natives.js";
import { boundRecordOf, makeBound, makeProxy, proxyRecordOf } from "../overrides.js";
import type { Kind } from "./kind.js";

export const closure: Kind = {
  tag: 40,
  name: "a function",
  prototypes: [],
  is: (value) => closureOf(value) !== undefined,
  slots: (value, scope) => {
    const found = closureOf(value);
    if (found === undefined) throw new TypeError("not a closure");
    return [scope.codeId(found.code), ...found.captures];
  },
  slotName: (index) => ` → capture ${index - 1}`,
  making: "parts",
  make: ([codeId, ...captures], scope) => scope.closure(codeId, captures),
  own: "changes",
};

export const bound: Kind = {
  tag: 41,
  name: "a bound function",
  prototypes: [],
  is: (value) => boundRecordOf(value as AnyFunction) !== undefined,
  slots: (value) => {
    const record = boundRecordOf(value as AnyFunction);
    if (record === undefined) throw new TypeError("not a bound function");
    return [record.target, record.self, ...record.args];
  },
  slotName: (index) => {
    if (index === 0) return " → bound function";
    return index === 1 ? " → bound this" : ` → bound argument ${index - 2}`;
  },
  making: "parts",
  make: ([target, self, ...args]) => {
    if (typeof target !== "function") throw damaged("a bound function without target");
    return makeBound(target, self, args);
  },
  own: "all",
  bare: true,
};

export const proxy: Kind = {
  tag: 42,
  name: "a Proxy",
  prototypes: [],
  is: (value) => proxyRecordOf(value) !== undefined,
  slots: (value) => {
    const record = proxyRecordOf(value);
    if (record === undefined) throw new TypeError("not a proxy");
    const known = [record.target, record.handler, record.revoke !== undefined];
    return record.target === null && record.callable ? [...known, true] : known;
  },
  slotName: (index) => (index === 0 ? " → proxy target" : " → proxy handler"),
  making: "parts",
  make: ([target, handler, revocable, ...callable]) =>
    target === null
      ? makeProxy(null, objectOrNull(handler), revocable === true, callable[0] === true)
      : makeProxy(objectOrNull(target), objectOrNull(handler), revocable === true),
  own: "none",
};

/** `f.prototype` of a closure f, as long as it is the object that f was made with or one in its place. */
export const functionPrototype: Kind = {
  tag: 43,
  name: "a prototype object",
  prototypes: [],
  is: () => false,
  slots: () => [],
  slotName: () => " → constructor",
  making: "parts",
  make: ([fn]) => {
    const value: unknown = typeof fn === "function" ? describe(fn, "prototype")?.value : undefined;
    if (typeof value !== "object" || value === null) throw damaged("a prototype object without its function");
    return value;
  },
  own: "all",
  bare: true,
};

/** The function whose `prototype` this object is, judging by its own `constructor`; generators' have none. */
export function ownerOfPrototype(object: object, fn: unknown): AnyFunction | undefined {
  if (typeof fn !== "function" || (closureOf(fn) === undefined && memberPlaceOf(fn) === undefined)) return undefined;
  return describe(fn, "prototype")?.value === object ? fn : undefined;
}

function objectOrNull(value: unknown): object | null {
  if (value === null || typeof value === "object" || typeof value === "function") return value;
  throw damaged("a proxy of a primitive");
}

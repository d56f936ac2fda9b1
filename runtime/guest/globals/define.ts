/** Properties as the specification gives them to what it defines: writable, configurable, not enumerable. */
import type { AnyFunction } from "../../protocol/helpers.js";

const { defineProperty } = Object;

/** Defines one such property, in the place of any that was there. */
export function defineHidden(target: object, key: PropertyKey, value: unknown): void {
  defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}

/** Defines methods by their names. */
export function defineMethods(target: object, methods: Readonly<Record<string, AnyFunction>>): void {
  for (const name of Object.keys(methods)) defineHidden(target, name, methods[name]);
}

/** Defines a property of the global object. */
export function defineGlobal(name: string, value: unknown): void {
  defineHidden(globalThis, name, value);
}

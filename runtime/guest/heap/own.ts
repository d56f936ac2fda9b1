/**
 * Own properties with their flags, read and defined without running user code.
 */
import { define, describe, getPrototypeOf, isExtensible, ownKeys } from "./natives.js";

export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
/** What assignment and literals give. */
export const PLAIN = WRITABLE | ENUMERABLE | CONFIGURABLE;
/** The property is a pair of getter and setter. */
export const ACCESSOR = 8;

/** An object's own properties at one moment. `values` has one element per data property and two (get, set) per accessor. */
export interface OwnState {
  readonly prototype: object | null;
  readonly extensible: boolean;
  readonly keys: readonly PropertyKey[];
  readonly flags: readonly number[];
  readonly values: readonly unknown[];
}

/** Flags of a property. */
export function flagsOf(descriptor: PropertyDescriptor): number {
  if (descriptor.writable === true && descriptor.enumerable === true && descriptor.configurable === true) return PLAIN;
  const common =
    (descriptor.enumerable === true ? ENUMERABLE : 0) | (descriptor.configurable === true ? CONFIGURABLE : 0);
  if (descriptor.writable === undefined) return common | ACCESSOR;
  return descriptor.writable ? common | WRITABLE : common;
}

/** Own descriptor of a key that is known to exist. */
export function descriptorOf(object: object, key: PropertyKey): PropertyDescriptor {
  const descriptor = describe(object, key);
  if (descriptor === undefined) throw new TypeError(`property ${String(key)} has vanished`);
  return descriptor;
}

/** Reads the own properties of an object that is not a proxy. */
export function readOwn(object: object, keys: readonly PropertyKey[] = ownKeys(object)): OwnState {
  const flags: number[] = [];
  const values: unknown[] = [];
  for (let i = 0; i < keys.length; i++) {
    const descriptor = descriptorOf(object, keys[i] as PropertyKey);
    const flag = flagsOf(descriptor);
    flags.push(flag);
    if ((flag & ACCESSOR) === 0) values.push(descriptor.value);
    else values.push(descriptor.get, descriptor.set);
  }
  return { prototype: getPrototypeOf(object), extensible: isExtensible(object), keys, flags, values };
}

/** Defines one own property; `setter` counts only for accessors. Throws TypeError where the engine refuses. */
export function defineOwn(object: object, key: PropertyKey, flags: number, value: unknown, setter: unknown): void {
  const enumerable = (flags & ENUMERABLE) !== 0;
  const configurable = (flags & CONFIGURABLE) !== 0;
  if ((flags & ACCESSOR) === 0) {
    define(object, key, { value, writable: (flags & WRITABLE) !== 0, enumerable, configurable });
    return;
  }
  define(object, key, { get: value as () => unknown, set: setter as (v: unknown) => void, enumerable, configurable });
}

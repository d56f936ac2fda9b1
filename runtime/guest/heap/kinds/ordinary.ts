/**
 * Objects without internal slots, arrays, and arguments objects.
 *
 * An array whose elements and length are plain data is `dense`: its elements are slots, holes included. Any other one
 * (frozen, with accessors, mostly holes) is `sparse`: all its keys are properties like those of an object.
 */
import { isArray, isExtensible, ownKeys } from "../natives.js";
import { mayBeShaped } from "../overrides.js";
import type { Kind } from "./kind.js";

/** Stands for a hole among the slots of a dense array. */
export const HOLE = Symbol("hole");

const unnamed = (index: number): string => ` → slot ${index}`;

export const ordinary: Kind = {
  tag: 16,
  name: "an object",
  prototypes: [Object.prototype],
  is: () => true,
  slots: () => [],
  slotName: unnamed,
  making: "empty",
  make: () => ({}),
  own: "all",
};

export const dense: Kind = {
  tag: 17,
  name: "an array",
  prototypes: [Array.prototype],
  is: (value) => isArray(value) && isDense(value),
  slots: elements,
  slotName: (index) => `[${index}]`,
  making: "empty",
  make: () => [],
  fill: (value, slots) => {
    const array = value as unknown[];
    array.length = slots.length;
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === HOLE) delete array[i];
      else array[i] = slots[i];
    }
  },
  own: "all",
  implied: (value, keys) => {
    const at = indexCount(keys, (value as unknown[]).length);
    return keys.length === at + 1 ? NO_KEYS : keys.slice(at + 1);
  },
};

export const sparse: Kind = {
  tag: 18,
  name: "an array",
  prototypes: [],
  is: isArray,
  slots: () => [],
  slotName: unnamed,
  making: "empty",
  make: () => [],
  own: "all",
};

/** Recognised by its `callee`, see write.ts. */
export const argumentsObject: Kind = {
  tag: 19,
  name: "an arguments object",
  prototypes: [],
  is: () => false,
  slots: () => [],
  slotName: unnamed,
  making: "empty",
  make: makeArguments,
  own: "all",
  bare: true,
};

const NO_KEYS: readonly PropertyKey[] = [];

function isDense(array: unknown[]): boolean {
  if (!isExtensible(array) || mayBeShaped(array)) return false;
  const { length } = array;
  if (length < 32) return true;
  return indexCount(ownKeys(array), length) * 4 >= length;
}

/** Number of element keys: they come first, directly before `length`. */
function indexCount(keys: readonly PropertyKey[], length: number): number {
  if (keys[length] === "length") return length;
  for (let i = 0; ; i++) if (keys[i] === "length") return i;
}

function elements(value: object): readonly unknown[] {
  const array = value as unknown[];
  const slots: unknown[] = [];
  for (let i = 0; i < array.length; i++) {
    const element = array[i];
    slots.push(element === undefined && !Object.hasOwn(array, i) ? HOLE : element);
  }
  return slots;
}

function makeArguments(): object {
  return (function (this: unknown) {
    // biome-ignore lint/complexity/noArguments: the object itself is wanted
    return arguments;
  })();
}

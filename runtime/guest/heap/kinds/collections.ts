/**
 * Map and Set: entries in order of insertion.
 */
import { getterOf, NativeMap, NativeSet, uncurry } from "../natives.js";
import { answers, type Kind } from "./kind.js";

const mapForEach = uncurry(Map.prototype.forEach);
const mapSet = uncurry(Map.prototype.set);
const mapClear = uncurry(Map.prototype.clear);
const setForEach = uncurry(Set.prototype.forEach);
const setAdd = uncurry(Set.prototype.add);
const setClear = uncurry(Set.prototype.clear);

const primitiveText = (key: unknown): string | undefined => {
  if (typeof key === "string") return JSON.stringify(key);
  if (typeof key === "object" || typeof key === "function") return undefined;
  return String(key);
};

export const map: Kind = {
  tag: 20,
  name: "a Map",
  prototypes: [Map.prototype],
  is: answers(getterOf(Map.prototype, "size")),
  slots: (value) => {
    const slots: unknown[] = [];
    mapForEach(value as Map<unknown, unknown>, (item, key) => {
      slots.push(key, item);
    });
    return slots;
  },
  slotName: (index, slots) => {
    const entry = index >> 1;
    if ((index & 1) === 0) return ` → key ${entry}`;
    const key = primitiveText(slots[index - 1]);
    return key === undefined ? ` → value ${entry}` : `.get(${key})`;
  },
  making: "empty",
  make: () => new NativeMap(),
  fill: (value, slots) => {
    const target = value as Map<unknown, unknown>;
    mapClear(target);
    for (let i = 0; i + 1 < slots.length; i += 2) mapSet(target, slots[i], slots[i + 1]);
  },
  own: "all",
};

export const set: Kind = {
  tag: 21,
  name: "a Set",
  prototypes: [Set.prototype],
  is: answers(getterOf(Set.prototype, "size")),
  slots: (value) => {
    const slots: unknown[] = [];
    setForEach(value as Set<unknown>, (item) => {
      slots.push(item);
    });
    return slots;
  },
  slotName: (index) => ` → element ${index}`,
  making: "empty",
  make: () => new NativeSet(),
  fill: (value, slots) => {
    const target = value as Set<unknown>;
    setClear(target);
    for (let i = 0; i < slots.length; i++) setAdd(target, slots[i]);
  },
  own: "all",
};

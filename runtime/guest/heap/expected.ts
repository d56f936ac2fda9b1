/**
 * Whether an object is as a baseline state says: the question that both capturing another instance of a known program
 * and looking for changes ask of every object, so it avoids reading descriptors where their flags are known anyway.
 *
 * X1  Without `defineProperty` and its relatives (overrides.ts watches them) a data property stays one, a plain one
 *     stays plain, and a hidden one can become visible only: by deleting it and assigning it again.
 */
import { getPrototypeOf, isExtensible, uncurry } from "./natives.js";
import { mayBeShaped } from "./overrides.js";
import { ACCESSOR, CONFIGURABLE, descriptorOf, ENUMERABLE, flagsOf, type OwnState, PLAIN, WRITABLE } from "./own.js";

/** Whether a value of the instance is what a token stands for. */
export type Match = (token: unknown, value: unknown) => boolean;

const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);

/** Compares own properties (only `keys` of them) in the order in which the baseline visits them. */
export function hasExpectedOwn(
  object: object,
  keys: readonly PropertyKey[],
  expected: OwnState,
  match: Match,
): boolean {
  const { flags, values } = expected;
  if (keys.length !== expected.keys.length || isExtensible(object) !== expected.extensible) return false;
  if (!match(expected.prototype, getPrototypeOf(object))) return false;
  const exact = !expected.extensible || mayBeShaped(object);
  for (let i = 0, v = 0; i < keys.length; i++) {
    const key = keys[i] as PropertyKey;
    const flag = flags[i] as number;
    if (typeof key === "symbol" ? !match(expected.keys[i], key) : key !== expected.keys[i]) return false;
    if (exact || (flag & ACCESSOR) !== 0 || (flag !== PLAIN && (flag & ENUMERABLE) !== 0)) {
      const descriptor = descriptorOf(object, key);
      if (flagsOf(descriptor) !== flag) return false;
      if ((flag & ACCESSOR) === 0 ? !match(values[v++], descriptor.value) : !matchPair(values, v, descriptor, match))
        return false;
      if ((flag & ACCESSOR) !== 0) v += 2;
    } else {
      if (flag !== PLAIN && (flag & CONFIGURABLE) !== 0 && isEnumerable(object, key)) return false;
      if (!match(values[v++], (object as Record<PropertyKey, unknown>)[key])) return false;
    }
  }
  return true;
}

function matchPair(values: readonly unknown[], at: number, { get, set }: PropertyDescriptor, match: Match): boolean {
  return match(values[at], get) && match(values[at + 1], set);
}

/** True if nothing about the own properties can ever change. */
export function isFrozenState({ extensible, flags }: OwnState): boolean {
  if (extensible) return false;
  for (let i = 0; i < flags.length; i++) if (((flags[i] as number) & (WRITABLE | CONFIGURABLE)) !== 0) return false;
  return true;
}

/** Compares the content of internal slots. */
export function hasExpectedSlots(slots: readonly unknown[], expected: readonly unknown[], match: Match): boolean {
  if (slots.length !== expected.length) return false;
  for (let i = 0; i < slots.length; i++) if (!match(expected[i], slots[i])) return false;
  return true;
}

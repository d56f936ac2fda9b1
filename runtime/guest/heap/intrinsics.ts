/**
 * Names of what every realm has: the engine's intrinsics, the guest's replacements for them, the kernel's own objects.
 * A checkpoint mentions these by name.
 *
 * T1  Walked once per realm, after the guest's overrides and before user code.
 * T2  Named objects are frozen before user code runs (or cannot be reached by it), so a name says everything.
 */
import { helperPrototype, wrapperPrototype } from "../iterator-objects/helpers.js";
import {
  arrayIteratorPrototype,
  mapIteratorPrototype,
  matchIteratorPrototype,
  setIteratorPrototype,
  stringIteratorPrototype,
} from "../iterator-objects/intrinsics.js";
import { textIteratorPrototype } from "../iterator-objects/text.js";
import { registered } from "../registry.js";
import { describe, getPrototypeOf, NativeMap, ownKeys, throwTypeError } from "./natives.js";

const names = new NativeMap<unknown, string>();
const values = new NativeMap<string, unknown>();

/** The name of an intrinsic object or symbol; undefined for any other value. */
export function intrinsicName(value: unknown): string | undefined {
  return names.get(value);
}

/** The intrinsic of that name; undefined if this realm has none. */
export function intrinsicNamed(name: string): unknown {
  return values.get(name);
}

/** All intrinsics, in the order of the walk. */
export function intrinsics(): readonly unknown[] {
  return [...names.keys()];
}

/**
 * Names everything reachable from the global object, from the engine's hidden intrinsics, and from the kernel's
 * `roots` (by name: its API object, its classes, its sentinels). May be called again with more roots.
 */
export function nameIntrinsics(global: object, roots: Readonly<Record<string, unknown>> = {}): void {
  const queue: unknown[] = [];
  const admit = (value: unknown, name: string): void => {
    const kind = typeof value;
    if (value === null || (kind !== "object" && kind !== "function" && kind !== "symbol") || names.has(value)) return;
    // A second symbol or object may have the same path when its description is not unique: the later one gets an ordinal.
    let unique = name;
    for (let i = 2; values.has(unique); i++) unique = `${name}~${i}`;
    names.set(value, unique);
    values.set(unique, value);
    if (kind !== "symbol") queue.push(value);
  };
  admit(global, "%globalThis");
  for (const [name, value] of Object.entries(hiddenIntrinsics())) admit(value, `%${name}`);
  for (const name of ownKeys(roots)) admit(roots[name as string], `%${String(name)}`);
  for (let i = 0; i < queue.length; i++) {
    const object = queue[i] as object;
    const name = names.get(object) as string;
    visit(object, object === global ? "%" : `${name}.`, admit);
    // The global object's prototype is found as Object.prototype, which is the better name.
    if (object !== global) admit(getPrototypeOf(object), `${name}.[[Prototype]]`);
  }
}

function visit(object: object, prefix: string, admit: (value: unknown, name: string) => void): void {
  for (const key of ownKeys(object)) {
    const descriptor = describe(object, key);
    if (descriptor === undefined) continue;
    const name = prefix + (typeof key === "symbol" ? `[${String(key)}]` : key);
    admit(key, `${name} key`);
    admit(descriptor.value, name);
    admit(descriptor.get, `${name} get`);
    admit(descriptor.set, `${name} set`);
  }
  if (typeof object !== "function") return;
  const captures = registered(object)?.captures ?? [];
  for (let i = 0; i < captures.length; i++) admit(captures[i], `${prefix}[[${i}]]`);
}

/** Intrinsics that no property of the global object leads to. */
function hiddenIntrinsics(): Record<string, unknown> {
  return {
    ThrowTypeError: throwTypeError,
    AsyncFunctionPrototype: getPrototypeOf(async () => undefined),
    GeneratorFunctionPrototype: getPrototypeOf(function* () {}),
    AsyncGeneratorFunctionPrototype: getPrototypeOf(async function* () {}),
    ArrayIteratorPrototype: arrayIteratorPrototype,
    StringIteratorPrototype: textIteratorPrototype,
    NativeStringIteratorPrototype: stringIteratorPrototype,
    MapIteratorPrototype: mapIteratorPrototype,
    SetIteratorPrototype: setIteratorPrototype,
    RegExpStringIteratorPrototype: matchIteratorPrototype,
    WrapForValidIteratorPrototype: wrapperPrototype,
    IteratorHelperPrototype: helperPrototype,
  };
}

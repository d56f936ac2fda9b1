/**
 * All kinds, and which one a value is of. Adding a kind is adding a file and a line here.
 */
import type { AnyFunction } from "../../../protocol/helpers.js";
import { closureOf } from "../../asking.js";
import { Refusal } from "../faults.js";
import { describe, getPrototypeOf, isArray, NativeMap, ownKeys } from "../natives.js";
import { boundRecordOf, isMoved, proxyRecordOf } from "../overrides.js";
import { buffer, dataView, typedArray } from "./buffers.js";
import { boxed, date, error, regExp } from "./builtins.js";
import { classPrototype, kit, madeClass, member } from "./classes.js";
import { map, set } from "./collections.js";
import { bound, closure, functionPrototype, proxy } from "./functions.js";
import {
  indexedIterator,
  iteratorHelper,
  mapIterator,
  matchIterator,
  setIterator,
  textIterator,
  wrappedIterator,
} from "./iterators.js";
import type { Kind } from "./kind.js";
import { argumentsObject, dense, ordinary, sparse } from "./ordinary.js";
import { refusedPrototypes } from "./refused.js";
import {
  asyncGenerator,
  asyncGeneratorRecord,
  asyncIterator,
  delegation,
  frame,
  generator,
  iterator,
  promise,
  resources,
} from "./runtime.js";
import { asyncDisposableStack, disposableStack } from "./stacks.js";
import { weakMap, weakRef, weakSet } from "./weak.js";

/** Kinds that are recognised by the prototype that their instances inherit from. */
const BY_PROTOTYPE: readonly Kind[] = [
  promise,
  delegation,
  asyncGeneratorRecord,
  generator,
  asyncGenerator,
  iterator,
  asyncIterator,
  resources,
  disposableStack,
  asyncDisposableStack,
  map,
  set,
  date,
  regExp,
  error,
  boxed,
  buffer,
  typedArray,
  dataView,
  weakMap,
  weakSet,
  weakRef,
  kit,
  indexedIterator,
  mapIterator,
  setIterator,
  textIterator,
  matchIterator,
  iteratorHelper,
  wrappedIterator,
];
const OTHERS: readonly Kind[] = [
  frame,
  ordinary,
  dense,
  sparse,
  argumentsObject,
  closure,
  bound,
  proxy,
  functionPrototype,
  madeClass,
  classPrototype,
  member,
];

const byTag = new NativeMap<number, Kind>();
const byPrototype = new NativeMap<object | null, Kind | string>([
  [null, ordinary],
  [Object.prototype, ordinary],
]);

for (const kind of [...BY_PROTOTYPE, ...OTHERS]) {
  if (byTag.has(kind.tag)) throw new TypeError(`two kinds with tag ${kind.tag}`);
  byTag.set(kind.tag, kind);
}
for (const kind of BY_PROTOTYPE) for (const prototype of kind.prototypes) byPrototype.set(prototype, kind);
for (const [prototype, what] of refusedPrototypes()) byPrototype.set(prototype, what);

/** The kind with that tag in the rows. */
export function kindOfTag(tag: number): Kind | undefined {
  return byTag.get(tag);
}

/** What a prototype says about the objects that inherit from it, as far as `byPrototype` does not say it already. */
export type Families = Map<object | null, Kind | string>;

/** An empty memory for `kindOf`; prototype chains must not change while it is used. */
export function newFamilies(): Families {
  return new NativeMap();
}

/** The kind of an object or function. Throws Refusal for a value that cannot be saved. */
export function kindOf(value: object, families: Families): Kind {
  if (proxyRecordOf(value) !== undefined) return proxy;
  if (typeof value === "function") return kindOfFunction(value);
  if (isArray(value)) return frame.is(value) ? frame : dense.is(value) ? dense : sparse;
  if (classPrototype.is(value)) return classPrototype;
  if (isMoved(value)) return BY_PROTOTYPE.find((kind) => kind.is(value)) ?? ordinary;
  const kind = familyOf(getPrototypeOf(value), families);
  if (typeof kind === "string") throw new Refusal(kind);
  if (kind === ordinary || kind.is(value)) return kind;
  if (kind.otherwise !== undefined) throw new Refusal(kind.otherwise);
  return ordinary;
}

/** The kind of a function; undefined for one that nothing is known about, such as a static one of a module. */
export function knownFunction(fn: AnyFunction): Kind | undefined {
  if (proxyRecordOf(fn) !== undefined) return proxy;
  if (closureOf(fn) !== undefined) return closure;
  if (madeClass.is(fn)) return madeClass;
  if (member.is(fn)) return member;
  return boundRecordOf(fn) === undefined ? undefined : bound;
}

function kindOfFunction(fn: AnyFunction): Kind {
  const known = knownFunction(fn);
  if (known !== undefined) return known;
  const name: unknown = describe(fn, "name")?.value;
  const called = typeof name === "string" && name !== "" ? ` ${name}` : "";
  if (describe(fn, "prototype")?.writable === false) throw new Refusal(`the unregistered class${called}`);
  throw new Refusal(`an unregistered function${called}`);
}

function familyOf(prototype: object | null, families: Families): Kind | string {
  let found = byPrototype.get(prototype) ?? families.get(prototype);
  if (found !== undefined) return found;
  const chain: (object | null)[] = [];
  let link = prototype;
  for (; found === undefined; found = byPrototype.get(link) ?? families.get(link)) {
    chain.push(link);
    // A proxy among the prototypes: asking it for its own prototype could run user code.
    link = link === null || proxyRecordOf(link) !== undefined ? null : getPrototypeOf(link);
  }
  for (let i = 0; i < chain.length; i++) families.set(chain[i] as object, found);
  return found;
}

/** True if an object with this prototype would be taken for one of this kind. */
export function suits(kind: Kind, prototype: object | null, families: Families): boolean {
  return familyOf(prototype, families) === kind;
}

/** Own keys that the kind's slots do not imply. */
export function keysOf(value: object, kind: Kind | number | undefined): readonly PropertyKey[] {
  const keys = ownKeys(value);
  return typeof kind !== "object" || kind.implied === undefined ? keys : kind.implied(value, keys);
}

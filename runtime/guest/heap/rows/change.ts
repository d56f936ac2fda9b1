/**
 * Own properties that differ from those an object has when evaluating the program, or making the function, again.
 *
 * Row: extensible, prototype (ABSENT: as it was), from scratch, number of deleted keys, those keys, then key, flags and
 * value (accessors: getter and setter) of each property that changed or was added, in order.
 *
 * C1  Applied to the expected state it gives the present state, order of keys included: where deleting and appending
 *     cannot give the present order, all is deleted and defined from scratch.
 */
import { NativeMap, NativeSet } from "../natives.js";
import { ACCESSOR, type OwnState } from "../own.js";
import { CHANGE } from "./format.js";
import { RowNode, type RowWriter } from "./node.js";
import { PROTOTYPE_LABEL } from "./shape.js";

/** In a state: the `prototype` of a function, where it is as the engine made it. */
export const PRISTINE = Symbol("pristine prototype");

interface Property {
  readonly key: PropertyKey;
  readonly flags: number;
  readonly value: unknown;
  readonly setter: unknown;
}

export class Change extends RowNode {
  readonly #extensible: boolean;
  /** The prototype, if it has changed. */
  readonly #prototype: object | null | undefined;
  readonly #scratch: boolean;
  readonly #deleted: readonly PropertyKey[];
  #defined: readonly Property[];
  readonly #path: (label: PropertyKey) => string;

  constructor(expected: OwnState, present: OwnState, path: (label: PropertyKey) => string) {
    super();
    this.#path = path;
    this.#extensible = present.extensible;
    this.#prototype = present.prototype === expected.prototype ? undefined : present.prototype;
    const before = properties(expected);
    const now = properties(present);
    const known = new NativeMap(before.map((property) => [property.key, property]));
    const left = new NativeSet(present.keys);
    this.#deleted = expected.keys.filter((key) => !left.has(key));
    this.#scratch = !keepsOrder(expected.keys, present.keys, left);
    this.#defined = now.filter(({ value }) => value !== PRISTINE);
    if (!this.#scratch) this.#defined = this.#defined.filter((property) => !same(known.get(property.key), property));
  }

  write(writer: RowWriter): void {
    writer.begin(CHANGE);
    writer.push(this.#extensible ? 1 : 0);
    if (this.#prototype === undefined) writer.pushAbsent();
    else writer.refer(this.#prototype, PROTOTYPE_LABEL);
    writer.push(this.#scratch ? 1 : 0);
    writer.push(this.#deleted.length);
    for (let i = 0; i < this.#deleted.length; i++) writer.refer(this.#deleted[i], "");
    for (const { key, flags, value, setter } of this.#defined) {
      writer.refer(key, key);
      writer.push(flags);
      writer.refer(value, key);
      if ((flags & ACCESSOR) !== 0) writer.refer(setter, key);
    }
  }

  step(label: PropertyKey): string {
    return label === PROTOTYPE_LABEL ? " → prototype" : this.#path(label);
  }
}

/** True if both states have equal prototypes, extensibility, keys, flags and values. */
export function sameState(a: OwnState, b: OwnState): boolean {
  return (
    a.prototype === b.prototype &&
    a.extensible === b.extensible &&
    sameItems(a.keys, b.keys) &&
    sameItems(a.flags, b.flags) &&
    sameItems(a.values, b.values)
  );
}

/** True if both lists have the same values. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function properties(state: OwnState): Property[] {
  const { keys, flags, values } = state;
  const list: Property[] = [];
  for (let i = 0, v = 0; i < keys.length; i++) {
    const flag = flags[i] ?? 0;
    const value = values[v++];
    list.push({
      key: keys[i] as PropertyKey,
      flags: flag,
      value,
      setter: (flag & ACCESSOR) === 0 ? undefined : values[v++],
    });
  }
  return list;
}

function same(a: Property | undefined, b: Property): boolean {
  return a !== undefined && a.flags === b.flags && Object.is(a.value, b.value) && Object.is(a.setter, b.setter);
}

/** True if deleting what is gone and appending what is new gives the present order. Indices are always in order. */
function keepsOrder(
  expected: readonly PropertyKey[],
  present: readonly PropertyKey[],
  left: ReadonlySet<PropertyKey>,
): boolean {
  const survivors = expected.filter((key) => left.has(key) && !isIndex(key));
  let at = 0;
  for (let i = 0; i < present.length && at < survivors.length; i++) {
    const key = present[i] as PropertyKey;
    if (isIndex(key)) continue;
    // Symbols come after strings whatever the order of definition.
    if (key !== survivors[at]) {
      if (typeof key === "string" && typeof survivors[at] === "symbol") continue;
      return false;
    }
    at++;
  }
  return at === survivors.length;
}

function isIndex(key: PropertyKey): boolean {
  if (typeof key !== "string" || key.length > 10) return false;
  const number = Number(key);
  return number >= 0 && number < 4294967295 && String(number >>> 0) === key;
}

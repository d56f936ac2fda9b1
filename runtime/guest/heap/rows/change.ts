/**
 * Own properties that differ from those an object has when evaluating the program, or making the function, again.
 *
 * Row: extensible, prototype (ABSENT: as it was), number of deleted keys, those keys, then key, flags and value
 * (accessors: getter and setter) of each property that changed or was added, in order.
 *
 * C1  Applied to the expected state it gives the present state, order of keys included.
 */
import { NativeMap, NativeSet } from "../natives.js";
import { ACCESSOR, type OwnState } from "../own.js";
import { CHANGE } from "./format.js";
import { RowNode, type RowWriter } from "./node.js";
import { PROTOTYPE_LABEL } from "./shape.js";

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
  readonly #deleted: readonly PropertyKey[];
  readonly #defined: readonly Property[];
  readonly #path: (label: PropertyKey) => string;

  constructor(expected: OwnState, present: OwnState, path: (label: PropertyKey) => string) {
    super();
    this.#path = path;
    this.#extensible = present.extensible;
    this.#prototype = present.prototype === expected.prototype ? undefined : present.prototype;
    const { deleted, appended } = reordered(expected.keys, present.keys);
    const known = new NativeMap(properties(expected).map((property) => [property.key, property]));
    this.#deleted = deleted;
    this.#defined = properties(present).filter(
      (property) => appended.has(property.key) || !same(known.get(property.key), property),
    );
  }

  write(writer: RowWriter): void {
    writer.begin(CHANGE);
    writer.push(this.#extensible ? 1 : 0);
    if (this.#prototype === undefined) writer.pushAbsent();
    else writer.refer(this.#prototype, PROTOTYPE_LABEL);
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

interface Reordering {
  /** Keys to delete first: those that are gone, and those that have moved to the end. */
  readonly deleted: readonly PropertyKey[];
  /** Keys to define afterwards, in their order. */
  readonly appended: ReadonlySet<PropertyKey>;
}

/**
 * How the present order of keys comes from the expected one. The only way to move a key is to delete it and to define
 * it again, which puts it at the end; so from the first key on that is not where it was, all have been appended.
 */
function reordered(expected: readonly PropertyKey[], present: readonly PropertyKey[]): Reordering {
  const places = new NativeMap<PropertyKey, number>();
  for (let i = 0; i < expected.length; i++) places.set(expected[i] as PropertyKey, i);
  const appended = new NativeSet<PropertyKey>();
  const left = new NativeSet<PropertyKey>();
  // Strings and symbols are ordered each among themselves; array indices are always in order.
  for (const type of ["string", "symbol"]) {
    let last = -1;
    for (let i = 0; i < present.length; i++) {
      const key = present[i] as PropertyKey;
      if (typeof key !== type) continue;
      if (isIndex(key)) {
        left.add(key);
        continue;
      }
      const place = places.get(key) ?? Number.POSITIVE_INFINITY;
      last = place < last ? Number.POSITIVE_INFINITY : place;
      if (last === Number.POSITIVE_INFINITY) appended.add(key);
      else left.add(key);
    }
  }
  return { deleted: expected.filter((key) => !left.has(key)), appended };
}

function isIndex(key: PropertyKey): boolean {
  if (typeof key !== "string" || key.length > 10) return false;
  const number = Number(key);
  return number >= 0 && number < 4294967295 && String(number >>> 0) === key;
}

/**
 * Iterators of Map and Set: the engine's own, with the collection and the method that each came from. The engine does
 * not tell their positions; `entryPositions` finds them.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { defineHidden } from "../globals/define.js";
import { sideRecords } from "../side-record.js";
import { type IteratorMethod, iteratorMethodsOf, mapIteratorPrototype, setIteratorPrototype } from "./intrinsics.js";

const { apply, get } = Reflect;
const NativeMap = Map;
const NativeSet = Set;

interface Step {
  readonly done: boolean;
  readonly value: unknown;
}

/** The engine's operations on one of the two classes. Of an entry of a set, key and value are the same. */
interface Family {
  readonly prototype: object;
  readonly methods: Readonly<Record<IteratorMethod, AnyFunction>>;
  readonly next: AnyFunction;
  readonly add: (collection: object, key: unknown, value: unknown) => void;
  readonly remove: AnyFunction;
  readonly forEach: AnyFunction;
  readonly fresh: () => object;
}

const mapSet = NativeMap.prototype.set;
const setAdd = NativeSet.prototype.add;

const maps: Family = {
  prototype: NativeMap.prototype,
  methods: iteratorMethodsOf(NativeMap.prototype),
  next: get(mapIteratorPrototype, "next") as AnyFunction,
  add: (map, key, value) => apply(mapSet, map, [key, value]),
  remove: NativeMap.prototype.delete,
  forEach: NativeMap.prototype.forEach,
  fresh: () => new NativeMap(),
};
const sets: Family = {
  prototype: NativeSet.prototype,
  methods: iteratorMethodsOf(NativeSet.prototype),
  next: get(setIteratorPrototype, "next") as AnyFunction,
  add: (set, key) => apply(setAdd, set, [key]),
  remove: NativeSet.prototype.delete,
  forEach: NativeSet.prototype.forEach,
  fresh: () => new NativeSet(),
};

export interface EntriesState {
  readonly source: object;
  readonly method: IteratorMethod;
  readonly family: Family;
}

/** By iterator. */
export const entriesStates = sideRecords<EntriesState>();

/** Position of an iterator that has come to its end. */
export const AT_END = -1;

function stateOf(iterator: object): EntriesState {
  const state = entriesStates.get(iterator);
  if (state === undefined) throw new TypeError("not an iterator of a Map or Set");
  return state;
}

/** A fresh iterator of a Map or Set. Throws a TypeError for anything else. */
export function openEntries(source: object, method: IteratorMethod, ofMap: boolean): object {
  const family = ofMap ? maps : sets;
  return remember(apply(family.methods[method], source, []), source, method, family);
}

/** An iterator at its end, that once was one of `source`. */
export function openEnded(source: object, method: IteratorMethod, ofMap: boolean): object {
  const family = ofMap ? maps : sets;
  const iterator: object = apply(family.methods[method], family.fresh(), []);
  apply(family.next, iterator, []);
  return remember(iterator, source, method, family);
}

function remember(iterator: object, source: object, method: IteratorMethod, family: Family): object {
  entriesStates.set(iterator, { source, method, family });
  return iterator;
}

export function isOfMap({ family }: EntriesState): boolean {
  return family === maps;
}

/** Makes an iterator pass over `count` entries. */
export function passEntries(iterator: object, count: number): void {
  const { next } = stateOf(iterator).family;
  for (let i = 0; i < count; i++) apply(next, iterator, []);
}

/** Leads an iterator to its end, from where nothing brings it back. */
export function endEntries(iterator: object): void {
  const { next } = stateOf(iterator).family;
  while (!(apply(next, iterator, []) as Step).done);
}

/**
 * How many of its collection's present entries each iterator has passed, or AT_END. `iterators` are all that anybody can
 * reach. Everything is afterwards as before: to count, each iterator is led to a mark at the collection's end; then the
 * entries that the hindmost had not passed are taken out and put back one by one, and each iterator passes those that
 * it had passed before.
 */
export function entryPositions(iterators: readonly object[]): number[] {
  const groups = new NativeMap<object, object[]>();
  for (const iterator of iterators) {
    const { source } = stateOf(iterator);
    const group = groups.get(source);
    if (group === undefined) groups.set(source, [iterator]);
    else group.push(iterator);
  }
  const positions = new NativeMap<object, number>();
  for (const group of groups.values()) positionsIn(group, positions);
  return iterators.map((iterator) => positions.get(iterator) as number);
}

function positionsIn(group: readonly object[], positions: Map<object, number>): void {
  const { source, family } = stateOf(group[0] as object);
  const entries: [key: unknown, value: unknown][] = [];
  apply(family.forEach, source, [(value: unknown, key: unknown) => entries.push([key, value])]);
  const mark = {};
  family.add(source, mark, mark);
  const live: { readonly iterator: object; readonly position: number }[] = [];
  for (const iterator of group) {
    const remaining = stepsTo(mark, iterator);
    const position = remaining === undefined ? AT_END : entries.length - remaining;
    positions.set(iterator, position);
    if (position !== AT_END) live.push({ iterator, position });
  }
  apply(family.remove, source, [mark]);
  const first = live.reduce((least, { position }) => Math.min(least, position), entries.length);
  for (let i = first; i < entries.length; i++) apply(family.remove, source, [entries[i]?.[0]]);
  for (let i = first; i < entries.length; i++) {
    const [key, value] = entries[i] as [unknown, unknown];
    family.add(source, key, value);
    for (const { iterator, position } of live) if (position > i) apply(family.next, iterator, []);
  }
}

/** How many entries come before the mark; undefined if the iterator is at its end and does not see it. */
function stepsTo(mark: object, iterator: object): number | undefined {
  const { method, family } = stateOf(iterator);
  for (let steps = 0; ; steps++) {
    const step = apply(family.next, iterator, []) as Step;
    if (step.done) return undefined;
    if ((method === "entries" ? (step.value as unknown[])[0] : step.value) === mark) return steps;
  }
}

function remembering(family: Family, method: IteratorMethod): AnyFunction {
  const original = family.methods[method];
  const holder = {
    [method](this: object) {
      return remember(apply(original, this, []), this, method, family);
    },
  };
  return holder[method] as AnyFunction;
}

/** Makes the methods of both classes remember what they iterate over. */
export function installEntriesIterators(): void {
  const [map, set] = [maps.prototype, sets.prototype];
  for (const method of ["values", "keys", "entries"] as const) defineHidden(map, method, remembering(maps, method));
  defineHidden(map, Symbol.iterator, get(map, "entries"));
  // A set's `keys` is its `values`, the same function.
  const values = remembering(sets, "values");
  for (const key of ["values", "keys", Symbol.iterator]) defineHidden(set, key, values);
  defineHidden(set, "entries", remembering(sets, "entries"));
}

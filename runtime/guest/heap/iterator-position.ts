/**
 * The position of an engine's own iterator over an array, Map or Set. The engine does not tell it, but what is left of
 * a live iterator is the end of the collection: so position = size - remaining, and a fresh iterator that has been
 * advanced as far takes the place of the one that counting has used up.
 */
import type { IteratorRecord } from "../iterators.js";
import { openNative } from "../native-iterators.js";
import { damaged } from "./faults.js";
import { map, set } from "./kinds/collections.js";
import { getPrototypeOf, getterOf, isArray, isView, uncurry } from "./natives.js";

type Step = { readonly done?: boolean };

interface Family {
  readonly size: (collection: object) => number;
  readonly nextMethod: unknown;
  readonly next: (iterator: object) => Step;
}

function family(size: (collection: object) => number, fresh: object): Family {
  const next: unknown = Reflect.get(getPrototypeOf(fresh) as object, "next");
  return { size, nextMethod: next, next: uncurry(next as () => Step) as unknown as (iterator: object) => Step };
}

const arrays = family((array) => (array as unknown[]).length, [].values());
const typedArrays = family(getterOf<number>(getPrototypeOf(Uint8Array.prototype) as object, "length"), [].values());
const maps = family(getterOf<number>(Map.prototype, "size"), new Map().values());
const sets = family(getterOf<number>(Set.prototype, "size"), new Set().values());

function familyOf(collection: unknown): Family {
  if (typeof collection !== "object" || collection === null) throw damaged("an iterator of no collection");
  if (isArray(collection)) return arrays;
  if (isView(collection)) return typedArrays;
  if (map.is(collection)) return maps;
  if (set.is(collection)) return sets;
  throw damaged("an iterator of no collection");
}

/** How many of the collection's present entries the record's iterator has passed. Leaves it there. */
export function positionOf(record: IteratorRecord): number {
  if (record.done || record.iterator === undefined) return 0;
  const { size, next } = familyOf(record.source);
  let remaining = 0;
  while (next(record.iterator as object).done !== true) remaining++;
  const position = Math.max(size(record.source as object) - remaining, 0);
  reopen(record, position);
  return position;
}

/** Gives the record a fresh iterator that has passed `position` entries. Throws damaged if there are fewer. */
export function reopen(record: IteratorRecord, position: number): void {
  const { size, next, nextMethod } = familyOf(record.source);
  const { method } = record;
  if (method === undefined || !(position <= size(record.source as object)))
    throw damaged("the position of an iterator");
  const iterator = openNative(record.source as object, method);
  for (let i = 0; i < position; i++) next(iterator);
  record.iterator = iterator;
  record.next = nextMethod;
}

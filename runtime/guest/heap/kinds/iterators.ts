/**
 * Iterators that user code holds: of collections, strings and matches, and iterator helpers.
 */
import {
  AT_END,
  endEntries,
  entriesStates,
  entryPositions,
  isOfMap,
  openEnded,
  openEntries,
  passEntries,
} from "../../iterator-objects/entries.js";
import {
  type HelperKind,
  HelperState,
  helperPrototype,
  helperStates,
  reviveHelper,
  reviveWrapper,
  wrapped,
  wrapperPrototype,
} from "../../iterator-objects/helpers.js";
import { advanceIndexed, indexedStates, openIndexed } from "../../iterator-objects/indexed.js";
import {
  arrayIteratorPrototype,
  type IteratorMethod,
  mapIteratorPrototype,
  matchIteratorPrototype,
  setIteratorPrototype,
} from "../../iterator-objects/intrinsics.js";
import { matchesStates, reviveMatches } from "../../iterator-objects/matches.js";
import { openText, textIteratorPrototype, textStates } from "../../iterator-objects/text.js";
import type { SideRecords } from "../../side-record.js";
import { damaged } from "../faults.js";
import { map, set } from "./collections.js";
import type { Kind } from "./kind.js";

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isMethod(value: unknown): value is IteratorMethod {
  return value === "values" || value === "keys" || value === "entries";
}

/** What the row of a live iterator begins with. */
function sourceAndMethod([source, method]: readonly unknown[], what: string): [object, IteratorMethod] {
  if (!isObject(source) || !isMethod(method)) throw damaged(what);
  return [source, method];
}

const sourceStep = (index: number): string => (index === 0 ? " → source" : "");

function place(iterator: object, [, , position, done]: readonly unknown[]): object {
  advanceIndexed(iterator, Number(position), done === true);
  return iterator;
}

export const indexedIterator: Kind = {
  tag: 67,
  name: "an array iterator",
  prototypes: [arrayIteratorPrototype],
  is: (value) => indexedStates.get(value) !== undefined,
  otherwise: "a native array iterator",
  slots: (value) => {
    const state = indexedStates.get(value);
    return [state?.source, state?.method, state?.position, state?.done];
  },
  slotName: sourceStep,
  making: "parts",
  make: (slots) => place(openIndexed(...sourceAndMethod(slots, "an array iterator")), slots),
  fill: place,
  own: "all",
};

const POSITION_SLOT = 2;

function entriesIterator(tag: number, name: string, prototype: object, collection: Kind): Kind {
  const ofMap = collection === map;
  return {
    tag,
    name,
    prototypes: [prototype],
    is: (value) => {
      const state = entriesStates.get(value);
      return state !== undefined && isOfMap(state) === ofMap;
    },
    otherwise: `a native ${name.slice(2)}`,
    slots: (value) => {
      const state = entriesStates.get(value);
      return [state?.source, state?.method, 0];
    },
    slotName: sourceStep,
    making: "parts",
    make: (slots) => {
      const [source, method] = sourceAndMethod(slots, name);
      if (!collection.is(source)) throw damaged(name);
      const open = slots[POSITION_SLOT] === AT_END ? openEnded : openEntries;
      return open(source, method, ofMap);
    },
    late: { slot: POSITION_SLOT, find: entryPositions },
    // Source and method of a module's iterator never change.
    fill: () => {},
    // The collection has been emptied and filled since the iterator was made.
    finish: (value, slots) => {
      if (slots[POSITION_SLOT] === AT_END) endEntries(value);
      else passEntries(value, Number(slots[POSITION_SLOT]));
    },
    own: "all",
  };
}

export const mapIterator = entriesIterator(68, "a Map iterator", mapIteratorPrototype, map);
export const setIterator = entriesIterator(69, "a Set iterator", setIteratorPrototype, set);

/** Iterators that are plain objects with a record beside them. */
function recordKind<T extends object>(
  tag: number,
  name: string,
  prototype: object,
  records: SideRecords<T>,
  fields: readonly (keyof T & string)[],
  make: () => object,
  read: (slots: readonly unknown[]) => T | undefined,
): Kind {
  return {
    tag,
    name,
    prototypes: [prototype],
    is: (value) => records.get(value) !== undefined,
    slots: (value) => {
      const record = records.get(value);
      return fields.map((field) => record?.[field]);
    },
    slotName: (index) => ` → ${fields[index]}`,
    making: "empty",
    make,
    fill: (value, slots) => {
      const record = read(slots);
      if (record === undefined) throw damaged(name);
      records.set(value, record);
    },
    own: "all",
  };
}

export const textIterator = recordKind(
  70,
  "a string iterator",
  textIteratorPrototype,
  textStates,
  ["text", "position"],
  () => openText(""),
  ([text, position]) =>
    (text === undefined || typeof text === "string") && typeof position === "number" ? { text, position } : undefined,
);

export const matchIterator = recordKind(
  71,
  "an iterator of matches",
  matchIteratorPrototype,
  matchesStates,
  ["matcher", "text", "global", "unicode", "done"],
  reviveMatches,
  ([matcher, text, global, unicode, done]) =>
    isObject(matcher) && typeof text === "string"
      ? { matcher, text, global: global === true, unicode: unicode === true, done: done === true }
      : undefined,
);

const HELPER_KINDS: readonly unknown[] = ["map", "filter", "take", "drop", "flatMap", "concat"] satisfies HelperKind[];

export const iteratorHelper = recordKind(
  72,
  "an iterator helper",
  helperPrototype,
  helperStates,
  ["kind", "outer", "parameter", "counter", "inner", "stage"],
  reviveHelper,
  ([kind, outer, parameter, counter, inner, stage]) => {
    if (!HELPER_KINDS.includes(kind) || typeof counter !== "number") return undefined;
    const state = new HelperState(kind as HelperKind, outer as HelperState["outer"], parameter);
    state.counter = counter;
    state.inner = inner as HelperState["inner"];
    state.stage = stage as HelperState["stage"];
    return state;
  },
);

export const wrappedIterator = recordKind(
  73,
  "a wrapped iterator",
  wrapperPrototype,
  wrapped,
  ["iterator", "next"],
  reviveWrapper,
  ([iterator, next]) => (isObject(iterator) ? { iterator, next } : undefined),
);

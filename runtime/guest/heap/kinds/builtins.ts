/**
 * Date, RegExp, Error and boxed primitives.
 */
import { damaged } from "../faults.js";
import { getterOf, NativeDate, NativeError, NativeRegExp, uncurry } from "../natives.js";
import { answers, type Kind, numberedSlot } from "./kind.js";

const getTime = uncurry(Date.prototype.getTime) as (value: object) => number;
const setTime = uncurry(Date.prototype.setTime);

export const date: Kind = {
  tag: 24,
  name: "a Date",
  prototypes: [Date.prototype],
  is: answers(getTime),
  slots: (value) => [getTime(value)],
  slotName: numberedSlot,
  making: "primitives",
  make: ([time]) => new NativeDate(time as number),
  fill: (value, [time]) => {
    setTime(value as Date, time as number);
  },
  own: "all",
};

const sourceOf = getterOf<string>(RegExp.prototype, "source");
const FLAG_GETTERS = [
  ["d", "hasIndices"],
  ["g", "global"],
  ["i", "ignoreCase"],
  ["m", "multiline"],
  ["s", "dotAll"],
  ["u", "unicode"],
  ["v", "unicodeSets"],
  ["y", "sticky"],
] as const;
const flagGetters = FLAG_GETTERS.filter(([, name]) => name in RegExp.prototype).map(
  ([letter, name]) => [letter, getterOf<boolean>(RegExp.prototype, name)] as const,
);

export const regExp: Kind = {
  tag: 25,
  name: "a RegExp",
  prototypes: [RegExp.prototype],
  is: answers(sourceOf),
  slots: (value) => {
    let flags = "";
    for (const [letter, isSet] of flagGetters) if (isSet(value)) flags += letter;
    return [sourceOf(value), flags];
  },
  slotName: numberedSlot,
  making: "primitives",
  make: ([source, flags]) => new NativeRegExp(source as string, flags as string),
  own: "all",
};

const objectToString = uncurry(Object.prototype.toString) as (value: object) => string;
const nativeIsError: unknown = Reflect.get(Error, "isError");

export const error: Kind = {
  tag: 26,
  name: "an Error",
  prototypes: [Error.prototype],
  is:
    typeof nativeIsError === "function"
      ? (nativeIsError as (value: object) => boolean)
      : (value) => objectToString(value) === "[object Error]",
  slots: () => [],
  slotName: numberedSlot,
  making: "empty",
  make: () => new NativeError(),
  own: "all",
  bare: true,
};

/** What valueOf gives for a boxed primitive of any type; throws for other objects. */
function unbox(value: object): unknown {
  for (const unboxer of unboxers) {
    try {
      return unboxer(value);
    } catch {
      // of another type
    }
  }
  throw damaged("not a boxed primitive");
}

const unboxers = [Number, String, Boolean, Symbol, BigInt].map(
  (type) => uncurry(type.prototype.valueOf) as (value: object) => unknown,
);

export const boxed: Kind = {
  tag: 27,
  name: "a boxed primitive",
  prototypes: [Number.prototype, String.prototype, Boolean.prototype, Symbol.prototype, BigInt.prototype],
  is: answers(unbox),
  slots: (value) => [unbox(value)],
  slotName: numberedSlot,
  making: "primitives",
  make: ([value]) => {
    if (value === undefined || value === null || typeof value === "object") throw damaged("not a primitive in a box");
    return Object(value);
  },
  own: "all",
  implied: (value, keys) => {
    const text = unbox(value);
    if (typeof text !== "string") return keys;
    return keys.filter((key) => key !== "length" && !(typeof key === "string" && isIndexBelow(key, text.length)));
  },
};

function isIndexBelow(key: string, limit: number): boolean {
  const index = Number(key);
  return index < limit && String(index) === key;
}

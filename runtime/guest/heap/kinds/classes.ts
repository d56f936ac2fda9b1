/**
 * Classes made at run time: the class, its `prototype`, the functions in it, and its kit. All but the class are found
 * in it; the class is made again by its factory, without running code of the user, and gets what has changed since.
 */

import type { AnyFunction } from "../../../protocol/helpers.js";
import { type HeritageKind, Kit, kitOf, madeClassBehind, madeClassOf, memberPlaceOf, rebirth } from "../../classes.js";
import type { Code } from "../../registry.js";
import { damaged } from "../faults.js";
import { getPrototypeOf } from "../natives.js";
import type { Kind } from "./kind.js";

const FIXED = 3;
const HERITAGE: readonly unknown[] = ["none", "null", "parent"];

export const madeClass: Kind = {
  tag: 44,
  name: "a class",
  prototypes: [],
  is: (value) => madeClassOf(value) !== undefined,
  slots: (value, scope) => {
    const made = madeClassOf(value);
    if (made === undefined) throw new TypeError("not a class made at run time");
    return [scope.codeId(made.code), made.heritage, made.keys.length, ...made.keys, ...made.captures];
  },
  slotName: (index, slots) => {
    const at = index - FIXED - Number(slots[2]);
    return at < 0 ? " → key" : ` → capture ${at}`;
  },
  making: "parts",
  make: ([codeId, heritage, count, ...rest], scope) => {
    if (!HERITAGE.includes(heritage) || typeof count !== "number" || count > rest.length) throw damaged("a class");
    const code = scope.factory(codeId) as Code;
    return rebirth(code, rest.slice(0, count) as PropertyKey[], rest.slice(count), heritage as HeritageKind);
  },
  own: "changes",
};

export const classPrototype: Kind = {
  tag: 45,
  name: "the prototype of a class",
  prototypes: [],
  is: (value) => madeClassBehind(value) !== undefined,
  slots: (value) => [madeClassBehind(value)],
  slotName: () => " → class",
  making: "parts",
  make: ([target]) => madeOf(target).prototype as object,
  own: "changes",
};

export const member: Kind = {
  tag: 46,
  name: "a method",
  prototypes: [],
  is: (value) => memberPlaceOf(value) !== undefined,
  slots: (value) => {
    const place = memberPlaceOf(value);
    return [place?.home, place?.index];
  },
  slotName: () => " → class",
  making: "parts",
  make: ([target, index]) => {
    const fn = madeClassOf(madeOf(target))?.members[Number(index)];
    if (fn === undefined) throw damaged("a method that its class does not have");
    return fn;
  },
  own: "changes",
};

export const kit: Kind = {
  tag: 47,
  name: "the inside of a class",
  prototypes: [Kit.prototype],
  is: (value) => getPrototypeOf(value) === Kit.prototype,
  slots: (value) => [(value as Kit).home],
  slotName: () => " → class",
  making: "parts",
  make: ([target]) => {
    const found = typeof target === "function" ? kitOf(target) : undefined;
    if (found === undefined) throw damaged("a class that has no inside");
    return found;
  },
  own: "none",
};

function madeOf(target: unknown): AnyFunction {
  if (typeof target !== "function" || madeClassOf(target) === undefined) throw damaged("a part of no class");
  return target;
}

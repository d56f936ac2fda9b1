/** Iterators of matches (`matchAll`; ECMA-262 §22.2.9), as plain data. */
import type { AnyFunction } from "../../protocol/helpers.js";
import { defineHidden, defineMethods } from "../globals/define.js";
import { isObject, speciesConstructor } from "../resolve.js";
import { sideRecords } from "../side-record.js";
import { matchIteratorPrototype } from "./intrinsics.js";

const { apply, construct, get } = Reflect;
const { create } = Object;
const NativeRegExp = RegExp;
const nativeExec = NativeRegExp.prototype.exec;
const { MAX_SAFE_INTEGER } = Number;

export interface MatchesState {
  readonly matcher: object;
  readonly text: string;
  readonly global: boolean;
  readonly unicode: boolean;
  done: boolean;
}

/** By iterator. */
export const matchesStates = sideRecords<MatchesState>();

/** An iterator without its state, to be filled. */
export function reviveMatches(): object {
  return create(matchIteratorPrototype);
}

/** ToLength. */
function toLength(value: unknown): number {
  const length = Math.trunc(+(value as number));
  return length > 0 ? Math.min(length, MAX_SAFE_INTEGER) : 0;
}

function setLastIndex(matcher: object, index: number): void {
  if (!Reflect.set(matcher, "lastIndex", index, matcher)) throw new TypeError("lastIndex cannot be assigned");
}

/** RegExpExec. */
function execute(matcher: object, text: string): object | null {
  const exec: unknown = get(matcher, "exec");
  if (typeof exec !== "function") return apply(nativeExec, matcher as RegExp, [text]);
  const result: unknown = apply(exec, matcher, [text]);
  if (result === null || isObject(result)) return result;
  throw new TypeError("the result of exec is neither an object nor null");
}

/** AdvanceStringIndex. */
function following(text: string, index: number, unicode: boolean): number {
  if (!unicode || index + 1 >= text.length) return index + 1;
  const [first, second] = [text.charCodeAt(index), text.charCodeAt(index + 1)];
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff ? index + 2 : index + 1;
}

const methods = {
  next(this: unknown) {
    const state = isObject(this) ? matchesStates.get(this) : undefined;
    if (state === undefined) throw new TypeError("next called on what is not an iterator of matches");
    if (state.done) return { value: undefined, done: true };
    const { matcher, text, global, unicode } = state;
    const value = execute(matcher, text);
    if (value === null) {
      state.done = true;
      return { value: undefined, done: true };
    }
    if (!global) state.done = true;
    else if (`${get(value, 0) as string}` === "") {
      setLastIndex(matcher, following(text, toLength(get(matcher, "lastIndex")), unicode));
    }
    return { value, done: false };
  },
};

const symbolMethods = {
  [Symbol.matchAll](this: unknown, string: unknown) {
    if (!isObject(this)) throw new TypeError("matchAll called on what is not an object");
    const text = `${string as string}`;
    const Class = speciesConstructor(this, NativeRegExp);
    const flags = `${get(this, "flags") as string}`;
    const matcher: object = construct(Class, [this, flags]);
    setLastIndex(matcher, toLength(get(this, "lastIndex")));
    const iterator = reviveMatches();
    const unicode = flags.includes("u") || flags.includes("v");
    matchesStates.add(iterator, { matcher, text, global: flags.includes("g"), unicode, done: false });
    return iterator;
  },
};

/** Replaces the engine's. */
export function installMatchIterators(): void {
  defineMethods(matchIteratorPrototype, methods);
  defineHidden(NativeRegExp.prototype, Symbol.matchAll, symbolMethods[Symbol.matchAll] as AnyFunction);
}

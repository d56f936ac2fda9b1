/**
 * What functions and classes are like when they are made again: the state that their changes are told against. It
 * depends on the code alone (of a class, on its computed keys too), so it is found once per code; what is another
 * object each time is replaced by a token.
 */

import type { AnyFunction } from "../../protocol/helpers.js";
import { closureOf } from "../asking.js";
import { type MadeClass, madeClassBehind, madeClassOf, memberPlaceOf, rebirth } from "../classes.js";
import { generatorFunctionOf } from "../function-kinds.js";
import { type Code, makeFunction } from "../registry.js";
import { describe, getPrototypeOf, isExtensible, NativeMap, ownKeys } from "./natives.js";
import { type OwnState, readOwn, WRITABLE } from "./own.js";

/** Stands for `prototype` of a function, where it is as it was made. */
export const PRISTINE = Symbol("pristine prototype");

/** Stands for a part of the class: the class itself, its `prototype`, one of its functions. */
class Part {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

const parts: Part[] = [];
const CLASS = 0;
const PROTOTYPE = 1;
const FIRST_MEMBER = 2;

function part(index: number): Part {
  for (let i = parts.length; i <= index; i++) parts.push(new Part(i));
  return parts[index] as Part;
}

interface BornClass {
  readonly own: OwnState;
  readonly prototype: OwnState;
  readonly members: readonly OwnState[];
}

/** The states of one checkpoint. */
export class BornStates {
  readonly #functions = new NativeMap<Code, OwnState>();
  readonly #classes = new NativeMap<Code, BornClass>();
  readonly #classesWithKeys = new NativeMap<object, BornClass>();

  /** The state that an object was born with, if it is of those that are written by their changes. */
  of(value: object): OwnState | undefined {
    const closure = closureOf(value);
    if (closure !== undefined) return this.#function(closure.code, closure.captures);
    const made = madeClassOf(value);
    if (made !== undefined) return this.#class(value, made).own;
    const place = memberPlaceOf(value);
    if (place !== undefined) return this.#class(place.home, madeClassOf(place.home)).members[place.index];
    const behind = madeClassBehind(value);
    return behind === undefined ? undefined : this.#class(behind, madeClassOf(behind)).prototype;
  }

  #function(code: Code, captures: readonly unknown[]): OwnState {
    let state = this.#functions.get(code);
    if (state === undefined) {
      const fn = makeFunction(code, captures);
      state = readOwn(fn);
      hidePristinePrototype(fn, state);
      this.#functions.set(code, state);
    }
    return state;
  }

  #class(target: object, made: MadeClass | undefined): BornClass {
    if (made === undefined) throw new TypeError("not a class made at run time");
    const { code, keys, captures, heritage } = made;
    const known = keys.length === 0 ? this.#classes.get(code) : this.#classesWithKeys.get(target);
    if (known !== undefined) return known;
    const twin = rebirth(code, keys, captures, heritage);
    const born = describeBirth(twin, madeClassOf(twin)?.members ?? []);
    if (keys.length === 0) this.#classes.set(code, born);
    else this.#classesWithKeys.set(target, born);
    return born;
  }
}

function describeBirth(twin: AnyFunction, members: readonly AnyFunction[]): BornClass {
  const tokens = new NativeMap<unknown, unknown>([
    [twin, part(CLASS)],
    [twin.prototype, part(PROTOTYPE)],
  ]);
  members.forEach((fn, i) => {
    tokens.set(fn, part(FIRST_MEMBER + i));
  });
  const inTokens = (state: OwnState): OwnState => ({
    ...state,
    values: state.values.map((value) => tokens.get(value) ?? value),
  });
  return {
    own: inTokens(readOwn(twin)),
    prototype: inTokens(readOwn(twin.prototype as object)),
    members: members.map((fn) => {
      const state = readOwn(fn);
      hidePristinePrototype(fn, state);
      return state;
    }),
  };
}

/** Whether a value of an object is what its state of birth says. */
export function bornAs(token: unknown, value: unknown, owner: object): boolean {
  if (Object.is(token, value)) return true;
  if (token === PRISTINE) return typeof value === "object" && value !== null && isPristine(value, owner);
  return token instanceof Part && partOf(owner, token) === value;
}

/** A state of birth in the values of one object: what was replaced by tokens of classes is there again. */
export function bornValues(state: OwnState, owner: object): OwnState {
  return { ...state, values: state.values.map((value) => (value instanceof Part ? partOf(owner, value) : value)) };
}

function partOf(owner: object, { index }: Part): unknown {
  const target = madeClassOf(owner) === undefined ? madeClassBehind(owner) : (owner as AnyFunction);
  if (target === undefined) return undefined;
  if (index === CLASS) return target;
  return index === PROTOTYPE ? target.prototype : madeClassOf(target)?.members[index - FIRST_MEMBER];
}

/** Replaces the value of `prototype` by the same for all functions, if it is as it was made. */
export function hidePristinePrototype(fn: object, state: OwnState): void {
  if (state.keys.length < 3) return;
  const at = state.keys.indexOf("prototype");
  const prototype = at < 0 ? undefined : state.values[at];
  if (typeof prototype !== "object" || prototype === null || state.flags[at] !== WRITABLE) return;
  if (!isPristine(prototype, fn)) return;
  // Functions have data properties only, unless user code made it otherwise: then nothing is hidden.
  if (state.values.length === state.keys.length) (state.values as unknown[])[at] = PRISTINE;
}

function isPristine(prototype: object, fn: object): boolean {
  if (!isExtensible(prototype)) return false;
  const keys = ownKeys(prototype);
  if (keys.length === 0) {
    return (
      generatorFunctionOf(prototype) === fn &&
      getPrototypeOf(prototype) === describe(getPrototypeOf(fn) as object, "prototype")?.value
    );
  }
  if (getPrototypeOf(prototype) !== Object.prototype || keys.length !== 1 || keys[0] !== "constructor") return false;
  const descriptor = describe(prototype, "constructor");
  return (
    descriptor?.value === fn &&
    descriptor.enumerable === false &&
    (descriptor.writable ?? false) &&
    (descriptor.configurable ?? false)
  );
}

/**
 * What a function of user code is made of, found out when a checkpoint wants to know it: most functions never meet one,
 * so making them must cost no more than it costs natively.
 *
 *   (y) => { if ($asking.on) return [x]; return x + y; }
 *
 * A1  Which code a function has is told by its place in the program's text, which the engine knows. So nothing is called
 *     to find out, and whatever is at no known place is left alone.
 * A2  Only functions of codes that tell are called, with parameters that no pattern or default can trip over. While
 *     `asking.on` they answer first of all.
 * A3  What a function has captured never changes (compiler/lower/environments.ts, E1): it is asked once and registered.
 */
import type { AnyFunction, AskingRef } from "../protocol/helpers.js";
import { current } from "./current.js";
import { type Captures, type Closure, type Code, makeFunction, register, registered } from "./registry.js";

class Asking implements AskingRef {
  on = false;
}

export const asking = new Asking();

const { apply, getOwnPropertyDescriptor } = Reflect;
/** How many parameters a function that tells has at most. */
export const PARAMETERS_MAX = 16;
/** Lines are told apart by this factor: no line is longer. */
const COLUMNS = 2 ** 32;

/** Takes whatever a parameter's pattern does to it: everything is in it, so that no default value is evaluated. */
const anything: AnyFunction = new Proxy(() => anything, {
  get: (_target, key) => key !== "done" && anything,
});
const NO_CAPTURES: Captures = [];
const ANYTHING: readonly unknown[] = new Array(PARAMETERS_MAX).fill(anything);

/** Where a function's code is; undefined for functions of the engine. */
type PlaceOf = (fn: AnyFunction) => unknown;

const [lineOf, columnOf] = ["lineNumber", "columnNumber"].map(
  (name) => getOwnPropertyDescriptor(Function.prototype, name)?.get,
);

let placeOf: PlaceOf = (fn) => {
  if (lineOf === undefined || columnOf === undefined)
    throw new TypeError("the engine does not tell places of functions");
  const line: unknown = apply(lineOf, fn, []);
  return typeof line === "number" ? line * COLUMNS + Number(apply(columnOf, fn, [])) : undefined;
};

/** For tests on another engine. */
export function setPlaceOf(other: PlaceOf): void {
  placeOf = other;
}

/** Ids of the codes that tell, by the place of their functions. The program is the realm's, so its places are, too. */
const idsByPlace = new Map<unknown, string>();
const knownIds = new Set<string>();
/** Codes whose place nobody has wanted to know yet. */
let unplaced: Code[] = [];

/** Notes a code that tells. */
export function noteTelling(code: Code): void {
  if (knownIds.has(code.id)) return;
  knownIds.add(code.id);
  unplaced.push(code);
}

function placeAll(): void {
  for (const code of unplaced) {
    const place = placeOf(makeFunction(code));
    if (place !== undefined) idsByPlace.set(place, code.id);
  }
  unplaced = [];
}

/** The pair of a function that is registered or tells; undefined for any other value. To be called between jobs. */
export function closureOf(fn: object): Closure | undefined {
  if (typeof fn !== "function") return undefined;
  const known = registered(fn);
  if (known !== undefined || current === undefined) return known;
  const place = placeOf(fn);
  if (place === undefined) return undefined;
  if (unplaced.length > 0) placeAll();
  const id = idsByPlace.get(place);
  const code = id === undefined ? undefined : current.instance.code.get(id);
  if (code === undefined) return undefined;
  const closure = { code, captures: answers(code) ? ask(fn) : NO_CAPTURES };
  register(fn, closure);
  return closure;
}

/** A function that has captured nothing has nothing to say; the captures of those whose calls are frames are in one list. */
function answers({ kind, make }: Code): boolean {
  return kind !== undefined || (make !== null && make.length > 0);
}

function ask(fn: AnyFunction): Captures {
  asking.on = true;
  try {
    return apply(fn, undefined, ANYTHING) as Captures;
  } finally {
    asking.on = false;
  }
}

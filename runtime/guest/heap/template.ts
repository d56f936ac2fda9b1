/**
 * What evaluating a program gives, in terms that hold for each of its instances: objects are replaced by tokens. The
 * instances of a program share one template, so that a live instance costs little.
 *
 * A token is a primitive, an intrinsic, or a BaselineToken (one per number, shared by all templates).
 */
import { intrinsicName } from "./intrinsics.js";
import { NativeMap, symbolKeyFor } from "./natives.js";
import type { OwnState } from "./own.js";
import { sameItems, sameState } from "./rows/change.js";

/** Stands for baseline object `index` of whatever instance. */
export class BaselineToken {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

const tokens: BaselineToken[] = [];

/** The token of baseline object `index`. */
export function tokenOf(index: number): BaselineToken {
  for (let i = tokens.length; i <= index; i++) tokens.push(new BaselineToken(i));
  return tokens[index] as BaselineToken;
}

/** One baseline object, in tokens. */
export interface BaselineState {
  /** Tag of its kind; of functions that are not registered and of symbols: STATIC; of what cannot be saved: OPAQUE. */
  readonly tag: number;
  /** Undefined for objects that user code never sees. */
  readonly own: OwnState | undefined;
  readonly slots: readonly unknown[];
  /** Private elements that classes have put on it (brands.ts); undefined if none. */
  readonly brands?: readonly unknown[] | undefined;
  /** The object through which it was found, -1 for roots, and how. */
  readonly holder: number;
  readonly step: string;
}

/** Stands for the text of an error's stack, which tells how the module came to be evaluated: it matches any text. */
export const ANY_TEXT = Symbol("any text");

export const STATIC = -1;
export const OPAQUE = -2;

/** A binding of a module, or a workflow. */
export interface RootState {
  readonly name: string;
  readonly value: unknown;
}

export interface VariableState {
  readonly module: string;
  readonly name: string;
  readonly value: unknown;
}

/** Where a value is that only an entry of a weak collection leads to. */
export interface WeakPlace {
  /** Number of the collection. */
  readonly weak: number;
  /** Token of the entry's key. */
  readonly key: unknown;
}

const NOTHING_FOUND: ReadonlyMap<number, WeakPlace> = new NativeMap();

export class Template {
  readonly states: readonly BaselineState[];
  readonly roots: readonly RootState[];
  readonly variables: readonly VariableState[];
  /** By number, the objects that were found as values of weak collections. */
  readonly found: ReadonlyMap<number, WeakPlace>;
  /** How many instances, besides the first, were compared with it in full and found equal. */
  compared = 0;
  /** False if it leaves out what may differ between two evaluations (the texts of errors' stacks). */
  readonly isExact: boolean;
  /** Why no instance like it can ever be saved: what cannot be, and its name. */
  readonly opaque: { readonly path: string; readonly what: string } | undefined;
  #hash: string | undefined = undefined;
  #places: Map<number, Map<string, number>> | undefined = undefined;

  constructor(
    states: readonly BaselineState[],
    roots: readonly RootState[],
    variables: readonly VariableState[],
    found = NOTHING_FOUND,
    opaque?: { readonly row: number; readonly what: string },
  ) {
    this.states = states;
    this.roots = roots;
    this.variables = variables;
    this.found = found;
    this.isExact = !states.some(({ own }) => own?.values.includes(ANY_TEXT));
    this.opaque = opaque && { path: this.nameOf(opaque.row), what: opaque.what };
  }

  /** Identifies names, structure and values: equal for two evaluations of one program. */
  get hash(): string {
    this.#hash ??= hashOf(this);
    return this.#hash;
  }

  /** Number of the object that `holder` (-1: the program) has at `step`; undefined if there is none. */
  find(holder: number, step: string): number | undefined {
    if (this.#places === undefined) {
      this.#places = new NativeMap();
      for (let i = 0; i < this.states.length; i++) {
        const state = this.states[i] as BaselineState;
        let steps = this.#places.get(state.holder);
        if (steps === undefined) {
          steps = new NativeMap();
          this.#places.set(state.holder, steps);
        }
        steps.set(state.step, i);
      }
    }
    return this.#places.get(holder)?.get(step);
  }

  /** `src/a.ts#cache.items`, for people. */
  nameOf(index: number): string {
    const steps: string[] = [];
    for (let at = index; at >= 0; ) {
      const state = this.states[at] as BaselineState;
      steps.push(state.step);
      at = state.holder;
    }
    return steps.reverse().join("").replace(/^m:/, "");
  }
}

/** Templates in use, the last one first; a realm has one program, whose instances normally have equal ones. */
const shared: Template[] = [];
const SHARED_MAXIMUM = 4;

/** The template of the last instance, if there has been one. */
export function knownTemplate(): Template | undefined {
  return shared[0];
}

/** The template that equals `fresh` and that other instances use already, or `fresh` itself. */
export function share(fresh: Template): Template {
  const at = shared.findIndex((template) => equal(template, fresh));
  const template = at < 0 ? fresh : (shared.splice(at, 1)[0] ?? fresh);
  if (template !== fresh) template.compared++;
  shared.unshift(template);
  shared.length = Math.min(shared.length, SHARED_MAXIMUM);
  return template;
}

function equal(a: Template, b: Template): boolean {
  if (a.states.length !== b.states.length || a.variables.length !== b.variables.length) return false;
  if (a.roots.length !== b.roots.length) return false;
  for (let i = 0; i < a.roots.length; i++) {
    const x = a.roots[i] as RootState;
    const y = b.roots[i] as RootState;
    if (x.name !== y.name || !Object.is(x.value, y.value)) return false;
  }
  for (let i = 0; i < a.variables.length; i++) {
    const x = a.variables[i] as VariableState;
    const y = b.variables[i] as VariableState;
    if (x.module !== y.module || x.name !== y.name || !Object.is(x.value, y.value)) return false;
  }
  for (let i = 0; i < a.states.length; i++) {
    if (!equalStates(a.states[i] as BaselineState, b.states[i] as BaselineState)) return false;
  }
  return true;
}

const NO_BRANDS: readonly unknown[] = [];

function equalStates(a: BaselineState, b: BaselineState): boolean {
  if (a.tag !== b.tag || a.holder !== b.holder || a.step !== b.step || !sameItems(a.slots, b.slots)) return false;
  if (!sameItems(a.brands ?? NO_BRANDS, b.brands ?? NO_BRANDS)) return false;
  if (a.own === undefined || b.own === undefined) return a.own === b.own;
  return sameState(a.own, b.own);
}

function hashOf(template: Template): string {
  const parts: string[] = [];
  for (const { name, value } of template.roots) parts.push(name, textOf(value));
  for (const { module, name, value } of template.variables) parts.push(module, name, textOf(value));
  for (const { tag, holder, step, own, slots, brands } of template.states) {
    parts.push(String(tag), String(holder), step);
    for (let i = 0; i < slots.length; i++) parts.push(textOf(slots[i]));
    for (let i = 0; i < (brands?.length ?? 0); i++) parts.push(textOf(brands?.[i]));
    if (own === undefined) continue;
    parts.push(textOf(own.prototype), String(own.extensible), own.flags.join());
    for (let i = 0; i < own.keys.length; i++) parts.push(textOf(own.keys[i]));
    for (let i = 0; i < own.values.length; i++) parts.push(textOf(own.values[i]));
  }
  return fnv(parts.join("\n"));
}

function textOf(token: unknown): string {
  if (token instanceof BaselineToken) return `#${token.index}`;
  const name = intrinsicName(token);
  if (name !== undefined) return name;
  if (typeof token === "symbol") return `symbol ${symbolKeyFor(token) ?? ""}`;
  return Object.is(token, -0) ? "number -0" : `${typeof token} ${String(token)}`;
}

/** FNV-1a over UTF-16 units, twice with different seeds: 64 bits in hexadecimal. */
function fnv(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193) + 0x9e3779b9;
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}

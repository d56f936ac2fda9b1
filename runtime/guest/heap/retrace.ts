/**
 * Capturing the baseline of an instance whose program has been captured often enough: each object is fetched over the
 * way on which the template's walk first found it, and nothing is compared.
 *
 * Q1  Only in a hardened realm. There the evaluation of modules depends on the program alone: no clock, no randomness,
 *     nothing that other executions left. Two instances have been compared in full before the first is retraced.
 *     Entries of weak collections count as a way to their values.
 * Q2  Right after initialisation, when data properties of the template are data properties here: no user code runs.
 */
import type { Instance } from "../instance.js";
import { BrandFinder, flatBrands, hiddenParts } from "./brands.js";
import type { SlotScope } from "./kinds/kind.js";
import { keysOf, kindOfTag } from "./kinds/table.js";
import { weakEntry } from "./kinds/weak.js";
import { describe, getPrototypeOf, isExtensible } from "./natives.js";
import { ACCESSOR } from "./own.js";
import { type BaselineState, BaselineToken, type Template } from "./template.js";
import { readVariable } from "./variables.js";
import type { GuestWeakMap } from "./weak.js";

type Objects = (object | symbol)[];

const VALUE = 0;
const GETTER = 1;
const SETTER = 2;
const KEY = 3;

/** One property that newly leads to an object. */
interface Read {
  readonly part: typeof VALUE | typeof GETTER | typeof SETTER | typeof KEY;
  /** Its key, or that key's token; of KEY: its place among the keys. */
  readonly at: unknown;
}

/** What one baseline object newly leads to, in the order of the walk: prototype, properties, slots, private elements. */
interface Visit {
  readonly index: number;
  readonly tag: number;
  readonly prototype: boolean;
  readonly reads: readonly Read[];
  readonly slots: readonly number[];
  readonly brands: readonly number[];
}

/** The plan of the template that was used last: a realm has one program. */
let planned: { readonly template: Template; readonly visits: readonly Visit[] } | undefined;

/** True if instances of the template need not be compared with it any more (Q1). */
export function mayRetrace(template: Template): boolean {
  return template.compared > 0 && !isExtensible(Object.prototype);
}

/** The baseline objects of a fresh instance, in order; undefined if a way leads to none. */
export function retrace(instance: Instance, template: Template, scope: SlotScope): Objects | undefined {
  if (planned?.template !== template) planned = { template, visits: planOf(template) };
  const objects = rootObjects(instance, template);
  if (objects === undefined) return undefined;
  const { visits } = planned;
  const finder = new BrandFinder();
  takeFound(template, objects);
  for (let i = 0; i < visits.length; i++) {
    follow(visits[i] as Visit, objects, scope, finder);
    takeFound(template, objects);
  }
  return objects.length === template.states.length && objects.every(isIdentity) ? objects : undefined;
}

/** Fetches the objects that come next if they are values of weak collections. */
function takeFound({ found }: Template, objects: Objects): void {
  if (found.size === 0) return;
  for (let place = found.get(objects.length); place !== undefined; place = found.get(objects.length)) {
    const key = place.key instanceof BaselineToken ? objects[place.key.index] : place.key;
    objects.push(weakEntry(objects[place.weak] as GuestWeakMap, key as WeakKey) as object);
  }
}

function rootObjects({ modules, workflows }: Instance, { roots, variables }: Template): Objects | undefined {
  const objects: Objects = [];
  const meet = (token: unknown, value: unknown): void => {
    if (token instanceof BaselineToken && token.index === objects.length) objects.push(value as object);
  };
  let root = 0;
  let variable = 0;
  for (let i = 0; i < modules.length; i++) {
    const module = modules[i] as Instance["modules"][number];
    for (const name in module.bindings) meet(roots[root++]?.value, module.bindings[name]);
    for (const name in module.variables) meet(variables[variable++]?.value, readVariable(module.variables[name]));
  }
  workflows.forEach((workflow) => {
    meet(roots[root++]?.value, workflow);
  });
  return root === roots.length && variable === variables.length ? objects : undefined;
}

function follow(visit: Visit, objects: Objects, scope: SlotScope, finder: BrandFinder): void {
  const { index, tag, prototype, reads, slots, brands } = visit;
  const object = objects[index] as object;
  if (prototype) objects.push(getPrototypeOf(object) as object);
  for (let i = 0; i < reads.length; i++) {
    const { part, at } = reads[i] as Read;
    if (part === KEY) {
      objects.push(keysOf(object, kindOfTag(tag))[at as number] as symbol);
      continue;
    }
    const key = (at instanceof BaselineToken ? objects[at.index] : at) as PropertyKey;
    if (part === VALUE) objects.push((object as Record<PropertyKey, unknown>)[key] as object);
    else objects.push(describe(object, key)?.[part === GETTER ? "get" : "set"] as unknown as object);
  }
  if (slots.length > 0) pick(kindOfTag(tag)?.slots(object, scope) ?? hiddenParts(object), slots, objects);
  if (brands.length > 0) pick(flatBrands(finder.of(object)), brands, objects);
}

function pick(values: readonly unknown[], places: readonly number[], objects: Objects): void {
  for (let i = 0; i < places.length; i++) objects.push(values[places[i] as number] as object);
}

function planOf({ states, roots, variables, found }: Template): Visit[] {
  let known = 0;
  const isNew = (token: unknown): boolean => {
    while (found.has(known)) known++;
    if (!(token instanceof BaselineToken) || token.index !== known) return false;
    known++;
    return true;
  };
  for (const { value } of [...roots, ...variables])
    if (value instanceof BaselineToken) known = Math.max(known, value.index + 1);
  const visits: Visit[] = [];
  states.forEach((state, index) => {
    const prototype = isNew(state.own?.prototype);
    const reads = readsOf(state, isNew);
    const slots = placesOf(state.slots, isNew);
    const brands = placesOf(state.brands ?? [], isNew);
    if (prototype || reads.length > 0 || slots.length > 0 || brands.length > 0) {
      visits.push({ index, tag: state.tag, prototype, reads, slots, brands });
    }
  });
  return visits;
}

function placesOf(tokens: readonly unknown[], isNew: (token: unknown) => boolean): number[] {
  const places: number[] = [];
  for (let i = 0; i < tokens.length; i++) if (isNew(tokens[i])) places.push(i);
  return places;
}

function readsOf({ own }: BaselineState, isNew: (token: unknown) => boolean): Read[] {
  const reads: Read[] = [];
  if (own === undefined) return reads;
  for (let i = 0, v = 0; i < own.keys.length; i++) {
    const key = own.keys[i];
    const isAccessor = ((own.flags[i] ?? 0) & ACCESSOR) !== 0;
    if (isNew(key)) reads.push({ part: KEY, at: i });
    if (isNew(own.values[v++])) reads.push({ part: isAccessor ? GETTER : VALUE, at: key });
    if (isAccessor && isNew(own.values[v++])) reads.push({ part: SETTER, at: key });
  }
  return reads;
}

function isIdentity(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}

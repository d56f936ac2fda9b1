/**
 * How the baseline of an instance has changed since it was captured.
 */
import { anyBranded } from "../classes.js";
import type { Instance } from "../instance.js";
import { sideRecords } from "../side-record.js";
import type { Baseline } from "./baseline.js";
import { type Brand, type BrandFinder, flatBrands } from "./brands.js";
import { hasExpectedOwn, hasExpectedSlots, isFrozenState, type Match } from "./expected.js";
import { Refusal } from "./faults.js";
import { type Kind, propertyStep, type SlotScope } from "./kinds/kind.js";
import { dense, HOLE, sparse } from "./kinds/ordinary.js";
import { keysOf, kindOfTag } from "./kinds/table.js";
import { NativeSet } from "./natives.js";
import { type OwnState, PLAIN, readOwn, WRITABLE } from "./own.js";
import { Change } from "./rows/change.js";
import { type ChangedObject, type ChangedVariable, Content } from "./rows/root.js";
import { ANY_TEXT, type BaselineState, BaselineToken, type Template } from "./template.js";
import { readVariable } from "./variables.js";

/** Variables whose value is another than after initialisation. */
export function changedVariables(instance: Instance, baseline: Baseline): ChangedVariable[] {
  const changed: ChangedVariable[] = [];
  const expected = baseline.template.variables;
  let at = 0;
  for (const module of instance.modules) {
    for (const name of Object.keys(module.variables)) {
      const value = readVariable(module.variables[name]);
      if (!matchesBaseline(baseline, expected[at++]?.value, value)) changed.push({ module: module.id, name, value });
    }
  }
  return changed;
}

/** Baseline objects whose own properties or internal slots are other than after initialisation. */
export function changedObjects(baseline: Baseline, scope: SlotScope): ChangedObject[] {
  const changed: ChangedObject[] = [];
  const { states } = baseline.template;
  const { places, told } = candidatesOf(baseline.template);
  for (let at = 0; at < places.length; at++) {
    const i = places[at] as number;
    const object = baseline.objects[i] as object;
    const state = states[i] as BaselineState;
    const kind = kindOf(state);
    if (kind === dense && state.own !== undefined && !dense.is(object)) {
      changed.push({
        object,
        change: changeOf(baseline, i, object, sparse, withElements(state.own, state.slots)),
        content: undefined,
      });
      continue;
    }
    const change = state.own === undefined ? undefined : changeOf(baseline, i, object, kind, state.own);
    const content = kind?.fill === undefined ? undefined : contentOf(baseline, i, object, kind, scope, told.has(i));
    if (change !== undefined || content !== undefined) changed.push({ object, change, content });
  }
  return changed;
}

interface Candidates {
  /** Places of the objects that can change at all: not of symbols, nor of what is frozen and has no slots to be filled. */
  readonly places: readonly number[];
  /** Those whose content is told whether or not it has changed (kinds/kind.ts, K4). */
  readonly told: ReadonlySet<number>;
}

const candidates = sideRecords<Candidates>();

function candidatesOf(template: Template): Candidates {
  const known = candidates.get(template);
  if (known !== undefined) return known;
  const places: number[] = [];
  const told = new NativeSet<number>();
  template.states.forEach((state, index) => {
    const { own, slots } = state;
    const kind = kindOf(state);
    if ((own !== undefined && !isFrozenState(own)) || kind?.fill !== undefined) places.push(index);
    if (kind?.late === undefined) return;
    told.add(index);
    if (slots[0] instanceof BaselineToken) told.add(slots[0].index);
  });
  const found = { places, told };
  candidates.add(template, found);
  return found;
}

function kindOf({ tag }: BaselineState): Kind | undefined {
  return tag < 0 ? undefined : kindOfTag(tag);
}

/** Baseline objects whose private elements are other than after initialisation, and what these are now. */
export function changedBrands(
  baseline: Baseline,
  finder: BrandFinder,
): (readonly [object: object, brands: readonly Brand[]])[] {
  const changed: (readonly [object, readonly Brand[]])[] = [];
  if (!anyBranded()) return changed;
  const { template, objects } = baseline;
  const match: Match = (token, value) => matchesBaseline(baseline, token, value);
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i];
    if (typeof object !== "object" && typeof object !== "function") continue;
    const found = finder.of(object);
    const expected = template.states[i]?.brands ?? NO_BRANDS;
    if (found.length === 0 && expected.length === 0) continue;
    if (!hasExpectedSlots(flatBrands(found), expected, match)) changed.push([object, found]);
  }
  return changed;
}

const NO_BRANDS: readonly unknown[] = [];

/** The state of a dense array with its elements and length as properties, for comparison with one that is not. */
function withElements({ keys, flags, values, ...rest }: OwnState, slots: readonly unknown[]): OwnState {
  const indices: string[] = [];
  const elements: unknown[] = [];
  for (let i = 0; i < slots.length; i++) {
    if (slots[i] === HOLE) continue;
    indices.push(String(i));
    elements.push(slots[i]);
  }
  return {
    ...rest,
    keys: [...indices, "length", ...keys],
    flags: [...indices.map(() => PLAIN), WRITABLE, ...flags],
    values: [...elements, slots.length, ...values],
  };
}

function changeOf(
  baseline: Baseline,
  index: number,
  object: object,
  kind: Kind | undefined,
  expected: OwnState,
): Change | undefined {
  if (isFrozenState(expected)) return undefined;
  const keys = keysOf(object, kind);
  if (hasExpectedOwn(object, keys, expected, (token, value) => matchesBaseline(baseline, token, value)))
    return undefined;
  const path = baseline.template.nameOf(index);
  const present = readOwn(object, keys);
  return new Change(valuesOf(baseline, expected), present, (label) => `${path} → ${propertyStep(label)}`);
}

function contentOf(
  baseline: Baseline,
  index: number,
  object: object,
  kind: Kind,
  scope: SlotScope,
  isTold: boolean,
): Content | undefined {
  const slots = slotsOf(baseline, index, object, kind, scope);
  const expected = (baseline.template.states[index] as BaselineState).slots;
  if (!isTold && hasExpectedSlots(slots, expected, (token, value) => matchesBaseline(baseline, token, value)))
    return undefined;
  return new Content(object, kind, slots, baseline.template.nameOf(index));
}

/** Throws Refusal, with the object's name, for one that has become such as cannot be saved. */
function slotsOf(
  baseline: Baseline,
  index: number,
  object: object,
  kind: Kind,
  scope: SlotScope,
): ReturnType<Kind["slots"]> {
  try {
    return kind.slots(object, scope);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw new Refusal(refusal.what, baseline.template.nameOf(index));
  }
}

/** Whether a value of the instance is what a token of its template stands for. */
export function matchesBaseline(baseline: Baseline, token: unknown, value: unknown): boolean {
  if (Object.is(token, value)) return true;
  if (token === ANY_TEXT) return typeof value === "string";
  if (!(token instanceof BaselineToken)) return false;
  return baseline.objects[token.index] === value;
}

/** The expected state in values of this instance. */
function valuesOf(baseline: Baseline, expected: OwnState): OwnState {
  const value = (token: unknown): unknown => (token instanceof BaselineToken ? baseline.objects[token.index] : token);
  return {
    prototype: value(expected.prototype) as object | null,
    extensible: expected.extensible,
    keys: expected.keys.map(value) as PropertyKey[],
    flags: expected.flags,
    values: expected.values.map(value),
  };
}

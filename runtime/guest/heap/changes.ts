/**
 * How the baseline of an instance has changed since it was captured.
 */
import type { Instance } from "../instance.js";
import type { Baseline } from "./baseline.js";
import { hasExpectedOwn, hasExpectedSlots, isFrozenState } from "./expected.js";
import { type Kind, propertyStep, type SlotScope } from "./kinds/kind.js";
import { dense, HOLE, sparse } from "./kinds/ordinary.js";
import { keysOf, kindOfTag } from "./kinds/table.js";
import { type OwnState, PLAIN, readOwn, WRITABLE } from "./own.js";
import { Change } from "./rows/change.js";
import { type ChangedObject, type ChangedVariable, Content } from "./rows/root.js";
import { ANY_TEXT, type BaselineState, BaselineToken } from "./template.js";
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
  for (let i = 0; i < states.length; i++) {
    const object = baseline.objects[i];
    if (typeof object === "symbol" || object === undefined) continue;
    const state = states[i] as BaselineState;
    const kind = state.tag < 0 ? undefined : kindOfTag(state.tag);
    if (kind === dense && state.own !== undefined && !dense.is(object)) {
      changed.push({
        object,
        change: changeOf(baseline, i, object, sparse, withElements(state.own, state.slots)),
        content: undefined,
      });
      continue;
    }
    const change = state.own === undefined ? undefined : changeOf(baseline, i, object, kind, state.own);
    const content = kind?.fill === undefined ? undefined : contentOf(baseline, i, object, kind, scope);
    if (change !== undefined || content !== undefined) changed.push({ object, change, content });
  }
  return changed;
}

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
): Content | undefined {
  const slots = kind.slots(object, scope);
  const expected = (baseline.template.states[index] as BaselineState).slots;
  if (hasExpectedSlots(slots, expected, (token, value) => matchesBaseline(baseline, token, value))) return undefined;
  const path = baseline.template.nameOf(index);
  return new Content(slots, (slot) => path + kind.slotName(slot, slots));
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

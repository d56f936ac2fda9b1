/**
 * The baseline of an instance: everything that module initialisation made and that can be reached from the modules. A
 * checkpoint mentions these objects by name and holds only how they have changed.
 *
 * B1  Taken right after the modules have been evaluated, before any event; one fixed breadth-first order.
 * B2  Evaluating the program again gives an equal template, or restoring is refused (EV5103).
 */

import type { Instance } from "../instance.js";
import { sideRecords } from "../side-record.js";
import { BrandFinder, flatBrands, hiddenParts } from "./brands.js";
import { Refusal } from "./faults.js";
import { follow } from "./follow.js";
import { intrinsicName, intrinsics } from "./intrinsics.js";
import { error as errorKind } from "./kinds/builtins.js";
import type { Kind, SlotScope } from "./kinds/kind.js";
import { HOLE } from "./kinds/ordinary.js";
import { keysOf, kindOf, knownFunction, newFamilies } from "./kinds/table.js";
import { weakEntry } from "./kinds/weak.js";
import { NativeMap, symbolKeyFor } from "./natives.js";
import { ACCESSOR, type OwnState, readOwn } from "./own.js";
import { mayRetrace, retrace } from "./retrace.js";
import {
  ANY_TEXT,
  type BaselineState,
  knownTemplate,
  OPAQUE,
  type RootState,
  STATIC,
  share,
  Template,
  tokenOf,
  type VariableState,
  type WeakPlace,
} from "./template.js";
import { readVariable } from "./variables.js";
import { anyWeakEntries, holdersOf } from "./weak.js";

export class Baseline {
  readonly template: Template;
  /** By number. */
  readonly objects: readonly (object | symbol)[];
  #index: ReadonlyMap<object | symbol, number> | undefined;

  constructor(template: Template, objects: readonly (object | symbol)[], index?: ReadonlyMap<object | symbol, number>) {
    this.template = template;
    this.objects = objects;
    this.#index = index;
  }

  /** Number of each object. Made when first asked for: an execution without checkpoint never needs it. */
  get index(): ReadonlyMap<object | symbol, number> {
    this.#index ??= numbered(this.objects);
    return this.#index;
  }
}

function numbered(objects: readonly (object | symbol)[]): ReadonlyMap<object | symbol, number> {
  const index = new NativeMap<object | symbol, number>();
  for (let i = 0; i < objects.length; i++) index.set(objects[i] as object | symbol, i);
  return index;
}

const baselines = sideRecords<Baseline>();

/** The baseline of an instance. Throws TypeError if it has not been captured. */
export function baselineOf(instance: Instance): Baseline {
  const baseline = baselines.get(instance);
  if (baseline === undefined) throw new TypeError("the instance has no baseline");
  return baseline;
}

/** Gives an instance that has another's modules the other's baseline. */
export function shareBaseline(instance: Instance, from: Instance): void {
  baselines.add(instance, baselineOf(from));
}

/** Takes the baseline of an instance whose modules have just been evaluated. */
export function captureBaseline(instance: Instance): void {
  const known = knownTemplate();
  const baseline = known === undefined ? undefined : alike(instance, known);
  baselines.set(instance, baseline ?? new Walk(instance).run());
}

/** The baseline of an instance that is as the template says; undefined if it is not. */
function alike(instance: Instance, template: Template): Baseline | undefined {
  if (mayRetrace(template)) {
    const objects = retrace(instance, template, MODULE_SCOPE);
    if (objects !== undefined) return new Baseline(template, objects);
  }
  // Following the template does not look at weak entries.
  const followed = anyWeakEntries() ? undefined : follow(instance, template, MODULE_SCOPE);
  if (followed === undefined) return undefined;
  template.compared++;
  return new Baseline(template, followed.objects, followed.index);
}

/** What slots of module objects may ask while there is no checkpoint. */
export const MODULE_SCOPE: SlotScope = {
  permanentEntries: () => [],
  codeId: (code) => (code as { readonly id: string }).id,
};

class Walk {
  readonly #instance: Instance;
  readonly #objects: (object | symbol)[] = [];
  readonly #index = new NativeMap<object | symbol, number>();
  readonly #holders: number[] = [];
  readonly #steps: string[] = [];
  readonly #states: BaselineState[] = [];
  readonly #families = newFamilies();
  readonly #finder = new BrandFinder();
  readonly #entries = new NativeMap<object, unknown[]>();
  readonly #found = new NativeMap<number, WeakPlace>();
  #opaque: { row: number; what: string } | undefined = undefined;
  #holder = -1;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  run(): Baseline {
    const { roots, variables } = this.#roots();
    let weakFrom = 0;
    if (anyWeakEntries()) for (const key of intrinsics()) this.#visitEntries(key as object);
    for (let i = 0; i < this.#objects.length; ) {
      for (; i < this.#objects.length; i++) this.#visit(i);
      // Entries of weak collections whose key is part of the baseline belong to it as well.
      for (; weakFrom < this.#objects.length; weakFrom++) this.#visitEntries(this.#objects[weakFrom] as object);
    }
    for (const [weak, entries] of this.#entries) {
      const at = this.#index.get(weak);
      if (at !== undefined) this.#states[at] = { ...(this.#states[at] as BaselineState), slots: entries };
    }
    const template = share(new Template(this.#states, roots, variables, this.#found, this.#opaque));
    return new Baseline(template, this.#objects, this.#index);
  }

  #roots(): { readonly roots: RootState[]; readonly variables: VariableState[] } {
    const { modules, workflows } = this.#instance;
    const roots: RootState[] = [];
    const variables: VariableState[] = [];
    for (const module of modules) {
      for (const name of Object.keys(module.bindings)) {
        roots.push({ name, value: this.#token(module.bindings[name], `m:${module.id}#${name}`) });
      }
      for (const name of Object.keys(module.variables)) {
        const value = this.#token(readVariable(module.variables[name]), `m:${module.id}#${name}`);
        variables.push({ module: module.id, name, value });
      }
    }
    workflows.forEach((workflow, name) => {
      roots.push({ name, value: this.#token(workflow, `workflow:${name}`) });
    });
    return { roots, variables };
  }

  /** The token of a value reached from the present holder. */
  #token(value: unknown, step: string): unknown {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol"))
      return value;
    if (value === HOLE) return value;
    const known = this.#index.get(value);
    if (known !== undefined) return tokenOf(known);
    if (intrinsicName(value) !== undefined) return value;
    if (typeof value === "symbol" && symbolKeyFor(value) !== undefined) return value;
    const index = this.#objects.length;
    this.#objects.push(value);
    this.#index.set(value, index);
    this.#holders.push(this.#holder);
    this.#steps.push(step);
    return tokenOf(index);
  }

  #visit(index: number): void {
    this.#holder = index;
    const value = this.#objects[index] as object | symbol;
    const place = { holder: this.#holders[index] as number, step: this.#steps[index] as string };
    if (typeof value === "symbol") {
      this.#states.push({ tag: STATIC, own: undefined, slots: [], ...place });
      return;
    }
    const kind = this.#kindOf(value, index);
    const hidden = typeof kind !== "number" && kind.own === "none";
    const own = hidden ? undefined : this.#ownTokens(readOwn(value, keysOf(value, kind)), kind === errorKind);
    const slots = this.#tokens(typeof kind === "number" ? hiddenParts(value) : kind.slots(value, MODULE_SCOPE), "");
    const brands = flatBrands(this.#finder.of(value));
    const branded = brands.length === 0 ? {} : { brands: this.#tokens(brands, "#") };
    this.#states.push({ tag: typeof kind === "number" ? kind : kind.tag, own, slots, ...branded, ...place });
  }

  #kindOf(value: object, index: number): Kind | typeof STATIC | typeof OPAQUE {
    if (typeof value === "function") return knownFunction(value) ?? STATIC;
    try {
      return kindOf(value, this.#families);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#opaque ??= { row: index, what: refusal.what };
      return OPAQUE;
    }
  }

  #ownTokens(own: OwnState, isError: boolean): OwnState {
    const prototype = this.#token(own.prototype, "^") as object | null;
    const keys: PropertyKey[] = [];
    const values: unknown[] = [];
    for (let i = 0, v = 0; i < own.keys.length; i++) {
      const key = own.keys[i] as PropertyKey;
      const step = typeof key === "symbol" ? `[@${i}]` : `.${String(key)}`;
      keys.push(typeof key === "symbol" ? (this.#token(key, `${step}key`) as symbol) : key);
      const value = own.values[v++];
      values.push(isError && key === "stack" && typeof value === "string" ? ANY_TEXT : this.#token(value, step));
      if (((own.flags[i] ?? 0) & ACCESSOR) !== 0) values.push(this.#token(own.values[v++], `${step}=`));
    }
    return { prototype, extensible: own.extensible, keys, flags: own.flags, values };
  }

  #tokens(values: readonly unknown[], prefix: string): unknown[] {
    const tokens: unknown[] = [];
    for (let i = 0; i < values.length; i++) tokens.push(this.#token(values[i], `[[${prefix}${i}]]`));
    return tokens;
  }

  #visitEntries(key: object | symbol): void {
    holdersOf(key as WeakKey)?.forEach((weak) => {
      const at = this.#index.get(weak);
      if (at === undefined) return;
      this.#holder = at;
      const entries = this.#entries.get(weak) ?? [];
      this.#entries.set(weak, entries);
      const keyToken = this.#token(key, "");
      const next = this.#objects.length;
      entries.push(keyToken, this.#token(weakEntry(weak, key as WeakKey), `[[${entries.length + 1}]]`));
      if (this.#objects.length > next) this.#found.set(next, { weak: at, key: keyToken });
    });
  }
}

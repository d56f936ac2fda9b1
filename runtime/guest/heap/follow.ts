/**
 * Capturing the baseline of another instance of a program whose template is known: the walk follows the template and
 * only checks, so nothing is built but the list of objects.
 */

import { anyBranded } from "../classes.js";
import type { Instance } from "../instance.js";
import { BrandFinder, flatBrands, hiddenParts } from "./brands.js";
import { hasExpectedOwn, hasExpectedSlots } from "./expected.js";
import { Refusal } from "./faults.js";
import type { SlotScope } from "./kinds/kind.js";
import { type Families, keysOf, kindOf, knownFunction, newFamilies } from "./kinds/table.js";
import { NativeMap } from "./natives.js";
import { ANY_TEXT, type BaselineState, BaselineToken, STATIC, type Template } from "./template.js";
import { readVariable } from "./variables.js";

export interface Followed {
  readonly objects: readonly (object | symbol)[];
  readonly index: ReadonlyMap<object | symbol, number>;
}

/** The baseline objects, if the instance is as the template says; undefined if not. For templates without weak entries. */
export function follow(instance: Instance, template: Template, scope: SlotScope): Followed | undefined {
  const walk = new Follower(template, scope);
  return walk.roots(instance) && walk.run() ? walk : undefined;
}

class Follower {
  readonly objects: (object | symbol)[] = [];
  readonly index = new NativeMap<object | symbol, number>();
  readonly #template: Template;
  readonly #scope: SlotScope;
  readonly #families: Families = newFamilies();
  readonly #finder = new BrandFinder();

  constructor(template: Template, scope: SlotScope) {
    this.#template = template;
    this.#scope = scope;
  }

  roots({ modules, workflows }: Instance): boolean {
    const { variables, roots } = this.#template;
    let root = 0;
    let variable = 0;
    for (const module of modules) {
      for (const name of Object.keys(module.bindings)) {
        if (roots[root]?.name !== name || !this.#match(roots[root++]?.value, module.bindings[name])) return false;
      }
      for (const name of Object.keys(module.variables)) {
        const expected = variables[variable++];
        if (expected === undefined || expected.module !== module.id || expected.name !== name) return false;
        if (!this.#match(expected.value, readVariable(module.variables[name]))) return false;
      }
    }
    for (const name of workflows.keys()) {
      if (roots[root]?.name !== name || !this.#match(roots[root++]?.value, workflows.get(name))) return false;
    }
    return root === roots.length && variable === variables.length;
  }

  run(): boolean {
    const { states } = this.#template;
    for (let i = 0; i < this.objects.length; i++) {
      const value = this.objects[i] as object | symbol;
      if (typeof value !== "symbol" && !this.#isExpected(value, states[i] as BaselineState)) return false;
    }
    return this.objects.length === states.length;
  }

  #isExpected(value: object, { tag, own, slots, brands }: BaselineState): boolean {
    const kind = typeof value === "function" ? knownFunction(value) : this.#kindOf(value);
    if (kind === null || (kind?.tag ?? STATIC) !== tag) return false;
    if (own !== undefined && !hasExpectedOwn(value, keysOf(value, kind), own, this.#match)) return false;
    const found = kind === undefined ? hiddenParts(value) : kind.slots(value, this.#scope);
    if (!hasExpectedSlots(found, slots, this.#match)) return false;
    return !anyBranded() || hasExpectedSlots(flatBrands(this.#finder.of(value)), brands ?? NO_BRANDS, this.#match);
  }

  #kindOf(value: object) {
    try {
      return kindOf(value, this.#families);
    } catch (refusal) {
      if (refusal instanceof Refusal) return null;
      throw refusal;
    }
  }

  readonly #match = (token: unknown, value: unknown): boolean => {
    if (!(token instanceof BaselineToken))
      return Object.is(token, value) || (token === ANY_TEXT && typeof value === "string");
    if (token.index < this.objects.length) return this.objects[token.index] === value;
    if (token.index > this.objects.length || !isIdentity(value) || this.index.has(value)) return false;
    this.index.set(value, token.index);
    this.objects.push(value);
    return true;
  };
}

const NO_BRANDS: readonly unknown[] = [];

function isIdentity(value: unknown): value is object | symbol {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}

/**
 * What an instance tells the writer: names, codes, fresh functions, and the entries of weak collections.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import type { Instance } from "../instance.js";
import { type Code, closureOf, runtimeCodes } from "../registry.js";
import type { Baseline } from "./baseline.js";
import { hasExpectedOwn, type Match } from "./expected.js";
import { Refusal } from "./faults.js";
import { intrinsicName, intrinsics } from "./intrinsics.js";
import { propertyStep } from "./kinds/kind.js";
import { weakEntry } from "./kinds/weak.js";
import { describe, getPrototypeOf, isExtensible, NativeMap, ownKeys } from "./natives.js";
import { type OwnState, readOwn, WRITABLE } from "./own.js";
import { Change, PRISTINE } from "./rows/change.js";
import { NameRow, TemplateRow } from "./rows/names.js";
import type { RowNode } from "./rows/node.js";
import type { Writer, WriterScope } from "./rows/writer.js";
import type { BaselineState } from "./template.js";
import { anyWeakEntries, type GuestWeakMap, type GuestWeakSet, holdersOf } from "./weak.js";

type Weak = GuestWeakMap | GuestWeakSet;

/** A weak collection without a row and the keys that have one. */
type PendingKeys = { readonly key: object | symbol; readonly row: number }[];

export class InstanceScope implements WriterScope {
  /** Triples weak collection, key, value, as references. */
  readonly weakEntries: number[] = [];
  readonly #instance: Instance;
  readonly #baseline: Baseline;
  readonly #templates = new NativeMap<object | symbol, RowNode>();
  readonly #permanent = new NativeMap<object, unknown[]>();
  readonly #pending = new NativeMap<object, PendingKeys>();
  readonly #fresh = new NativeMap<Code, OwnState>();
  readonly #codes = new NativeMap<object, string>();
  #writer: Writer | undefined = undefined;

  constructor(instance: Instance, baseline: Baseline) {
    this.#instance = instance;
    this.#baseline = baseline;
    instance.templates.forEach((strings, site) => {
      const { raw } = strings as TemplateStringsArray;
      this.#templates.set(strings, new TemplateRow(site, strings, raw, false));
      this.#templates.set(raw, new TemplateRow(site, strings, raw, true));
    });
    this.#collectPermanent();
  }

  /** The writer that this scope serves. */
  attach(writer: Writer): void {
    this.#writer = writer;
  }

  nodeOf(value: object | symbol): RowNode | undefined {
    const name = intrinsicName(value);
    if (name !== undefined) return new NameRow(name);
    const index = this.#baseline.index.get(value);
    if (index === undefined) return this.#templates.get(value);
    const { holder, step } = this.#baseline.template.states[index] as BaselineState;
    return new NameRow(step, holder < 0 ? undefined : this.#baseline.objects[holder]);
  }

  codeId(code: object): string {
    let id = this.#codes.get(code);
    if (id === undefined) {
      id = (code as Code).id;
      if (this.#instance.code.get(id) !== code && runtimeCodes.get(id) !== code) {
        throw new Refusal(`a function of another execution (${id})`);
      }
      this.#codes.set(code, id);
    }
    return id;
  }

  functionChange(fn: object): RowNode | undefined {
    const closure = closureOf(fn as AnyFunction);
    if (closure === undefined) return undefined;
    let fresh = this.#fresh.get(closure.code);
    if (fresh === undefined) {
      fresh = freshState(closure.code.make?.(closure.captures));
      this.#fresh.set(closure.code, fresh);
    }
    const match: Match = (token, value) =>
      Object.is(token, value) ||
      (token === PRISTINE && typeof value === "object" && value !== null && isPristine(value, fn));
    const keys = ownKeys(fn);
    if (hasExpectedOwn(fn, keys, fresh, match)) return undefined;
    const present = readOwn(fn, keys);
    hidePristinePrototype(fn, present);
    return new Change(fresh, present, propertyStep);
  }

  permanentEntries(weak: object): readonly unknown[] {
    return this.#permanent.get(weak) ?? [];
  }

  reached(value: object | symbol): void {
    const writer = this.#writer;
    if (writer === undefined || !anyWeakEntries()) return;
    const row = writer.current;
    this.#reachedWeak(value, writer);
    const holders = holdersOf(value as WeakKey);
    if (holders === undefined || holders.size === 0) return;
    const alive: { weak: Weak; order: number }[] = [];
    holders.forEach((weak) => {
      const named = this.#baseline.index.get(weak);
      if (named !== undefined) alive.push({ weak, order: named - this.#baseline.objects.length });
      else if (writer.has(weak)) alive.push({ weak, order: writer.reference(weak, "") });
      else this.#waitFor(weak, value, row);
    });
    alive.sort((a, b) => a.order - b.order);
    for (const { weak } of alive) this.#addEntry(writer, weak, value);
  }

  #waitFor(weak: Weak, key: object | symbol, row: number): void {
    const keys = this.#pending.get(weak);
    if (keys === undefined) this.#pending.set(weak, [{ key, row }]);
    else keys.push({ key, row });
  }

  #reachedWeak(value: object | symbol, writer: Writer): void {
    const keys = typeof value === "symbol" ? undefined : this.#pending.get(value);
    if (keys === undefined) return;
    this.#pending.delete(value as object);
    const row = writer.current;
    for (const { key, row: keyRow } of keys) {
      writer.resumeAt(keyRow);
      this.#addEntry(writer, value as Weak, key);
    }
    writer.resumeAt(row);
  }

  #addEntry(writer: Writer, weak: Weak, key: object | symbol): void {
    this.weakEntries.push(
      writer.reference(weak, WEAK_LABEL),
      writer.reference(key, WEAK_LABEL),
      writer.reference(weakEntry(weak, key as WeakKey), WEAK_LABEL),
    );
  }

  #collectPermanent(): void {
    if (!anyWeakEntries()) return;
    const collect = (key: unknown): void => {
      holdersOf(key as WeakKey)?.forEach((weak) => {
        const entries = this.#permanent.get(weak) ?? [];
        this.#permanent.set(weak, entries);
        entries.push(key, weakEntry(weak, key as WeakKey));
      });
    };
    intrinsics().forEach(collect);
    this.#baseline.objects.forEach(collect);
  }
}

/** Label of the way from a key to the value it has in a weak collection. */
export const WEAK_LABEL = Symbol("value in a weak collection");

function freshState(fn: AnyFunction | undefined): OwnState {
  if (fn === undefined) throw new TypeError("a closure without factory");
  const state = readOwn(fn);
  hidePristinePrototype(fn, state);
  return state;
}

/** Replaces the value of `prototype` by the same for all functions, if it is as the engine made it. */
function hidePristinePrototype(fn: object, state: OwnState): void {
  if (state.keys.length < 3) return;
  const at = state.keys.indexOf("prototype");
  const prototype = at < 0 ? undefined : state.values[at];
  if (typeof prototype !== "object" || prototype === null || state.flags[at] !== WRITABLE) return;
  if (!isPristine(prototype, fn)) return;
  // Functions have data properties only, unless user code made it otherwise: then nothing is hidden.
  if (state.values.length === state.keys.length) (state.values as unknown[])[at] = PRISTINE;
}

function isPristine(prototype: object, fn: object): boolean {
  if (getPrototypeOf(prototype) !== Object.prototype || !isExtensible(prototype)) return false;
  const keys = ownKeys(prototype);
  if (keys.length !== 1 || keys[0] !== "constructor") return false;
  const descriptor = describe(prototype, "constructor");
  return (
    descriptor?.value === fn &&
    descriptor.enumerable === false &&
    (descriptor.writable ?? false) &&
    (descriptor.configurable ?? false)
  );
}

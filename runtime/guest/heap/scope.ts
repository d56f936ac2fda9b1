/**
 * What an instance tells the writer: names, codes, fresh functions, and the entries of weak collections.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { anyBranded, madeClassOf } from "../classes.js";
import type { Instance } from "../instance.js";
import { type Code, runtimeCodes } from "../registry.js";
import type { Baseline } from "./baseline.js";
import { BornStates, bornAs, bornValues, hidePristinePrototype } from "./born.js";
import { type Brand, BrandFinder } from "./brands.js";
import { changedBrands } from "./changes.js";
import { hasExpectedOwn, type Match } from "./expected.js";
import { Refusal } from "./faults.js";
import { intrinsicName, intrinsics } from "./intrinsics.js";
import { propertyStep } from "./kinds/kind.js";
import { weakEntry } from "./kinds/weak.js";
import { describe, NativeMap, ownKeys } from "./natives.js";
import { readOwn } from "./own.js";
import { Change } from "./rows/change.js";
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
  /** Object, class, how, number of values and values of each brand, as references. */
  readonly brands: number[] = [];
  readonly #instance: Instance;
  readonly #baseline: Baseline;
  readonly #templates = new NativeMap<object | symbol, RowNode>();
  readonly #permanent = new NativeMap<object, unknown[]>();
  readonly #pending = new NativeMap<object, PendingKeys>();
  readonly #born = new BornStates();
  readonly #finder = new BrandFinder();
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

  /** The writer that this scope serves; none when it has ended. */
  attach(writer: Writer | undefined): void {
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

  changeOf(value: object): RowNode | undefined {
    const born = this.#born.of(value);
    if (born === undefined) return undefined;
    const match: Match = (token, found) => bornAs(token, found, value);
    const keys = ownKeys(value);
    if (hasExpectedOwn(value, keys, born, match)) return undefined;
    const present = readOwn(value, keys);
    hidePristinePrototype(value, present);
    return new Change(bornValues(born, value), present, propertyStep);
  }

  permanentEntries(weak: object): readonly unknown[] {
    return this.#permanent.get(weak) ?? [];
  }

  reached(value: object | symbol): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    if (typeof value !== "symbol") {
      this.#reachedClass(value, writer);
      if (anyBranded()) this.#addBrands(writer, value, this.#finder.of(value));
    }
    if (!anyWeakEntries()) return;
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

  /** What of a class has changed is told whether or not something else leads there. */
  #reachedClass(value: object, writer: Writer): void {
    const made = madeClassOf(value);
    if (made === undefined) return;
    writer.reference((value as AnyFunction).prototype, "prototype");
    for (const fn of made.members) {
      if (this.changeOf(fn) !== undefined) writer.reference(fn, String(describe(fn, "name")?.value));
    }
  }

  #addBrands(writer: Writer, object: object, brands: readonly Brand[]): void {
    for (const { kit, how, values } of brands) {
      this.brands.push(writer.reference(object, ""), writer.reference(kit.home, BRAND_LABEL), how, values.length);
      for (let i = 0; i < values.length; i++) this.brands.push(writer.reference(values[i], BRAND_LABEL));
    }
  }

  /** Tells the private elements of module objects, where they have changed. */
  writeChangedBrands(writer: Writer): void {
    for (const [object, found] of changedBrands(this.#baseline, this.#finder)) this.#addBrands(writer, object, found);
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
/** Label of the way from an object to the value of one of its private fields. */
export const BRAND_LABEL = Symbol("value of a private field");

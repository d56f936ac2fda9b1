/**
 * Reads rows: makes every object, then gives each its content.
 *
 * D1  Objects are made before they are filled, so references may go round in circles. Functions and other objects that
 *     are made from parts come after their parts, in an order found without recursion.
 * D2  No user code runs, and nothing outside the new objects is touched.
 */

import { brand, type Kit, kitOf, makeBranded, noteBrand } from "../../classes.js";
import { MADE, OWN, PUT } from "../brands.js";
import { damaged } from "../faults.js";
import { classPrototype, madeClass } from "../kinds/classes.js";
import type { Kind, MakeScope } from "../kinds/kind.js";
import { argumentsObject, dense, HOLE, ordinary } from "../kinds/ordinary.js";
import { type Families, kindOfTag, newFamilies, suits } from "../kinds/table.js";
import {
  create,
  deleteProperty,
  getPrototypeOf,
  NativeMap,
  NativeSet,
  ownKeys,
  preventExtensions,
  setPrototypeOf,
} from "../natives.js";
import { isProxy, noteMoved, noteShaped } from "../overrides.js";
import { ACCESSOR, defineOwn } from "../own.js";
import { ABSENT, CHANGE, CONTENT, NAMED, REGISTERED_SYMBOL, type Reference, ROOT, SYMBOL, TEMPLATE } from "./format.js";
import { isShapeTag, type ReadShape, readShape } from "./read-shape.js";
import { plainValue, type Tables } from "./text.js";

/** What the reader has to know about the instance. */
export interface ReaderScope extends MakeScope {
  /** The value of a NAMED row: a name, or a place in another named value. Throws damaged or otherInitialisation. */
  named(name: unknown, holder: unknown): unknown;
  /** The strings object of a template. */
  template(site: unknown, isRaw: boolean, strings: readonly unknown[]): unknown;
}

const UNMADE = Symbol("unmade");

export class Reader {
  readonly #tables: Tables;
  readonly #scope: ReaderScope;
  readonly #values: unknown[] = [];
  readonly #kinds: (Kind | undefined)[] = [];
  readonly #shapes: (ReadShape | undefined)[] = [];
  readonly #families: Families = newFamilies();
  /** Rows of kinds `parts` whose parts have been looked for. */
  readonly #entered = new NativeSet<number>();
  readonly #brands: readonly BrandRow[];
  /** Rows of objects that a class makes, with the class. */
  readonly #makers = new NativeMap<number, Reference>();
  /** Objects that get no more properties, once all are filled. */
  readonly #closed: object[] = [];

  constructor(tables: Tables, scope: ReaderScope) {
    this.#tables = tables;
    this.#scope = scope;
    for (let row = 0; row < tables.starts.length; row++) {
      const tag = this.tagOf(row);
      const kind = kindOfTag(tag);
      if (kind === undefined && !(tag >= ROOT && tag <= TEMPLATE)) throw damaged(`a row of unknown kind ${tag}`);
      this.#values.push(UNMADE);
      this.#kinds.push(kind);
      this.#shapes.push(undefined);
    }
    this.#brands = brandRows(tables.brands);
    for (const { object, target, how } of this.#brands) {
      if (how === MADE && !this.isNamed(object)) this.#makers.set(object >> 1, target);
    }
  }

  /** Makes and fills all objects. */
  run(): void {
    for (let row = 0; row < this.#values.length; row++) this.#makeNamed(row);
    for (let row = 0; row < this.#values.length; row++) this.#makeEarly(row);
    for (let row = 0; row < this.#values.length; row++) this.#makeFromParts(row);
    for (const brand of this.#brands) this.#brand(brand);
    // What inherits from a class is told by its prototypes: they are complete before anything else is filled.
    for (let row = 0; row < this.#values.length; row++) if (this.#isOfClass(row)) this.#fill(row);
    for (let row = 0; row < this.#values.length; row++) if (!this.#isOfClass(row)) this.#fill(row);
    for (const brand of this.#brands) this.#setPrivate(brand);
  }

  #isOfClass(row: number): boolean {
    const kind = this.#kinds[row];
    return kind === madeClass || kind === classPrototype;
  }

  #kitOf({ target }: BrandRow): Kit {
    const kit = kitOf(this.object(target));
    if (kit === undefined) throw damaged("private elements of what is not a class");
    return kit;
  }

  #brand(row: BrandRow): void {
    if (row.how !== PUT) return;
    const kit = this.#kitOf(row);
    const object = this.object(row.object);
    if (kit.parts.has?.(object) !== true) brand(kit, object);
  }

  #setPrivate(row: BrandRow): void {
    const kit = this.#kitOf(row);
    const { parts } = kit;
    if (row.how !== OWN) noteBrand(this.object(row.object), kit, isProxy);
    const set = row.how === OWN ? parts.staticSet : parts.set;
    if (row.values.length === 0) return;
    if (set === undefined) throw damaged("values of private fields that the class does not have");
    set(
      this.object(row.object),
      row.values.map((reference) => this.value(reference)),
    );
  }

  /** Does what needs the content of other objects, those of the modules included: the positions of iterators. */
  finish(): void {
    for (let row = 0; row < this.#values.length; row++) this.#finish(row);
  }

  /** Makes the objects non-extensible that are to be; the last thing of all. */
  close(): void {
    for (let i = 0; i < this.#closed.length; i++) preventExtensions(this.#closed[i] as object);
  }

  tagOf(row: number): number {
    return this.#tables.tape[this.#tables.starts[row] as number] as number;
  }

  /** The integers of a row. */
  cells(row: number): readonly number[] {
    const at = this.#tables.starts[row] as number;
    return this.#tables.tape.slice(at + 2, at + 2 + (this.#tables.tape[at + 1] as number));
  }

  /** The value that a reference stands for. Throws damaged if it is not a value, or not made yet. */
  value(reference: Reference | undefined): unknown {
    if (reference === undefined) throw damaged("a row is too short");
    if (reference < 0 || (reference & 1) !== 0) return plainValue(reference, this.#tables.literals);
    const value = this.#values[reference >> 1];
    if (value === undefined || value === UNMADE) throw damaged("a reference to a row that is no value");
    return value;
  }

  /** The object that a reference stands for. Throws damaged for anything else. */
  object(reference: Reference | undefined): object {
    const value = this.value(reference);
    if ((typeof value === "object" && value !== null) || typeof value === "function") return value;
    throw damaged("a reference to an object leads to another value");
  }

  prototype(reference: Reference | undefined): object | null {
    return this.value(reference) === null ? null : this.object(reference);
  }

  key(reference: Reference | undefined): PropertyKey {
    const value = this.value(reference);
    if (typeof value === "string" || typeof value === "symbol") return value;
    throw damaged("a property without key");
  }

  /** True if the reference is to a row that evaluating the program gave. */
  isNamed(reference: Reference): boolean {
    return reference >= 0 && (reference & 1) === 0 && this.tagOf(reference >> 1) === NAMED;
  }

  #makeNamed(row: number): void {
    if (this.#values[row] !== UNMADE) return;
    const tag = this.tagOf(row);
    if (tag < NAMED || tag > TEMPLATE) return;
    const cells = this.cells(row);
    if (tag === NAMED) this.#resolve(row);
    else if (tag === SYMBOL) this.#values[row] = Symbol(optionalString(this.value(cells[0])));
    else if (tag === REGISTERED_SYMBOL) this.#values[row] = Symbol.for(String(this.value(cells[0])));
    else this.#values[row] = this.#template(cells);
  }

  #template(cells: readonly number[]): unknown {
    const strings = cells.slice(2).map((cell) => this.value(cell));
    return this.#scope.template(this.value(cells[0]), cells[1] === 1, strings);
  }

  /** Names are places in named objects: from the outermost one that is not known yet inwards. */
  #resolve(row: number): void {
    const stack: number[] = [];
    for (let at = row; this.#values[at] === UNMADE; ) {
      if (this.tagOf(at) !== NAMED || stack.length > this.#values.length) throw damaged("a name of no value");
      stack.push(at);
      const holder = this.cells(at)[1];
      if (holder === undefined) break;
      if (holder < 0 || (holder & 1) !== 0 || holder >> 1 >= this.#values.length) throw damaged("a name of no value");
      at = holder >> 1;
    }
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [name, holder] = this.cells(at);
      this.#values[at] = this.#scope.named(this.value(name), holder === undefined ? undefined : this.value(holder));
    }
  }

  #makeEarly(row: number): void {
    const kind = this.#kinds[row];
    if (kind === undefined || kind.making === "parts" || this.#makers.has(row)) return;
    if (kind === ordinary) {
      const { prototypeReference } = this.#shapeOf(row);
      this.#values[row] =
        this.isNamed(prototypeReference) || prototypeReference < 0 ? this.#bare(prototypeReference) : create(null);
    } else {
      this.#values[row] = kind.make(kind.making === "empty" ? NO_SLOTS : this.#slots(row), this.#scope);
    }
  }

  #bare(prototypeReference: Reference): object {
    const prototype = this.prototype(prototypeReference);
    return prototype === Object.prototype ? {} : create(prototype);
  }

  /** Makes a row of a kind `parts`, and before it those that it is made from. */
  #makeFromParts(first: number): void {
    if (!this.#isWaiting(first)) return;
    const stack = [first];
    const entered = this.#entered;
    while (stack.length > 0) {
      const row = stack[stack.length - 1] as number;
      if (!entered.has(row)) {
        entered.add(row);
        const maker = this.#makers.get(row);
        const { tape } = this.#tables;
        const cells = maker === undefined ? tape.slice(this.#slotStart(row), this.#end(row)) : [maker];
        for (let i = cells.length - 1; i >= 0; i--) {
          const cell = cells[i] as number;
          if (cell < 0 || (cell & 1) !== 0 || !this.#isWaiting(cell >> 1)) continue;
          if (entered.has(cell >> 1)) throw damaged("functions that are made from each other");
          stack.push(cell >> 1);
        }
        continue;
      }
      stack.pop();
      if (this.#isWaiting(row)) {
        const maker = this.#makers.get(row);
        this.#values[row] =
          maker === undefined
            ? (this.#kinds[row] as Kind).make(this.#slots(row), this.#scope)
            : this.#makeByClass(row, maker);
      }
    }
  }

  #isWaiting(row: number): boolean {
    return (this.#kinds[row]?.making === "parts" || this.#makers.has(row)) && this.#values[row] === UNMADE;
  }

  #makeByClass(row: number, maker: Reference): object {
    const kit = kitOf(this.object(maker));
    if (this.#kinds[row] !== ordinary || kit?.parts.base !== true)
      throw damaged("an object that its class cannot make");
    return makeBranded(kit);
  }

  #ownReference(row: number): Reference {
    const at = this.#tables.starts[row] as number;
    if ((this.#tables.tape[at + 1] as number) < 1) throw damaged("a row is too short");
    return this.#tables.tape[at + 2] as number;
  }

  /** The shape of an object's row. Throws damaged if it has none. */
  #shapeOf(row: number): ReadShape {
    return this.#shapeAt(this.#ownReference(row));
  }

  #shapeAt(reference: Reference): ReadShape {
    const row = reference >> 1;
    if (reference < 0 || (reference & 1) !== 0 || row >= this.#values.length) throw damaged("an object without shape");
    let shape = this.#shapes[row];
    if (shape === undefined) {
      if (!isShapeTag(this.tagOf(row))) throw damaged("an object without shape");
      shape = readShape(this, row);
      this.#shapes[row] = shape;
    }
    return shape;
  }

  /** Where a row's slots begin on the tape. */
  #slotStart(row: number): number {
    return (this.#tables.starts[row] as number) + 3 + (this.#kinds[row]?.own === "all" ? this.#shapeOf(row).width : 0);
  }

  #end(row: number): number {
    const at = this.#tables.starts[row] as number;
    return at + 2 + (this.#tables.tape[at + 1] as number);
  }

  #slots(row: number): readonly unknown[] {
    const { tape } = this.#tables;
    const slots: unknown[] = [];
    const end = this.#end(row);
    for (let i = this.#slotStart(row); i < end; i++) slots.push(tape[i] === ABSENT ? HOLE : this.value(tape[i]));
    return slots;
  }

  #fill(row: number): void {
    const kind = this.#kinds[row];
    if (kind === undefined) return;
    const value = this.#values[row] as object;
    if (kind.making === "empty" && kind.fill !== undefined) {
      const slots = this.#slots(row);
      if (kind !== dense && slots.includes(HOLE)) throw damaged("a slot without value");
      kind.fill(value, slots, this.#scope);
    }
    if (kind.own === "all") this.#fillOwn(row, kind, value);
    else if (kind.own === "changes" && this.#ownReference(row) !== ABSENT)
      this.applyChange(value, this.#ownReference(row));
  }

  #fillOwn(row: number, kind: Kind, value: object): void {
    const shape = this.#shapeOf(row);
    if (kind.bare === true)
      for (const key of ownKeys(value)) if (!isFixed(kind, shape, key)) deleteProperty(value, key);
    const { tape, starts } = this.#tables;
    let at = (starts[row] as number) + 3;
    if (at + shape.width > this.#end(row)) throw damaged("an object with too few properties");
    const { keys, flags } = shape;
    const target = value as Record<PropertyKey, unknown>;
    const assign = kind === ordinary && shape.assignable;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
      const flag = flags === undefined ? 7 : (flags[i] as number);
      const first = this.value(tape[at++]);
      if (assign) target[key] = first;
      else defineOwn(value, key, flag, first, (flag & ACCESSOR) === 0 ? undefined : this.value(tape[at++]));
    }
    if (kind.tag === SPARSE_TAG || (kind === ordinary && flags !== undefined)) noteShaped(value);
    this.#settlePrototype(value, kind, this.prototype(shape.prototypeReference));
    if (!shape.extensible) this.#closed.push(value);
  }

  #settlePrototype(value: object, kind: Kind, prototype: object | null): void {
    if (getPrototypeOf(value) === prototype) return;
    setPrototypeOf(value, prototype);
    if (kind.prototypes.length > 0 && kind !== ordinary && kind !== dense && !suits(kind, prototype, this.#families))
      noteMoved(value);
  }

  #finish(row: number): void {
    const kind = this.#kinds[row];
    if (kind?.finish !== undefined) kind.finish(this.#values[row] as object, this.#slots(row));
  }

  /** Applies a CHANGE row to an object (rows/change.ts). */
  applyChange(object: object, reference: Reference): void {
    const cells = this.#cellsOf(reference, CHANGE);
    const [extensible, prototype, count] = cells as [number, number, number];
    if (cells.length < 3 || count < 0 || 3 + count > cells.length) throw damaged("a change is too short");
    noteShaped(object);
    let at = 3;
    for (; at < 3 + count; at++) deleteProperty(object, this.key(cells[at]));
    while (at < cells.length) {
      const key = this.key(cells[at++]);
      const flags = cells[at++] ?? 0;
      const value = this.value(cells[at++]);
      defineOwn(object, key, flags, value, (flags & ACCESSOR) === 0 ? undefined : this.value(cells[at++]));
    }
    if (prototype !== ABSENT) setPrototypeOf(object, this.prototype(prototype));
    if (extensible !== 1) this.#closed.push(object);
  }

  /** The slots of a CONTENT row. */
  content(reference: Reference): readonly unknown[] {
    return this.#cellsOf(reference, CONTENT).map((cell) => (cell === ABSENT ? HOLE : this.value(cell)));
  }

  #cellsOf(reference: Reference, tag: number): readonly number[] {
    const row = reference >> 1;
    if (reference < 0 || (reference & 1) !== 0 || row >= this.#values.length || this.tagOf(row) !== tag) {
      throw damaged("a change without row");
    }
    return this.cells(row);
  }
}

/** Private elements that a class has put on an object; its values are references. */
interface BrandRow {
  readonly object: Reference;
  readonly target: Reference;
  readonly how: number;
  readonly values: readonly Reference[];
}

function brandRows(list: readonly number[]): BrandRow[] {
  const rows: BrandRow[] = [];
  for (let at = 0; at < list.length; ) {
    const [object, target, how, count] = list.slice(at, at + 4) as [number, number, number, number];
    const end = at + 4 + count;
    if (!(count >= 0 && end <= list.length) || object < 0 || (object & 1) !== 0) throw damaged("private elements");
    rows.push({ object, target, how, values: list.slice(at + 4, end) });
    at = end;
  }
  return rows;
}

const NO_SLOTS: readonly unknown[] = [];
const SPARSE_TAG = 18;

/** The keys of an arguments object cannot all be deleted, so those that it had at first keep their places. */
function isFixed(kind: Kind, shape: ReadShape, key: PropertyKey): boolean {
  return kind === argumentsObject && shape.keys.includes(key);
}

function optionalString(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw damaged("the description of a symbol");
}

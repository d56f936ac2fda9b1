/**
 * Writes rows: gives every value its reference, and every object its row, in breadth-first order.
 *
 * R1  No recursion: what a row refers to is queued, and each object is visited once.
 * R2  The way by which each row was first reached is kept, so the shortest path to any row can be told.
 * R3  No user code runs.
 */
import { generatorFunctionOf } from "../../function-kinds.js";
import { functionPrototype, ownerOfPrototype } from "../kinds/functions.js";
import type { Kind, SlotScope } from "../kinds/kind.js";
import { argumentsObject, HOLE, ordinary } from "../kinds/ordinary.js";
import { type Families, kindOf, newFamilies } from "../kinds/table.js";
import {
  enumerableKeys,
  getPrototypeOf,
  isExtensible,
  NativeMap,
  ownKeys,
  symbolKeyFor,
  throwTypeError,
} from "../natives.js";
import { mayBeShaped } from "../overrides.js";
import { ACCESSOR, descriptorOf, flagsOf, PLAIN } from "../own.js";
import { ABSENT, FALSE, NULL, numberReference, type Reference, TRUE, UNDEFINED } from "./format.js";
import { RegisteredSymbolRow, SymbolRow } from "./names.js";
import type { RowNode, RowWriter } from "./node.js";
import { Shapes } from "./shape.js";

/** What the writer has to know about the instance. */
export interface WriterScope extends SlotScope {
  /** A row instead of the object's own: for what is mentioned by name. */
  nodeOf(value: object | symbol): RowNode | undefined;
  /** How a function or a part of a class differs from a fresh one of the same code; undefined if not at all. */
  changeOf(value: object): RowNode | undefined;
  /** The row of an object other than a mentioned one is about to be written. */
  reached(value: object | symbol): void;
}

/** Literals of the text: strings, numbers, and bigints as one-element arrays. */
export type Literal = string | number | readonly [string];

export class Writer implements RowWriter {
  readonly tape: number[] = [];
  readonly literals: Literal[] = [];
  readonly #scope: WriterScope;
  readonly #references = new NativeMap<unknown, Reference>();
  readonly #queue: (object | symbol | RowNode)[] = [];
  /** Per row: its node, if it is no value's. */
  readonly #nodes: (RowNode | undefined)[] = [];
  readonly #parents: number[] = [];
  readonly #labels: PropertyKey[] = [];
  readonly #shapes = new Shapes();
  readonly #writing = ++writings;
  readonly #families: Families = newFamilies();
  /** Per kind with such slots: the objects, and where on the tape their slots are. */
  readonly #late = new NativeMap<Kind, { readonly objects: object[]; readonly places: number[] }>();
  /** The row being written. */
  #current = 0;
  #lengthAt = 0;
  #rowsWritten = 0;

  constructor(scope: WriterScope) {
    this.#scope = scope;
  }

  /** Number of the row being written, or of the last one. */
  get current(): number {
    return this.#current;
  }

  /** Attributes what is referred to next to another row than the one written last. */
  resumeAt(row: number): void {
    this.#current = row;
  }

  /** Writes all rows that have been referred to so far. Throws Refusal; `current` is then the row at fault. */
  run(): void {
    for (let row = this.#rowsWritten; row < this.#queue.length; row++) {
      this.#current = row;
      this.#rowsWritten = row + 1;
      const node = this.#nodes[row];
      if (node !== undefined) {
        if (node instanceof SymbolRow) this.#scope.reached(node.symbol);
        node.write(this);
      } else {
        const value = this.#queue[row] as object;
        this.#scope.reached(value);
        this.#writeObject(value);
      }
      this.#end();
    }
  }

  /** Fills in the slots whose content is found last. Nothing can be refused after `run`, so nothing is changed in vain. */
  settle(): void {
    for (const [{ late }, { objects, places }] of this.#late) {
      const found = late?.find(objects) ?? [];
      for (let i = 0; i < places.length; i++) this.tape[places[i] as number] = this.reference(found[i], "");
    }
  }

  begin(tag: number): void {
    this.tape.push(tag, 0);
    this.#lengthAt = this.tape.length - 1;
  }

  #end(): void {
    this.tape[this.#lengthAt] = this.tape.length - this.#lengthAt - 1;
  }

  push(integer: number): void {
    this.tape.push(integer);
  }

  pushAbsent(): void {
    this.tape.push(ABSENT);
  }

  refer(value: unknown, label: PropertyKey): void {
    this.tape.push(this.reference(value, label));
  }

  referNode(node: RowNode, label: PropertyKey): void {
    this.tape.push(this.nodeReference(node, label));
  }

  /** Reference of a row of its own. */
  nodeReference(node: RowNode, label: PropertyKey): Reference {
    if (node.writing !== this.#writing) {
      node.writing = this.#writing;
      node.reference = this.#admit(node, node, label);
    }
    return node.reference;
  }

  /** Reference of a value; objects that are new get the next row. */
  reference(value: unknown, label: PropertyKey): Reference {
    switch (typeof value) {
      case "undefined":
        return UNDEFINED;
      case "boolean":
        return value ? TRUE : FALSE;
      case "number": {
        const reference = numberReference(value);
        return reference === ABSENT ? this.#literal(value, value) : reference;
      }
      case "string":
        return this.#literal(value, value);
      case "bigint":
        return this.#literal(value, [value.toString()]);
      default:
        if (value === null) return NULL;
        return this.#references.get(value) ?? this.#admitValue(value as object | symbol, label);
    }
  }

  /** True if the value has a row already. */
  has(value: object | symbol): boolean {
    return this.#references.has(value);
  }

  #literal(value: string | number | bigint, literal: Literal): Reference {
    let reference = this.#references.get(value);
    if (reference === undefined) {
      reference = this.literals.length * 2 + 1;
      this.literals.push(literal);
      this.#references.set(value, reference);
    }
    return reference;
  }

  #admitValue(value: object | symbol, label: PropertyKey): Reference {
    const reference = this.#admit(value, this.#scope.nodeOf(value) ?? symbolNode(value), label);
    this.#references.set(value, reference);
    return reference;
  }

  #admit(value: object | symbol, node: RowNode | undefined, label: PropertyKey): Reference {
    const row = this.#queue.length;
    this.#queue.push(value);
    this.#nodes.push(node);
    this.#parents.push(this.#current);
    this.#labels.push(label);
    return row * 2;
  }

  codeId(code: object): string {
    return this.#scope.codeId(code);
  }

  #writeObject(value: object): void {
    const kind = kindOf(value, this.#families);
    const slots = kind === ordinary ? NO_SLOTS : kind.slots(value, this.#scope);
    this.begin(kind.tag);
    if (kind.own === "all") this.#writeOwn(value, kind);
    else if (kind.own === "none") this.pushAbsent();
    else this.#writeChange(value);
    const late = kind.late?.slot;
    for (let i = 0; i < slots.length; i++) {
      if (i === late) this.pushLate(kind, value);
      else this.tape.push(slots[i] === HOLE ? ABSENT : this.reference(slots[i], i));
    }
  }

  pushLate(kind: Kind, value: object): void {
    let late = this.#late.get(kind);
    if (late === undefined) {
      late = { objects: [], places: [] };
      this.#late.set(kind, late);
    }
    late.objects.push(value);
    late.places.push(this.tape.length);
    this.tape.push(ABSENT);
  }

  #writeChange(fn: object): void {
    const change = this.#scope.changeOf(fn);
    if (change === undefined) this.pushAbsent();
    else this.referNode(change, OWN_LABEL);
  }

  #writeOwn(value: object, kind: Kind): void {
    const { tape } = this;
    const at = tape.length;
    tape.push(ABSENT);
    const all = ownKeys(value);
    if (kind === ordinary && isPlain(value, all)) {
      let shape = this.#shapes.root(getPrototypeOf(value), true);
      for (let i = 0; i < all.length; i++) {
        const key = all[i] as PropertyKey;
        shape = shape.next(key, PLAIN);
        tape.push(this.reference((value as Record<PropertyKey, unknown>)[key], key));
      }
      tape[at] = this.nodeReference(shape, OWN_LABEL);
      return;
    }
    const keys = kind.implied === undefined ? all : kind.implied(value, all);
    let shape = this.#shapes.root(getPrototypeOf(value), isExtensible(value));
    let owner: object | undefined = kind === ordinary ? generatorOwner(value) : undefined;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
      const descriptor = descriptorOf(value, key);
      const flags = flagsOf(descriptor);
      shape = shape.next(key, flags);
      if ((flags & ACCESSOR) !== 0) {
        if (descriptor.get === throwTypeError && key === "callee" && kind === ordinary)
          tape[at - 2] = argumentsObject.tag;
        tape.push(this.reference(descriptor.get, key), this.reference(descriptor.set, key));
        continue;
      }
      tape.push(this.reference(descriptor.value, key));
      if (flags !== PLAIN && key === "constructor" && kind === ordinary)
        owner = ownerOfPrototype(value, descriptor.value);
    }
    tape[at] = this.nodeReference(shape, OWN_LABEL);
    if (owner === undefined) return;
    tape[at - 2] = functionPrototype.tag;
    tape.push(this.reference(owner, "constructor"));
  }

  /** The rows from the root to `row`, each with the label by which it was reached. */
  wayTo(row: number): readonly WayStep[] {
    const way: WayStep[] = [];
    for (let at = row; ; at = this.#parents[at] as number) {
      way.push({ value: this.#queue[at] as object, node: this.#nodes[at], label: this.#labels[at] as PropertyKey });
      if (at === 0) return way.reverse();
    }
  }
}

export interface WayStep {
  readonly value: object | symbol;
  readonly node: RowNode | undefined;
  /** How the row before leads here. */
  readonly label: PropertyKey;
}

/** Number of the checkpoint that was begun last. */
let writings = 0;

/**
 * True if all own properties are plain data, by the cheapest test: nobody had a chance to give them other flags
 * (overrides.ts), and none is hidden or has a symbol for a key.
 */
function isPlain(object: object, keys: readonly PropertyKey[]): boolean {
  return isExtensible(object) && enumerableKeys(object).length === keys.length && !mayBeShaped(object);
}

/** Label of the way from an object to its shape or change. */
export const OWN_LABEL = "";

/** The registered generator function that the object was born as the `prototype` of, if it still is. */
function generatorOwner(value: object): object | undefined {
  const fn = generatorFunctionOf(value);
  return fn === undefined ? undefined : ownerOfPrototype(value, fn);
}
const NO_SLOTS: readonly unknown[] = [];

function symbolNode(value: object | symbol): RowNode | undefined {
  if (typeof value !== "symbol") return undefined;
  const key = symbolKeyFor(value);
  return key === undefined ? new SymbolRow(value) : new RegisteredSymbolRow(key);
}

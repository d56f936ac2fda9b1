/**
 * Reads a checkpoint on the host, to show it: rows as they are, without making an object or running anything.
 * The format is defined in runtime/guest/heap/rows; the tags of kinds in runtime/guest/heap/kinds.
 */
import { ACCESSOR } from "../guest/heap/own.js";
import { ABSENT, FLAGGED_SHAPE, NAMED, SHAPE } from "../guest/heap/rows/format.js";
import { parseTables, plainValue, type Tables } from "../guest/heap/rows/text.js";

/** Tags of the kinds that are shown in a form of their own. */
export const KIND = {
  object: 16,
  array: 17,
  sparseArray: 18,
  map: 20,
  set: 21,
  date: 24,
  regExp: 25,
  error: 26,
  boxed: 27,
  closure: 40,
  promise: 56,
  frame: 57,
} as const;

/** Kinds whose rows hold no properties of their own before their slots. */
const WITHOUT_OWN = new Set<number>([40, 42, 43, 57, 58, 60, 63, 64, 74]);

const PROMISE_STATES = ["pending", "fulfilled", "rejected", "rejected"] as const;
const LONGEST_STRING = 120;
const MOST_ENTRIES = 12;

export type Reference = number;

export class Heap {
  readonly #tables: Tables;

  /** Throws Fault EV5101, EV5102 for a text that is no checkpoint. */
  constructor(text: string) {
    this.#tables = parseTables(text);
  }

  /** Numbers of the rows with one of `tags`. */
  rows(tags: ReadonlySet<number>): number[] {
    return this.#tables.starts.flatMap((_, row) => (tags.has(this.tag(row)) ? [row] : []));
  }

  /** The state from which everything is reached. */
  root(): Reference | undefined {
    return this.#cells(0)[0];
  }

  tag(row: number): number {
    return this.#tables.tape[this.#tables.starts[row] ?? -1] ?? -1;
  }

  /** The row that a reference leads to; undefined for plain values. */
  rowOf(reference: Reference | undefined): number | undefined {
    if (reference === undefined || reference < 0 || (reference & 1) !== 0) return undefined;
    return reference >> 1;
  }

  /** The plain value of a reference; undefined also for one that leads to a row. */
  plain(reference: Reference | undefined): unknown {
    if (reference === undefined || reference === ABSENT || this.rowOf(reference) !== undefined) return undefined;
    return plainValue(reference, this.#tables.literals);
  }

  /** The references in a row's slots, without its own properties. */
  slots(row: number): readonly Reference[] {
    const cells = this.#cells(row);
    return cells.slice(1 + (WITHOUT_OWN.has(this.tag(row)) ? 0 : this.#shape(row).width));
  }

  /** Own properties that have string keys, by name. */
  properties(row: number): ReadonlyMap<string, Reference> {
    const found = new Map<string, Reference>();
    if (WITHOUT_OWN.has(this.tag(row))) return found;
    const { keys } = this.#shape(row);
    const cells = this.#cells(row);
    let at = 1;
    for (const { key, accessor } of keys) {
      const name = this.plain(key);
      const value = cells[at];
      at += accessor ? 2 : 1;
      if (typeof name === "string" && value !== undefined) found.set(name, value);
    }
    return found;
  }

  /** A value as one line, close to what one would write in the source; `depth` levels of objects are opened. */
  text(reference: Reference | undefined, depth: number): string {
    const row = this.rowOf(reference);
    if (row === undefined) return reference === ABSENT ? "<empty>" : plainText(this.plain(reference));
    const tag = this.tag(row);
    const slots = (): readonly Reference[] => this.slots(row);
    switch (tag) {
      case NAMED:
        return `<${this.#name(row)}>`;
      case KIND.object:
        return this.#object(row, depth);
      case KIND.array:
        return depth === 0 ? "[…]" : `[${this.#list(slots(), depth)}]`;
      case KIND.sparseArray:
        return depth === 0 ? "[…]" : `[${this.#list([...this.#elements(row)], depth)}]`;
      case KIND.map: {
        if (depth === 0) return "Map {…}";
        const all = slots();
        const entries = all.flatMap((key, index) =>
          index % 2 === 0 ? [`${this.text(key, depth - 1)} => ${this.text(all[index + 1], depth - 1)}`] : [],
        );
        return `Map {${clip(entries)}}`;
      }
      case KIND.set:
        return depth === 0 ? "Set {…}" : `Set {${this.#list(slots(), depth)}}`;
      case KIND.date:
        return dateText(this.plain(slots()[0]));
      case KIND.regExp:
        return `/${this.plain(slots()[0])}/${this.plain(slots()[1])}`;
      case KIND.boxed:
        return `Object(${this.text(slots()[0], depth)})`;
      case KIND.error:
        return this.#error(row);
      case KIND.closure:
        return `<function ${this.plain(slots()[0])}>`;
      case KIND.promise: {
        const [state, value] = slots();
        const name = PROMISE_STATES[Number(this.plain(state))] ?? "unknown";
        return name === "pending"
          ? "Promise <pending>"
          : `Promise <${name}: ${this.text(value, Math.max(0, depth - 1))}>`;
      }
      case KIND.frame:
        return `<call of ${this.plain(slots()[0])}>`;
      default:
        return "<object>";
    }
  }

  #object(row: number, depth: number): string {
    const properties = this.properties(row);
    if (properties.size === 0) return "{}";
    if (depth === 0) return "{…}";
    const entries = [...properties].map(([name, value]) => {
      const key = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
      return `${key}: ${this.text(value, depth - 1)}`;
    });
    return `{${clip(entries)}}`;
  }

  /** Elements of an array whose keys are all properties. */
  #elements(row: number): readonly Reference[] {
    return [...this.properties(row)].flatMap(([name, value]) => (name === "length" ? [] : [value]));
  }

  #list(references: readonly Reference[], depth: number): string {
    return clip(references.map((item) => this.text(item, depth - 1)));
  }

  #error(row: number): string {
    const properties = this.properties(row);
    const name = this.plain(properties.get("name"));
    const message = this.plain(properties.get("message"));
    return `${typeof name === "string" ? name : "Error"}(${plainText(message)})`;
  }

  #name(row: number): string {
    const [name] = this.#cells(row);
    return String(this.plain(name));
  }

  #cells(row: number): readonly Reference[] {
    const { tape, starts } = this.#tables;
    const at = starts[row] ?? 0;
    return tape.slice(at + 2, at + 2 + (tape[at + 1] ?? 0));
  }

  /** Keys of a row's own properties in order, and how many cells they take. */
  #shape(row: number): { keys: readonly { key: Reference; accessor: boolean }[]; width: number } {
    const shape = this.rowOf(this.#cells(row)[0]);
    if (shape === undefined) return { keys: [], width: 0 };
    const tag = this.tag(shape);
    const [, , ...rest] = this.#cells(shape);
    if (tag === SHAPE) return { keys: rest.map((key) => ({ key, accessor: false })), width: rest.length };
    if (tag !== FLAGGED_SHAPE) return { keys: [], width: 0 };
    const keys = rest.flatMap((key, index) =>
      index % 2 === 0 ? [{ key, accessor: ((rest[index + 1] ?? 0) & ACCESSOR) !== 0 }] : [],
    );
    return { keys, width: keys.reduce((sum, { accessor }) => sum + (accessor ? 2 : 1), 0) };
  }
}

function clip(entries: readonly string[]): string {
  if (entries.length <= MOST_ENTRIES) return entries.join(", ");
  return `${entries.slice(0, MOST_ENTRIES).join(", ")}, … ${entries.length - MOST_ENTRIES} more`;
}

function plainText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > LONGEST_STRING ? `${value.slice(0, LONGEST_STRING)}…` : value);
}

function dateText(time: unknown): string {
  return typeof time === "number" && Number.isFinite(time) ? `Date ${new Date(time).toISOString()}` : "Invalid Date";
}

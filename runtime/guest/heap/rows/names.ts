/**
 * Rows for values that are mentioned by name, and for symbols.
 */
import { symbolDescription } from "../natives.js";
import { NAMED, REGISTERED_SYMBOL, SYMBOL, TEMPLATE } from "./format.js";
import { RowNode, type RowWriter } from "./node.js";

/** A value that evaluating the program gives again: by its own name, or by its place in a named object. */
export class NameRow extends RowNode {
  readonly #name: string;
  readonly #holder: object | symbol | undefined;

  constructor(name: string, holder?: object | symbol) {
    super();
    this.#name = name;
    this.#holder = holder;
  }

  write(writer: RowWriter): void {
    writer.begin(NAMED);
    writer.refer(this.#name, 0);
    if (this.#holder !== undefined) writer.refer(this.#holder, 0);
  }

  step(): string {
    return "";
  }
}

/** A unique symbol. */
export class SymbolRow extends RowNode {
  readonly symbol: symbol;

  constructor(symbol: symbol) {
    super();
    this.symbol = symbol;
  }

  write(writer: RowWriter): void {
    writer.begin(SYMBOL);
    writer.refer(symbolDescription(this.symbol), 0);
  }

  step(): string {
    return "";
  }
}

/** A symbol of Symbol.for. */
export class RegisteredSymbolRow extends RowNode {
  readonly #key: string;

  constructor(key: string) {
    super();
    this.#key = key;
  }

  write(writer: RowWriter): void {
    writer.begin(REGISTERED_SYMBOL);
    writer.refer(this.#key, 0);
  }

  step(): string {
    return "";
  }
}

/** The strings object of a tagged template, or the `raw` array of one. */
export class TemplateRow extends RowNode {
  readonly #site: string;
  readonly #strings: readonly (string | undefined)[];
  readonly #raw: readonly string[];
  readonly #isRaw: boolean;

  constructor(site: string, strings: readonly (string | undefined)[], raw: readonly string[], isRaw: boolean) {
    super();
    this.#site = site;
    this.#strings = strings;
    this.#raw = raw;
    this.#isRaw = isRaw;
  }

  write(writer: RowWriter): void {
    writer.begin(TEMPLATE);
    writer.refer(this.#site, 0);
    writer.push(this.#isRaw ? 1 : 0);
    for (let i = 0; i < this.#strings.length; i++) writer.refer(this.#strings[i], 0);
    for (let i = 0; i < this.#raw.length; i++) writer.refer(this.#raw[i], 0);
  }

  step(): string {
    return "";
  }
}

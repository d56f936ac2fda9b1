/**
 * Row 0, from which everything is reached; and the rows of changed internal slots.
 *
 * Root row: the state; number of changed variables, then module, name and value of each; then of each changed baseline
 * object: the object, its Change or ABSENT, its Content or ABSENT.
 */

import type { Kind } from "../kinds/kind.js";
import { HOLE } from "../kinds/ordinary.js";
import { CONTENT, ROOT } from "./format.js";
import { RowNode, type RowWriter } from "./node.js";

export interface ChangedVariable {
  readonly module: string;
  readonly name: string;
  readonly value: unknown;
}

export interface ChangedObject {
  readonly object: object;
  readonly change: RowNode | undefined;
  readonly content: RowNode | undefined;
}

/** Label of the way to the state; those to variables and objects are positive numbers. */
const STATE_LABEL = 0;

export class Root extends RowNode {
  readonly #state: unknown;
  readonly #variables: readonly ChangedVariable[];
  readonly #objects: readonly ChangedObject[];

  constructor(state: unknown, variables: readonly ChangedVariable[], objects: readonly ChangedObject[]) {
    super();
    this.#state = state;
    this.#variables = variables;
    this.#objects = objects;
  }

  write(writer: RowWriter): void {
    writer.begin(ROOT);
    writer.refer(this.#state, STATE_LABEL);
    writer.push(this.#variables.length);
    for (let i = 0; i < this.#variables.length; i++) {
      const { module, name, value } = this.#variables[i] as ChangedVariable;
      writer.refer(module, STATE_LABEL);
      writer.refer(name, STATE_LABEL);
      writer.refer(value, i + 1);
    }
    for (let i = 0; i < this.#objects.length; i++) {
      const { object, change, content } = this.#objects[i] as ChangedObject;
      writer.refer(object, STATE_LABEL);
      if (change === undefined) writer.pushAbsent();
      else writer.referNode(change, STATE_LABEL);
      if (content === undefined) writer.pushAbsent();
      else writer.referNode(content, STATE_LABEL);
    }
  }

  step(label: PropertyKey): string {
    const variable = typeof label === "number" ? this.#variables[label - 1] : undefined;
    return variable === undefined ? "" : `${variable.module}#${variable.name}`;
  }
}

/** Internal slots of a baseline object whose content has changed. */
export class Content extends RowNode {
  readonly #object: object;
  readonly #kind: Kind;
  readonly #slots: readonly unknown[];
  /** The name of the object. */
  readonly #name: string;

  constructor(object: object, kind: Kind, slots: readonly unknown[], name: string) {
    super();
    this.#object = object;
    this.#kind = kind;
    this.#slots = slots;
    this.#name = name;
  }

  write(writer: RowWriter): void {
    writer.begin(CONTENT);
    for (let i = 0; i < this.#slots.length; i++) {
      if (i === this.#kind.late?.slot) writer.pushLate(this.#kind, this.#object);
      else if (this.#slots[i] === HOLE) writer.pushAbsent();
      else writer.refer(this.#slots[i], i);
    }
  }

  step(label: PropertyKey): string {
    return typeof label === "number" ? this.#name + this.#kind.slotName(label, this.#slots) : "";
  }
}

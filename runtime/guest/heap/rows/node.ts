/**
 * Rows that stand for no value of the program: shapes, changes, names, the root.
 */
import type { Kind } from "../kinds/kind.js";
import { ABSENT, type Reference } from "./format.js";

/** What a row's author may do: begin the row, then append integers and references. */
export interface RowWriter {
  begin(tag: number): void;
  push(integer: number): void;
  /** Appends the reference of any value. `label` says how one gets from this row to the value, for access paths. */
  refer(value: unknown, label: PropertyKey): void;
  referNode(node: RowNode, label: PropertyKey): void;
  /** Appends what will be the reference of an object's slot that is found last of all. */
  pushLate(kind: Kind, value: object): void;
  /** The names of properties and slots that are absent: appends ABSENT. */
  pushAbsent(): void;
  /** The row of text that belongs to this instance: the id of a code. */
  codeId(code: object): string;
}

export abstract class RowNode {
  /** The row that the node has in the checkpoint of number `writing`. */
  reference: Reference = ABSENT;
  /** 0 until the node has a row. Shapes outlive a checkpoint; their references do not. */
  writing = 0;

  /** Writes the row. */
  abstract write(writer: RowWriter): void;

  /** The step of an access path from this row over `label`. */
  abstract step(label: PropertyKey): string;
}

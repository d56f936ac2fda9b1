/**
 * Iterator records of lowered loops and patterns: serializable at any moment, live as ECMAScript's own iteration.
 *
 * kind     source              position                 iterator, next
 * array    array, typed array  next index               -
 * string   string              next UTF-16 index        -
 * keys     the object          next index into `keys`   -
 * native   the collection      (inside the iterator)    native iterator that `method` of `source` gave
 * generic  -                   -                        iterator and its `next` method
 *
 * A native record's iterator may be replaced by a fresh one that has been advanced as far (`openNative`).
 */
import type { IteratorRef } from "../protocol/helpers.js";

export type IteratorKind = "array" | "string" | "keys" | "native" | "generic";
/** Which iterator of a collection. */
export type IteratorMethod = "values" | "keys" | "entries";

export class IteratorRecord implements IteratorRef {
  value: unknown = undefined;
  kind: IteratorKind;
  source: unknown;
  position = 0;
  method: IteratorMethod | undefined = undefined;
  /** Of kind `keys`: all keys, in order of enumeration. */
  keys: readonly string[] | undefined = undefined;
  iterator: unknown = undefined;
  next: unknown = undefined;
  done = false;

  constructor(kind: IteratorKind, source: unknown) {
    this.kind = kind;
    this.source = source;
  }
}

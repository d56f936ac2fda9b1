/**
 * The structured copy of one value: how a value crosses between workflow, task, engine and client.
 *
 * V1  `decode(encode(v))` equals `v` for undefined, NaN, ±0, ±Infinity, bigint, Date, Map, Set, RegExp, typed arrays,
 *     ArrayBuffer, Error (name, message, stack, cause, own fields, AggregateError.errors), cycles and shared references.
 * V2  A function, symbol or promise is refused with the path to it (`input.items[3].onDone`), never dropped.
 * V3  Plain JSON data is stored as plain JSON text (prefix `j`), so that a database stays readable; the rest is a
 *     flattened graph (prefix `g`).
 */

/** Text of one encoded value: `j` + JSON, or `g` + a flattened graph. */
export type Encoded = string;

/** What became of an asynchronous piece of work. */
export type Outcome =
  | { readonly ok: true; readonly value: Encoded }
  | { readonly ok: false; readonly error: Encoded };

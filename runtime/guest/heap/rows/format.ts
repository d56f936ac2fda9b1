/**
 * The text of a checkpoint: JSON `[version, shape, literals, tape, weak, brands]`.
 *
 * shape     hash of the names and structure that module initialisation gave (baseline.ts)
 * literals  each string, odd number and bigint (`["123"]`) once
 * tape      the rows one after another, integers only: tag, number of integers that follow, those integers
 * weak      triples weak collection, key, value of the entries whose keys are alive for another reason
 * brands    private elements: object, class, how (brands.ts), number of values, values
 *
 * A *reference* is one integer that stands for any value:
 *   2k      row k             2k + 1  literal k
 *   -1…-9   the constants     -16…    integers from -2^29 to 2^29: -16 - 2n, or -17 - 2(-n - 1) for negative n
 *
 * F1  Rows are numbered in breadth-first order from row 0, the root; so equal states have equal texts.
 * F2  Rows refer to each other in any direction; nothing is nested.
 */

export const FORMAT_VERSION = 4;

/** A value as one integer. */
export type Reference = number;

export const UNDEFINED = -1;
export const NULL = -2;
export const TRUE = -3;
export const FALSE = -4;
export const NEGATIVE_ZERO = -5;
export const NOT_A_NUMBER = -6;
export const INFINITE = -7;
export const NEGATIVE_INFINITE = -8;
/** No value at all: a hole of an array, "as it was" in a change. */
export const ABSENT = -9;

const FIRST_INTEGER = -16;
const INTEGER_LIMIT = 0x20000000;

/** The constants by negated reference. */
export const CONSTANTS: readonly unknown[] = [
  undefined,
  undefined,
  null,
  true,
  false,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Reference of a number, or ABSENT if it has to become a literal. */
export function numberReference(value: number): Reference {
  if (value === 0) return 1 / value > 0 ? FIRST_INTEGER : NEGATIVE_ZERO;
  if ((value | 0) === value) {
    if (value > 0 && value < INTEGER_LIMIT) return FIRST_INTEGER - 2 * value;
    if (value < 0 && value > -INTEGER_LIMIT) return FIRST_INTEGER + 1 + 2 * value;
    return ABSENT;
  }
  if (value === Number.POSITIVE_INFINITY) return INFINITE;
  if (value === Number.NEGATIVE_INFINITY) return NEGATIVE_INFINITE;
  return Number.isNaN(value) ? NOT_A_NUMBER : ABSENT;
}

/** The integer that a reference at or below -16 stands for. */
export function integerOf(reference: Reference): number {
  const code = FIRST_INTEGER - reference;
  return (code & 1) === 0 ? code / 2 : -(code + 1) / 2;
}

/** True if the reference stands for an integer by itself. */
export function isInteger(reference: Reference): boolean {
  return reference <= FIRST_INTEGER;
}

/** Tags of rows that are not values. Those of values are the tags of the kinds (kinds/table.ts), from 16 on. */
export const ROOT = 0;
/** extensible, prototype, keys… of properties that are all plain data. */
export const SHAPE = 1;
/** extensible, prototype, then key and flags of each property. */
export const FLAGGED_SHAPE = 2;
/** Own properties that differ from those a fresh object has: see delta.ts. */
export const CHANGE = 3;
/** Content of the internal slots of a baseline object, where it differs. */
export const CONTENT = 4;
/** A value that evaluating the program gives again, by path name. */
export const NAMED = 5;
/** A unique symbol: description. */
export const SYMBOL = 6;
/** A symbol of the global registry: key. */
export const REGISTERED_SYMBOL = 7;
/** Strings object of a tagged template, or its `raw`: site, which, number of strings, cooked…, raw…. */
export const TEMPLATE = 8;

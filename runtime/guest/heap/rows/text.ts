/**
 * The text of a checkpoint, taken apart and checked: rows lie within the tape, references within the tables.
 */
import { damaged, unknownFormat } from "../faults.js";
import { isArray } from "../natives.js";
import { ABSENT, CONSTANTS, FORMAT_VERSION, integerOf, isInteger, type Reference } from "./format.js";

export interface Tables {
  /** Of the names that the rows mention: Template.hash. */
  readonly shape: string;
  readonly literals: readonly unknown[];
  readonly tape: readonly number[];
  /** Where each row's tag is on the tape. */
  readonly starts: readonly number[];
  readonly weak: readonly number[];
  readonly brands: readonly number[];
}

/** Takes a text apart. Throws damaged or unknownFormat. */
export function parseTables(text: string): Tables {
  const parsed = parseJson(text);
  if (!isArray(parsed)) throw damaged("it is not a list");
  const [version, shape, literals, tape, weak, brands] = parsed as unknown[];
  if (version !== FORMAT_VERSION)
    throw typeof version === "number" ? unknownFormat(version) : damaged("it has no format");
  if (parsed.length !== 6 || typeof shape !== "string" || !isArray(literals)) throw damaged("a part is missing");
  const integers = integersOf(tape);
  const starts = startsOf(integers);
  return {
    shape,
    literals: literals.map(decodeLiteral),
    tape: integers,
    starts,
    weak: integersOf(weak),
    brands: integersOf(brands),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged("it is not JSON", error);
  }
}

function integersOf(list: unknown): readonly number[] {
  if (!isArray(list)) throw damaged("a part is missing");
  for (let i = 0; i < list.length; i++) if ((list[i] | 0) !== list[i]) throw damaged("a row holds no integer");
  return list as number[];
}

function startsOf(tape: readonly number[]): number[] {
  const starts: number[] = [];
  let at = 0;
  while (at < tape.length) {
    const length = tape[at + 1];
    if (length === undefined || length < 0) throw damaged("a row has no length");
    starts.push(at);
    at += length + 2;
  }
  if (at !== tape.length || starts.length === 0) throw damaged("the last row is cut off");
  return starts;
}

function decodeLiteral(literal: unknown): unknown {
  if (typeof literal === "string" || typeof literal === "number") return literal;
  const digits: unknown = isArray(literal) && literal.length === 1 ? literal[0] : undefined;
  if (typeof digits === "string" && /^(0|-?[1-9]\d*)$/.test(digits)) return BigInt(digits);
  throw damaged("a literal of no known type");
}

/** The value of a reference that stands for no row. Throws damaged if there is none. */
export function plainValue(reference: Reference, literals: readonly unknown[]): unknown {
  if (isInteger(reference)) return integerOf(reference);
  if (reference > ABSENT && reference < 0) return CONSTANTS[-reference];
  const index = reference >> 1;
  if (reference < 0 || (reference & 1) === 0 || index >= literals.length) throw damaged("a reference to nothing");
  return literals[index];
}

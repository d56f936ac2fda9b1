/**
 * Shapes as the reader sees them.
 */
import { damaged } from "../faults.js";
import { getPrototypeOf } from "../natives.js";
import { proxyRecordOf } from "../overrides.js";
import { ACCESSOR } from "../own.js";
import { FLAGGED_SHAPE, type Reference, SHAPE } from "./format.js";

export interface ReadShape {
  readonly extensible: boolean;
  readonly prototypeReference: Reference;
  readonly keys: readonly PropertyKey[];
  /** Undefined if all properties are plain data. */
  readonly flags: readonly number[] | undefined;
  /** Number of references that the properties take in an object's row. */
  readonly width: number;
  /** Assigning the properties of a new object does the same as defining them. */
  readonly assignable: boolean;
}

/** What a shape needs of the reader. */
interface Source {
  tagOf(row: number): number;
  cells(row: number): readonly number[];
  key(reference: Reference | undefined): PropertyKey;
  isNamed(reference: Reference): boolean;
  prototype(reference: Reference | undefined): object | null;
}

/** True for the tags of rows that hold shapes. */
export function isShapeTag(tag: number): boolean {
  return tag === SHAPE || tag === FLAGGED_SHAPE;
}

/** Reads a shape's row. Throws damaged. */
export function readShape(source: Source, row: number): ReadShape {
  const cells = source.cells(row);
  const flagged = source.tagOf(row) === FLAGGED_SHAPE;
  const prototypeReference = cells[1];
  if (prototypeReference === undefined) throw damaged("a shape is too short");
  const keys: PropertyKey[] = [];
  const flags: number[] = [];
  let width = 0;
  for (let i = 2; i < cells.length; i += flagged ? 2 : 1) {
    keys.push(source.key(cells[i]));
    const flag = flagged ? (cells[i + 1] ?? -1) : 7;
    if (flag < 0 || flag > 15) throw damaged("the flags of a property");
    flags.push(flag);
    width += (flag & ACCESSOR) === 0 ? 1 : 2;
  }
  const isKnown = prototypeReference < 0 || source.isNamed(prototypeReference);
  return {
    extensible: cells[0] === 1,
    prototypeReference,
    keys,
    flags: flagged ? flags : undefined,
    width,
    assignable: !flagged && isKnown && isAssignable(source.prototype(prototypeReference), keys),
  };
}

function isAssignable(prototype: object | null, keys: readonly PropertyKey[]): boolean {
  if (prototype === null) return true;
  for (let link: object | null = prototype; link !== null; link = getPrototypeOf(link)) {
    if (proxyRecordOf(link) !== undefined) return false;
  }
  for (let i = 0; i < keys.length; i++) if ((keys[i] as PropertyKey) in prototype) return false;
  return true;
}

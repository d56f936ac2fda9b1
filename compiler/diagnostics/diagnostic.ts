/**
 * What the compiler has to say about a program: one value per finding, collected over all phases.
 *
 * D1  A phase never prints and never stops at its first finding: it returns diagnostics or adds them to its list.
 * D2  `file` is relative to the project's root where it lies in it; lines and columns count from 1.
 */
import type { Fault, FaultCode } from "../../runtime/protocol/fault.js";

export type Severity = "error" | "warning";

export interface Diagnostic {
  readonly code: FaultCode;
  readonly severity: Severity;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Undefined when the finding has no place in a file, as for a missing entry. */
  readonly file: string | undefined;
  /** From 1; 0 without a file. */
  readonly line: number;
  /** From 1; 0 without a file. */
  readonly column: number;
  /** Characters on the first line that are meant; at least 1 with a file. */
  readonly length: number;
  /** The text of the file, for the code frame. */
  readonly source: string | undefined;
  /** Other places of the same finding, such as the end of a range. */
  readonly related?: readonly RelatedPlace[];
}

/** A place that belongs to a finding, and what is there. */
export interface RelatedPlace extends Place {
  readonly file: string;
  readonly message: string;
  readonly source: string;
}

/** Where in a file something is: lines and columns from 1, `length` in characters on that line. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** The part of a syntax tree node that places need (Babel counts columns from 0). */
interface Located {
  readonly loc?: {
    readonly start: { readonly line: number; readonly column: number; readonly index: number };
    readonly end: { readonly line: number; readonly column: number; readonly index: number };
  } | null;
}

/** The place of a syntax tree node; line 1, column 1 for a node that the compiler made. */
export function placeOf(node: Located): Place {
  const loc = node.loc;
  if (loc === undefined || loc === null) return { line: 1, column: 1, length: 1 };
  const length = loc.end.line === loc.start.line ? loc.end.column - loc.start.column : 1;
  return { line: loc.start.line, column: loc.start.column + 1, length: Math.max(1, length) };
}

/** Where a node begins and ends in its file's text; undefined for a node that the compiler made. Copies keep it. */
export function rangeOf({ loc }: Located): { readonly start: number; readonly end: number } | undefined {
  return loc === undefined || loc === null ? undefined : { start: loc.start.index, end: loc.end.index };
}

/** True when one of them stops the build. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** By file, line, column, code; without duplicates. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map(diagnostics.map((diagnostic) => [keyOf(diagnostic), diagnostic]));
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.file ?? "", b.file ?? "") || a.line - b.line || a.column - b.column || compare(keyOf(a), keyOf(b)),
  );
}

function keyOf({ code, file, line, column, message }: Diagnostic): string {
  return JSON.stringify([code, file, line, column, message]);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A fault as a diagnostic. `file` and `source` are used when the fault's own place names no file. */
export function fromFault(fault: Fault, file: string | undefined, source: string | undefined): Diagnostic {
  const place = parsePlace(fault.place);
  return {
    code: fault.code,
    severity: "error",
    message: fault.message,
    remedy: fault.remedy,
    file: file ?? place?.file,
    line: place?.line ?? 0,
    column: place?.column ?? 0,
    length: place === undefined ? 0 : 1,
    source,
  };
}

function parsePlace(place: string | undefined): { file: string; line: number; column: number } | undefined {
  const match = place === undefined ? null : /^(.*):(\d+):(\d+)$/.exec(place);
  if (match === null) return undefined;
  return { file: match[1] ?? "", line: Number(match[2]), column: Number(match[3]) };
}

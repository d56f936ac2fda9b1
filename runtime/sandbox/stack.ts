/**
 * Turns positions of the generated program, in any text of the guest (stack traces, logged errors, encoded errors),
 * into positions of the TypeScript source.
 *
 * It works on the text and not on decoded errors: a position is `eventual:program:LINE:COLUMN` wherever it stands, and
 * a path needs no escaping that JSON would not give it. So no value is decoded, and texts without errors cost one search.
 */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Command } from "../protocol/command.js";
import type { LogLine } from "../protocol/guest.js";
import type { RestingPlace } from "./sandbox.js";

/** File names under which QuickJS knows the two scripts of a realm. */
export const PROGRAM_FILE = "eventual:program";
export const GUEST_FILE = "eventual:guest";

const POSITION = /eventual:program:(\d+)(?::(\d+))?/g;
/** A call that awaits: see runtime/guest/async-stack.ts. */
const RESUME_POINT = /eventual:resume:([^\n]+?@\d+)(?=\\n|\n|"|$)/g;
/** The beginning of a path that leads out of a frame: see runtime/guest/heap/path.ts. */
const FRAME_STEP = /^frame (.+?@\d+)(?: → (slot|capture) (\d+))?(?= → |$)/;
/** Names that the compiler has given: temporaries, and records of the variables that closures share. */
const MADE_UP = /^\$/;
/**
 * A stack line of the guest runtime, with the lines of the engine's own functions that it has called, and the line feeds
 * before them; line feeds may be JSON-escaped.
 */
const GUEST_LINE =
  /(?:(?:\\n|\n)? {4}at [^\n\\]* \(native\))*(?:\\n|\n)? {4}at [^\n\\]*eventual:guest[^\n\\]*(?=\\n|\n|"|$)/g;

const maps = new WeakMap<object, TraceMap>();

/** What the places in a program are told by. */
export interface Places {
  /** Source map of the generated code, as JSON text. */
  readonly map: string;
  /** By `src/a.ts#checkout@2`. */
  readonly resumePoints?: Readonly<Record<string, RestingPlace>>;
}

/** Maps the positions in `text` for one program, by an object that lives as long as the program. */
export function mapText(text: string, program: Places): string {
  if (!text.includes("eventual:")) return text;
  let map = maps.get(program);
  if (map === undefined) {
    map = new TraceMap(program.map);
    maps.set(program, map);
  }
  const points = program.resumePoints ?? {};
  return mapWith(text, map).replace(RESUME_POINT, (whole, point: string) => points[point]?.words ?? whole);
}

/** Maps the positions in one text, with the source map given as JSON text. */
export function mapStack(text: string, map: string): string {
  return mapText(text, { map });
}

function mapWith(text: string, map: TraceMap): string {
  return text.replace(GUEST_LINE, "").replace(POSITION, (whole, line: string, column: string | undefined) => {
    const found = originalPositionFor(map, { line: Number(line), column: Math.max(Number(column ?? 1) - 1, 0) });
    if (found.source === null) return whole;
    return `${JSON.stringify(found.source).slice(1, -1)}:${found.line}:${found.column + 1}`;
  });
}

/** Maps the positions in commands: what failed, but also an error that is handed to a task or sent in a signal. */
export function mapCommands(commands: readonly Command[], program: Places): readonly Command[] {
  return mapTexts(commands, program) as readonly Command[];
}

function mapTexts(value: unknown, program: Places): unknown {
  if (typeof value === "string") return mapText(value, program);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, program));
  const mapped: Record<string, unknown> = {};
  for (const key of Object.keys(value)) mapped[key] = mapTexts((value as Record<string, unknown>)[key], program);
  return mapped;
}

/** Maps positions in log lines. */
export function mapLogs(logs: readonly LogLine[], program: Places): readonly LogLine[] {
  if (!logs.some((line) => line.text.includes("eventual:"))) return logs;
  return logs.map((line) => ({ level: line.level, text: mapText(line.text, program) }));
}

/** The path to a value, with the function, the place and the variable in the source in place of their numbers. */
export function mapPath(path: string, { resumePoints = {} }: Places): string {
  return path.replace(FRAME_STEP, (whole, point: string, kind: "slot" | "capture" | undefined, index: string) => {
    const place = resumePoints[point];
    if (place === undefined) return whole;
    const name = kind === undefined ? undefined : place[`${kind}s`][Number(index)];
    return name === undefined || MADE_UP.test(name) ? place.words : `${place.words} → ${name}`;
  });
}

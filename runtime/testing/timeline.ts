/**
 * A history as text, one line per thing that happened:
 *
 *     +0ms     ← start "Ada"
 *     +0ms     → timer 1, due +86400000ms
 *     +1d      ← timer 1
 *     +1d      → task 2 greet "Ada"
 *     +1d      ← task 2: "Good morning, Ada!"
 *     +1d      → close: "Good morning, Ada!"
 *     +1d      = SUCCEEDED
 */
import type { Command } from "../protocol/command.js";
import type { Event } from "../protocol/event.js";
import { decode, type Encoded, type Outcome, toDisplay } from "../protocol/value.js";
import type { HistoryEntry } from "./history.js";

/** Longest text of a value in a line. */
const MOST_VALUE = 120;
/** Fields that hold an encoded value. */
const ENCODED: ReadonlySet<string> = new Set(["input", "payload", "details"]);
/** Fields that a reader does not miss: they repeat others, differ from run to run, or are defaults. */
const LEFT_OUT: ReadonlySet<string> = new Set(["kind", "seq", "execution", "seed", "children", "commandsHash"]);

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** The history of one execution, times counted from `start` (ms since the epoch). */
export function timelineOf(entries: readonly HistoryEntry[], start: number): string {
  return entries.map((entry) => lineOf(entry, start)).join("\n");
}

/** One line of a timeline. */
export function lineOf(entry: HistoryEntry, start: number): string {
  return `${lengthOf(entry.at - start).padEnd(8)} ${describeEntry(entry, start)}`;
}

function describeEntry(entry: HistoryEntry, start: number): string {
  switch (entry.kind) {
    case "event":
      return `← ${describe(entry.event, start)}`;
    case "command":
      return `→ ${describe(entry.command, start)}`;
    case "log":
      return `· ${entry.line.level}: ${entry.line.text}`;
    case "status":
      return `= ${entry.status}`;
  }
}

/** A command or event in one line: its kind, its number, and what it says. Times are counted from `start`. */
export function describe(what: Command | Event, start: number): string {
  const parts: string[] = [what.kind];
  if ("seq" in what) parts.push(String(what.seq));
  // A start has its execution as context; commands name another execution by its id.
  if ("execution" in what && typeof what.execution === "string") parts.push(what.execution);
  for (const [field, value] of Object.entries(what)) {
    if (LEFT_OUT.has(field) || value === undefined) continue;
    parts.push(describeField(field, value, start));
  }
  return parts.filter((part) => part !== "").join(" ");
}

function describeField(field: string, value: unknown, start: number): string {
  if (field === "outcome") return `: ${describeOutcome(value as Outcome)}`;
  if (field === "error" && typeof value === "string") return `threw ${errorText(value)}`;
  if (ENCODED.has(field) && typeof value === "string") return valueText(value);
  if ((field === "at" || field === "timeoutAt") && typeof value === "number")
    return `${field} ${lengthOf(value - start)}`;
  if (field === "onCrash") return value === "fail" ? "once" : "";
  if (field === "onParentClose") return value === "abandon" ? "" : `then ${String(value)}`;
  if (value === true) return field;
  return typeof value === "string" ? value : `${field} ${shortened(JSON.stringify(value))}`;
}

function describeOutcome(outcome: Outcome): string {
  return outcome.ok ? valueText(outcome.value) : `threw ${errorText(outcome.error)}`;
}

function valueText(text: Encoded): string {
  const value = decode(text);
  if (value === undefined) return "undefined";
  return value instanceof Error ? `${value.name}: ${value.message}` : shortened(JSON.stringify(toDisplay(text)));
}

function errorText(text: Encoded): string {
  const thrown = decode(text);
  return thrown instanceof Error ? `${thrown.name}: ${shortened(thrown.message)}` : valueText(text);
}

function shortened(text: string): string {
  return text.length <= MOST_VALUE ? text : `${text.slice(0, MOST_VALUE)}… (${text.length})`;
}

/** A length of time as people write it: `+1d2h`, `+1500ms`. */
export function lengthOf(ms: number): string {
  if (ms === 0) return "+0s";
  let rest = Math.abs(ms);
  let text = "";
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return `${ms < 0 ? "-" : "+"}${text}`;
}

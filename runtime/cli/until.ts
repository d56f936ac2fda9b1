/** Options that give a time: a length of it, or a point in it. */
import { Fault } from "../protocol/fault.js";

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 7 * 86_400_000],
  ["y", 365.25 * 86_400_000],
]);

/** Counted from an execution's start, ms, or since the epoch, ms. */
export type Until = { readonly afterMs: number } | { readonly at: number };

const LENGTH_REMEDY = "Give a length with its unit (ms, s, m, h, d, w, y), such as 400d or 1h30m";

/** `400d`, `1d12h`, `90s`, `500ms`, or ISO 8601. Throws Fault EV8211 for anything else. */
export function parseUntil(text: string): Until {
  const afterMs = lengthOf(text);
  if (afterMs !== undefined) return { afterMs };
  const at = momentOf(text);
  if (at !== undefined) return { at };
  throw noTime("--until", text, "neither a length of time nor a date", `${LENGTH_REMEDY}, or ISO 8601 text.`);
}

/** A length of time in ms. Throws Fault EV8211. */
export function parseLength(option: string, text: string): number {
  const ms = lengthOf(text);
  if (ms !== undefined) return ms;
  throw noTime(option, text, "no length of time", `${LENGTH_REMEDY}.`);
}

/** A point in time in ms since the epoch. Throws Fault EV8211. */
export function parseMoment(option: string, text: string): number {
  const at = momentOf(text);
  if (at !== undefined) return at;
  throw noTime(option, text, "no date", "Give ISO 8601 text, such as 2027-01-01 or 2027-01-01T12:00:00Z.");
}

/** The moment meant, ms since the epoch, for an execution that started at `startTime`. */
export function untilMoment(until: Until, startTime: number): number {
  return "at" in until ? until.at : startTime + until.afterMs;
}

function lengthOf(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)/g)) {
    ms += Number(amount) * (UNIT_MS.get(unit ?? "") ?? Number.NaN);
  }
  return ms;
}

function momentOf(text: string): number | undefined {
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function noTime(option: string, text: string, what: string, remedy: string): Fault {
  return new Fault("EV8211", `${option} ${JSON.stringify(text)} is ${what}`, { remedy });
}

/** The option `--until`: a length of time from an execution's start, or a point in time. */
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

export type Until = { readonly afterMs: number } | { readonly at: number };

/** `400d`, `1d12h`, `90s`, `500ms`, or ISO 8601. Throws Fault EV8211 for anything else. */
export function parseUntil(text: string): Until {
  const length = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+$/.test(text);
  if (length) {
    let afterMs = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)/g)) {
      afterMs += Number(amount) * (UNIT_MS.get(unit ?? "") ?? Number.NaN);
    }
    return { afterMs };
  }
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return { at };
  throw new Fault("EV8211", `--until ${JSON.stringify(text)} is neither a length of time nor a date`, {
    remedy: "Give a length with its unit (ms, s, m, h, d, w, y), such as 400d or 1h30m, or ISO 8601 text.",
  });
}

/** The moment meant, ms since the epoch, for an execution that started at `startTime`. */
export function untilMoment(until: Until, startTime: number): number {
  return "at" in until ? until.at : startTime + until.afterMs;
}

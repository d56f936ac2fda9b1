/** Points in time as text for people. */

const STEPS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** ISO 8601 in UTC, to the second. `at` in ms since the epoch. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A length of time to two digits or more: `12ms`, `1.2s`, `3m`. `ms` is not negative. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)}s` : lengthText(ms);
}

/** A length of time in its largest whole unit, `3d`; `0s` below one second. `ms` may be negative. */
export function lengthText(ms: number): string {
  const size = Math.abs(ms);
  const [unit, step] = STEPS.find(([, length]) => size >= length) ?? ["s", 1000];
  return `${ms < 0 ? "-" : ""}${Math.floor(size / step)}${unit}`;
}

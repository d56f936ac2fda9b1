/** Times, stretches of time and numbers as people read them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** `350 ms`, `4.2 s`, `3 min 12 s`, `5 h 3 min`, `12 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 0) return `−${durationText(-ms)}`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toLocaleString()} s`;
  if (ms < HOUR) return two(ms, MINUTE, "min", SECOND, "s");
  if (ms < DAY) return two(ms, HOUR, "h", MINUTE, "min");
  if (ms < YEAR) return two(ms, DAY, "d", HOUR, "h");
  return two(ms, YEAR, "y", DAY, "d");
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / big);
  const rest = Math.floor((ms - whole * big) / small);
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

/** `now`, `12 s ago`, `in 3 h`: one unit is enough. */
export function relativeText(time: number, now: number): string {
  const away = Math.abs(time - now);
  if (away < SECOND) return "now";
  const [size, name] = (
    [
      [YEAR, "y"],
      [DAY, "d"],
      [HOUR, "h"],
      [MINUTE, "min"],
      [SECOND, "s"],
    ] as const
  ).find(([unit]) => away >= unit) ?? [SECOND, "s"];
  const text = `${Math.floor(away / size)} ${name}`;
  return time > now ? `in ${text}` : `${text} ago`;
}

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

/** Date and time of day, in the browser's zone. */
export function momentText(time: number): string {
  return MOMENT.format(time);
}

/** The time of day to the millisecond. */
export function clockText(time: number): string {
  return CLOCK.format(time);
}

export function countText(count: number): string {
  return count.toLocaleString();
}

/** `1.4 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(bytes / Number(size)).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${unit}`;
}

/** A value in one line, cut at `most` characters. */
export function briefText(value: unknown, most: number): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "");
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

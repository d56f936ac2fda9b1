/**
 * `Date`: the clock is the activation's logical time, and local time is UTC. Otherwise a replay of the tail, or the same
 * execution on another machine, would see other values.
 *
 * While modules are evaluated the clock stands at 0 (1970-01-01): what they compute must not depend on the execution.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { currentTurn } from "../current.js";
import { defineGlobal, defineHidden } from "./define.js";

const NativeDate = Date;
const { apply, construct } = Reflect;
const nativeParse = Date.parse;
const offsetOf = Date.prototype.getTimezoneOffset;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MS_PER_MINUTE = 60_000;

/** Logical time, ms since the epoch; 0 while modules are evaluated. */
export function logicalNow(): number {
  return currentTurn().instance.state.now;
}

/** The time of a text; local time without a zone is UTC. NaN for what is no date. */
function parse(text: unknown): number {
  const parsed = nativeParse(text as string);
  if (Number.isNaN(parsed)) return parsed;
  const offset = apply(offsetOf, new NativeDate(parsed), []);
  if (offset === 0) return parsed;
  const zoned =
    /(?:Z|[+-]\d\d:?\d\d|GMT|UTC)\s*(?:\(.*\))?$/i.test(String(text)) ||
    /^[+-]?\d{4,6}(?:-\d\d){0,2}$/.test(String(text));
  return zoned ? parsed : parsed - offset * MS_PER_MINUTE;
}

/** Time value of the arguments of `new Date(…)`. */
function timeOf(args: readonly unknown[]): unknown {
  if (args.length === 0) return logicalNow();
  // Date.UTC treats components as the constructor does, two-digit years included.
  if (args.length > 1) return apply(NativeDate.UTC, undefined, args);
  const [value] = args;
  const primitive = typeof value === "object" && value !== null ? dateOrPrimitive(value) : value;
  return typeof primitive === "string" ? parse(primitive) : primitive;
}

function dateOrPrimitive(value: object): unknown {
  try {
    return apply(NativeDate.prototype.getTime, value, []);
  } catch {
    return toPrimitive(value);
  }
}

/** ToPrimitive with hint default. */
function toPrimitive(value: object): unknown {
  const exotic: unknown = Reflect.get(value, Symbol.toPrimitive);
  if (exotic !== undefined && exotic !== null) return apply(exotic as AnyFunction, value, ["default"]);
  for (const name of ["valueOf", "toString"]) {
    const method: unknown = Reflect.get(value, name);
    const result: unknown = typeof method === "function" ? apply(method, value, []) : value;
    if ((typeof result !== "object" && typeof result !== "function") || result === null) return result;
  }
  throw new TypeError("cannot convert object to primitive value");
}

const TamedDate = function (this: unknown, ...args: unknown[]): unknown {
  if (new.target === undefined) return textOf(logicalNow());
  return construct(NativeDate, [timeOf(args)], new.target as AnyFunction);
} as unknown as AnyFunction;

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function yearText(year: number): string {
  return year < 0 ? `-${String(-year).padStart(6, "0")}` : String(year).padStart(4, "0");
}

function dateText(date: Date): string {
  const day = DAYS[date.getUTCDay()];
  return `${day} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${yearText(date.getUTCFullYear())}`;
}

function timeText(date: Date): string {
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${time} GMT+0000 (Coordinated Universal Time)`;
}

function textOf(time: number): string {
  const date = new NativeDate(time);
  return Number.isNaN(time) ? "Invalid Date" : `${dateText(date)} ${timeText(date)}`;
}

function formatted(format: (date: Date) => string): (date: Date) => string {
  return (date) => (Number.isNaN(apply(NativeDate.prototype.getTime, date, [])) ? "Invalid Date" : format(date));
}

const textMethods: Readonly<Record<string, (date: Date) => string>> = {
  toString: formatted((date) => `${dateText(date)} ${timeText(date)}`),
  toDateString: formatted(dateText),
  toTimeString: formatted(timeText),
};

const LOCAL_FIELDS = ["Date", "Day", "FullYear", "Hours", "Milliseconds", "Minutes", "Month", "Seconds"];

/** Replaces methods of the prototype, keeping their names and lengths. */
function replaceMethod(name: string, body: (date: Date, args: readonly unknown[]) => unknown): void {
  const original: unknown = Reflect.get(NativeDate.prototype, name);
  if (typeof original !== "function") return;
  const holder = {
    [name](this: Date, ...args: unknown[]) {
      return body(this, args);
    },
  };
  const method = holder[name] as AnyFunction;
  Object.defineProperty(method, "length", { value: original.length, configurable: true });
  Object.defineProperty(NativeDate.prototype, name, { value: method, writable: true, configurable: true });
}

/** Local getters and setters do what their UTC counterparts do. */
function makeLocalTimeUtc(): void {
  for (const field of LOCAL_FIELDS) {
    for (const kind of ["get", "set"]) {
      const utc: unknown = Reflect.get(NativeDate.prototype, `${kind}UTC${field}`);
      if (typeof utc === "function") replaceMethod(`${kind}${field}`, (date, args) => apply(utc, date, args));
    }
  }
  replaceMethod("getTimezoneOffset", (date) => (Number.isNaN(date.getTime()) ? Number.NaN : 0));
  for (const [name, format] of Object.entries(textMethods)) replaceMethod(name, (date) => format(date));
}

/** Replaces `Date`. */
export function installDate(): void {
  makeLocalTimeUtc();
  const statics = {
    now: () => logicalNow(),
    parse,
    UTC: NativeDate.UTC,
  };
  for (const [name, value] of Object.entries(statics)) {
    Object.defineProperty(value, "name", { value: name, configurable: true });
    defineHidden(TamedDate, name, value);
  }
  Object.defineProperties(TamedDate, {
    length: { value: 7, configurable: true },
    name: { value: "Date", configurable: true },
    prototype: { value: NativeDate.prototype, writable: false, enumerable: false, configurable: false },
  });
  Object.defineProperty(NativeDate.prototype, "constructor", { value: TamedDate, writable: true, configurable: true });
  defineGlobal("Date", TamedDate);
}

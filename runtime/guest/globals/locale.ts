/**
 * Texts that elsewhere depend on the machine's language: fixed to US English and UTC, the same on every machine. Other
 * locales and options are refused (EV5021), not ignored.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { refusal } from "../errors.js";

const { apply } = Reflect;
const FRACTION_DIGITS = 3;
const nativeLocaleCompare = String.prototype.localeCompare;
const numberValue = Number.prototype.valueOf;
const bigintValue = BigInt.prototype.valueOf;
const dateTime = Date.prototype.getTime;
const NativeDate = Date;

function requireDefault(what: string, locales: unknown, options: unknown): void {
  const plain = locales === undefined || locales === "en-US" || locales === "en";
  if (plain && options === undefined) return;
  throw refusal(
    "EV5021",
    `${what} with a locale or options is not available in a workflow`,
    "Leave the arguments out (US English, UTC), or format the text in a task.",
  );
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size >= 1e21) return sign + grouped(BigInt(size).toString());
  const [whole = "0", fraction = ""] = size.toFixed(FRACTION_DIGITS).split(".");
  const rest = fraction.replace(/0+$/, "");
  return sign + grouped(whole) + (rest === "" ? "" : `.${rest}`);
}

function dateText(date: Date): string {
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
}

function timeText(date: Date): string {
  const hours = date.getUTCHours();
  const [minutes, seconds] = [date.getUTCMinutes(), date.getUTCSeconds()].map((n) => String(n).padStart(2, "0"));
  return `${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? "AM" : "PM"}`;
}

function dateFormat(format: (date: Date) => string): (value: unknown) => string {
  return (value) => {
    const time = apply(dateTime, value, []);
    return Number.isNaN(time) ? "Invalid Date" : format(new NativeDate(time));
  };
}

function replace(prototype: object, name: string, format: (value: unknown) => string): void {
  const holder = {
    [name](this: unknown, locales?: unknown, options?: unknown) {
      requireDefault(`${name}()`, locales, options);
      return format(this);
    },
  };
  const method = holder[name] as AnyFunction;
  Object.defineProperty(method, "length", { value: 0, configurable: true });
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
}

/** Replaces the locale-dependent methods. Case mappings need no locale: the engine's are fixed. */
export function installLocale(): void {
  replace(Number.prototype, "toLocaleString", (value) => numberText(apply(numberValue, value, [])));
  replace(BigInt.prototype, "toLocaleString", (value) => {
    const text = String(apply(bigintValue, value, []));
    return text.startsWith("-") ? `-${grouped(text.slice(1))}` : grouped(text);
  });
  replace(
    Date.prototype,
    "toLocaleString",
    dateFormat((date) => `${dateText(date)}, ${timeText(date)}`),
  );
  replace(Date.prototype, "toLocaleDateString", dateFormat(dateText));
  replace(Date.prototype, "toLocaleTimeString", dateFormat(timeText));
  const compare = {
    localeCompare(this: unknown, that: string, locales?: unknown, options?: unknown): number {
      requireDefault("localeCompare()", locales, options);
      return apply(nativeLocaleCompare, this, [that]);
    },
  }.localeCompare;
  Object.defineProperty(compare, "length", { value: 1, configurable: true });
  Object.defineProperty(String.prototype, "localeCompare", { value: compare, writable: true, configurable: true });
}

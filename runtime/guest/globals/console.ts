/**
 * `console`: lines of the execution's log. They are committed with the activation that wrote them, so a replay of the
 * tail does not write them again. Nothing leaves the process before that.
 */
import type { LogLevel } from "../../protocol/guest.js";
import { currentTurn } from "../current.js";
import { defineGlobal } from "./define.js";
import { inspect } from "./inspect.js";

/** Adds a line to the log of the execution. */
export function writeLog(level: LogLevel, text: string): void {
  currentTurn().logs.push({ level, text });
}

/** Fills the placeholders of a format string; the arguments that remain follow it. */
function format(args: readonly unknown[]): string {
  const [first, ...rest] = args;
  if (typeof first !== "string" || !first.includes("%")) return args.map(inspect).join(" ");
  let used = 0;
  const text = first.replace(/%[sdifjoOc%]/g, (placeholder) => {
    if (placeholder === "%%") return "%";
    if (used >= rest.length) return placeholder;
    return fill(placeholder, rest[used++]);
  });
  return [text, ...rest.slice(used).map(inspect)].join(" ");
}

function fill(placeholder: string, value: unknown): string {
  switch (placeholder) {
    case "%d":
    case "%i":
    case "%f": {
      if (typeof value === "bigint") return `${value}n`;
      const number = typeof value === "symbol" ? Number.NaN : Number(value);
      return String(placeholder === "%i" ? Math.trunc(number) : number);
    }
    case "%j":
      return JSON.stringify(value) ?? "undefined";
    case "%c":
      return "";
    default:
      return inspect(value);
  }
}

function writer(level: LogLevel): (...args: unknown[]) => void {
  return (...args) => writeLog(level, format(args));
}

const log = writer("info");

const console = {
  log,
  info: log,
  debug: writer("debug"),
  warn: writer("warn"),
  error: writer("error"),
  dir: (value: unknown) => writeLog("info", inspect(value)),
  table: log,
  group: log,
  groupCollapsed: log,
  groupEnd: () => undefined,
  assert(condition: unknown, ...args: unknown[]): void {
    if (!condition) writeLog("error", args.length === 0 ? "Assertion failed" : `Assertion failed: ${format(args)}`);
  },
  trace(...args: unknown[]): void {
    const { stack } = new Error();
    writeLog("info", `Trace: ${format(args)}\n${stack ?? ""}`.trimEnd());
  },
};

/** Provides `console`. */
export function installConsole(): void {
  defineGlobal("console", console);
}

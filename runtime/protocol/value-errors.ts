/**
 * Errors in a structured copy. An error is written in two parts: a head of texts, from which it can be made at once,
 * and its details (cause, own fields, errors of an AggregateError), which may lead back to it and are put in afterwards.
 */
import { ERROR_CLASSES } from "./errors.js";

type ErrorClass = { readonly prototype: Error };

const CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ...Object.entries(ERROR_CLASSES),
  ["AggregateError", AggregateError],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
  ["Error", Error],
]);
const NAMES: ReadonlyMap<unknown, string> = new Map([...CLASSES].map(([name, { prototype }]) => [prototype, name]));
const { construct } = Reflect;

type Head = [className: string, message: string | null, stack: string | null, name: string | null];
type Details = Record<string, unknown>;

/** Own properties that are neither fields of the user's nor written as such. */
const STANDARD = new Set(["message", "stack", "cause", "errors"]);

function classNameOf(error: object): string {
  for (
    let prototype: unknown = Object.getPrototypeOf(error);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const name = NAMES.get(prototype);
    if (name !== undefined) return name;
  }
  return "Error";
}

function isError(value: unknown): value is Error {
  return typeof value === "object" && value !== null && value instanceof Error;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Some engines leave name and message out of the stack; people look only there. */
function stackOf(error: Error, withHeading: boolean): string | null {
  const stack = text(error.stack);
  return withHeading && stack !== null && /^\s+at /.test(stack) ? `${error.name}: ${error.message}\n${stack}` : stack;
}

function headOf(error: Error, withHeading: boolean): Head {
  const className = classNameOf(error);
  const own = Object.getOwnPropertyDescriptor(error, "name");
  const isField = own?.enumerable === true;
  const differs = error.name !== CLASSES.get(className)?.prototype.name;
  const message = Object.hasOwn(error, "message") ? text(error.message) : null;
  return [className, message, stackOf(error, withHeading), !isField && differs ? text(error.name) : null];
}

function detailsOf(error: Error): Details | undefined {
  const details: Details = {};
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (STANDARD.has(key)) continue;
    fields[key] = Reflect.get(error, key);
  }
  if (Object.hasOwn(error, "cause")) details.cause = error.cause;
  if (Object.hasOwn(error, "errors")) details.errors = Reflect.get(error, "errors");
  if (Object.keys(fields).length > 0) details.fields = fields;
  return Object.keys(details).length > 0 ? details : undefined;
}

/** Collects the details of the errors in one value while it is written. */
export class ErrorWriter {
  /** Pairs [error, details]. */
  readonly details = new Set<readonly [Error, Details]>();
  readonly #seen = new Set<Error>();
  readonly #withHeading: boolean;

  /** `withHeading`: every stack begins with name and message. */
  constructor(withHeading: boolean) {
    this.#withHeading = withHeading;
  }

  /** The head of an error; undefined for any other value. */
  readonly reduce = (value: unknown): Head | undefined => {
    if (!isError(value)) return undefined;
    if (!this.#seen.has(value)) {
      this.#seen.add(value);
      const details = detailsOf(value);
      if (details !== undefined) this.details.add([value, details]);
    }
    return headOf(value, this.#withHeading);
  };

  /** An error of the same class, name, message and stack, without details. */
  static bare(error: Error): Error {
    return reviveError(headOf(error, true));
  }
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
}

/** The error of a head. Throws a TypeError for anything else. */
export function reviveError(head: unknown): Error {
  if (!Array.isArray(head) || typeof head[0] !== "string") throw new TypeError("not the head of an error");
  const [className, message, stack, name] = head as Head;
  const target = CLASSES.get(className) ?? Error;
  const error: Error =
    target === AggregateError ? new AggregateError([]) : construct(Error, [], target as unknown as ErrorConstructor);
  if (target === AggregateError) Reflect.deleteProperty(error, "errors");
  if (message !== null) define(error, "message", message, false);
  define(error, "stack", stack ?? undefined, false);
  if (name !== null) define(error, "name", name, false);
  return error;
}

/** Puts the details into the errors that were revived without them. */
export function restoreDetails(pairs: Iterable<unknown>): void {
  for (const pair of pairs) {
    const [error, details] = pair as readonly [Error, Details];
    if ("cause" in details) define(error, "cause", details.cause, false);
    if ("errors" in details) define(error, "errors", details.errors, false);
    for (const [key, value] of Object.entries(details.fields ?? {})) define(error, key, value, true);
  }
}

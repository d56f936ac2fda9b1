/**
 * Errors, and instances of a program's classes, in a structured copy. An error is written in two parts: a head of texts, from which it can be made at once,
 * and its details (cause, own fields, errors of an AggregateError), which may lead back to it and are put in afterwards.
 */
import { ERROR_CLASSES } from "./errors.js";
import { type ClassTable, NO_CLASSES } from "./value-classes.js";

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

/** `classes`: the nearest class that everybody knows, after those of the program if it is one of theirs. */
type Head = [classes: string | readonly string[], message: string | null, stack: string | null, name: string | null];
type Details = Record<string, unknown>;

/** Own properties that are neither fields of the user's nor written as such. */
const STANDARD = new Set(["message", "stack", "cause", "errors"]);

function classesOf(error: object, table: ClassTable): string | readonly string[] {
  const own: string[] = [];
  for (
    let prototype: unknown = Object.getPrototypeOf(error);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const name = NAMES.get(prototype);
    if (name !== undefined) return own.length === 0 ? name : [...own, name];
    const id = isObject(prototype) ? table.idOf(prototype) : undefined;
    if (id !== undefined) own.push(id);
  }
  return "Error";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isError(value: unknown): value is Error {
  return typeof value === "object" && value !== null && value instanceof Error;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** What is written of an error's stack. */
export type StackText = (stack: string) => string;

/** Some engines leave name and message out of the stack; people look only there. */
function stackOf(error: Error, told: StackText | undefined): string | null {
  const stack = text(error.stack);
  if (told === undefined || stack === null) return stack;
  return told(/^\s+at /.test(stack) ? `${error.name}: ${error.message}\n${stack}` : stack);
}

function headOf(error: Error, told: StackText | undefined, table: ClassTable): Head {
  const classes = classesOf(error, table);
  const prototype = targetOf(classes, table).prototype as Error;
  const own = Object.getOwnPropertyDescriptor(error, "name");
  const isField = own?.enumerable === true;
  const differs = error.name !== prototype.name;
  const message = Object.hasOwn(error, "message") ? text(error.message) : null;
  return [classes, message, stackOf(error, told), !isField && differs ? text(error.name) : null];
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

function targetOf(classes: unknown, table: ClassTable): ErrorClass {
  for (const name of Array.isArray(classes) ? classes : [classes]) {
    const known = CLASSES.get(name as string) ?? table.classOf(name as string);
    if (known !== undefined && (known.prototype instanceof Error || known.prototype === Error.prototype)) {
      return known as ErrorClass;
    }
  }
  return Error;
}

/** Collects the details of the errors and instances in one value while it is written. */
export class ErrorWriter {
  /** Pairs [error, details]. */
  readonly details = new Set<readonly [object, Details]>();
  readonly #seen = new Set<object>();
  readonly #stackText: StackText | undefined;
  readonly #table: ClassTable;

  /** With `stackText`, which says what is written of a stack, every stack begins with name and message. */
  constructor(stackText: StackText | undefined, table: ClassTable = NO_CLASSES) {
    this.#stackText = stackText;
    this.#table = table;
  }

  /** The head of an error; undefined for any other value. */
  readonly reduce = (value: unknown): Head | undefined => {
    if (!isError(value)) return undefined;
    if (!this.#seen.has(value)) {
      this.#seen.add(value);
      const details = detailsOf(value);
      if (details !== undefined) this.details.add([value, details]);
    }
    return headOf(value, this.#stackText, this.#table);
  };

  /** The class's id of an instance that is no error; undefined for any other value. */
  readonly reduceInstance = (value: unknown): string | undefined => {
    if (!isObject(value) || isError(value)) return undefined;
    const prototype: unknown = Object.getPrototypeOf(value);
    const id = isObject(prototype) ? this.#table.idOf(prototype) : undefined;
    if (id !== undefined && !this.#seen.has(value)) {
      this.#seen.add(value);
      const fields: Record<string, unknown> = {};
      for (const key of Object.keys(value)) fields[key] = Reflect.get(value, key);
      this.details.add([value, { fields }]);
    }
    return id;
  };

  /** An error of the same class, name, message and stack, without details. */
  static bare(error: Error, stackText: StackText): Error {
    return reviveError(headOf(error, stackText, NO_CLASSES));
  }
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
}

/** The error of a head. Throws a TypeError for anything else. */
export function reviveError(head: unknown, table: ClassTable = NO_CLASSES): Error {
  if (!Array.isArray(head)) throw new TypeError("not the head of an error");
  const [classes, message, stack, name] = head as Head;
  const target = targetOf(classes, table);
  const error: Error =
    target === AggregateError ? new AggregateError([]) : construct(Error, [], target as unknown as ErrorConstructor);
  if (target === AggregateError) Reflect.deleteProperty(error, "errors");
  if (message !== null) define(error, "message", message, false);
  define(error, "stack", stack ?? undefined, false);
  if (name !== null) define(error, "name", name, false);
  return error;
}

/** An instance without its fields: of the class if that is known, else a plain object. */
export function reviveInstance(id: unknown, table: ClassTable): object {
  const known = typeof id === "string" ? table.classOf(id) : undefined;
  return Object.create(known?.prototype ?? Object.prototype) as object;
}

/** Puts the details into the errors that were revived without them. */
export function restoreDetails(pairs: Iterable<unknown>): void {
  for (const pair of pairs) {
    const [error, details] = pair as readonly [object, Details];
    if ("cause" in details) define(error, "cause", details.cause, false);
    if ("errors" in details) define(error, "errors", details.errors, false);
    for (const [key, value] of Object.entries(details.fields ?? {})) define(error, key, value, true);
  }
}

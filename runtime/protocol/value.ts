/**
 * The structured copy of one value: how a value crosses between workflow, task, engine and client.
 *
 * V1  `decode(encode(v))` equals `v` for undefined, NaN, ±0, ±Infinity, bigint, Date, Map, Set, RegExp, typed arrays,
 *     ArrayBuffer, Error (name, message, stack, cause, own fields, AggregateError.errors), cycles and shared references.
 * V2  A function, symbol or promise is refused with the path to it (`input.items[3].onDone`), never dropped.
 * V3  Plain JSON data is stored as plain JSON text (prefix `j`), so that a database stays readable; the rest is a
 *     flattened graph (prefix `g`).
 * V4  An instance of a class that the program defines arrives as one; of any other it becomes a plain object of its own
 *     enumerable fields; one without any (a URL, say) is refused, because its content is elsewhere. A typed array carries only the bytes that it shows.
 */
import { DevalueError, parse, stringify } from "devalue";
import { UnserializableError } from "./errors.js";
import { type ClassTable, NO_CLASSES } from "./value-classes.js";
import { displayValue } from "./value-display.js";
import { ErrorWriter, restoreDetails, reviveError, reviveInstance, type StackText } from "./value-errors.js";
import { describeRefused, pathTo } from "./value-path.js";
import { isPlainTree, operations } from "./value-shape.js";

/** Text of one encoded value: `j` + JSON, or `g` + a flattened graph. */
export type Encoded = string;

/** What became of an asynchronous piece of work. */
export type Outcome = { readonly ok: true; readonly value: Encoded } | { readonly ok: false; readonly error: Encoded };

/**
 * Copies a value into text. `root` is what the value is called in the error (`input`, `result`); `classes` are those of
 * the program; `stackText` says what is written of the stacks of errors in it.
 * Throws UnserializableError (EV5010) for what cannot be copied, naming the path to it.
 */
export function encode(
  value: unknown,
  root = "value",
  classes: ClassTable = NO_CLASSES,
  stackText?: StackText,
): Encoded {
  return encodePlain(value) ?? writeGraph(value, root, stackText, classes);
}

/** The text of plain JSON data; undefined for any other value. */
export function encodePlain(value: unknown): Encoded | undefined {
  return isPlainTree(value) ? `j${JSON.stringify(value)}` : undefined;
}

/** `encode` for a value that `encodePlain` does not take: what is plain is not looked for again. */
export function encodeGraph(value: unknown, root: string | undefined, classes: ClassTable): Encoded {
  return writeGraph(value, root ?? "value", undefined, classes);
}

function writeGraph(value: unknown, root: string, stackText: StackText | undefined, classes: ClassTable): Encoded {
  const errors = new ErrorWriter(stackText, classes);
  try {
    // The details of errors follow the value. They are found while it is written, and the set grows under the writer's
    // hands: errors inside details add theirs. So an error's cause may lead back to the error.
    return `g${stringify([value, errors.details], { Error: errors.reduce, Instance: errors.reduceInstance }, { operations })}`;
  } catch (error) {
    if (!(error instanceof DevalueError)) throw error;
    const path = pathTo(value, error.value, root);
    throw new UnserializableError(
      `${path} is ${describeRefused(error.value)}, which cannot be copied between workflow, task and database`,
      { code: "EV5010" },
    );
  }
}

/** The value of an encoded text. Throws a TypeError for any other text. */
export function decode(text: Encoded, classes: ClassTable = NO_CLASSES): unknown {
  const body = text.slice(1);
  try {
    if (text.startsWith("j")) return JSON.parse(body);
    if (text.startsWith("g")) {
      const [value, details] = parse(body, {
        Error: (head) => reviveError(head, classes),
        Instance: (id) => reviveInstance(id, classes),
      }) as [unknown, ReadonlySet<unknown>];
      restoreDetails(details);
      return value;
    }
  } catch (error) {
    throw new TypeError("not an encoded value: damaged text", { cause: error });
  }
  throw new TypeError(`not an encoded value: unknown prefix ${JSON.stringify(text.slice(0, 1))}`);
}

/**
 * Like `encode` for whatever was thrown, but always succeeds: fields that cannot be copied are left out. Stacks begin
 * with the error's name and message, whatever the engine.
 */
export function encodeError(thrown: unknown, classes: ClassTable = NO_CLASSES, stackText: StackText = whole): Encoded {
  try {
    return encode(thrown, "error", classes, stackText);
  } catch (problem) {
    if (!(problem instanceof UnserializableError)) throw problem;
    return encode(thrown instanceof Error ? copyWithoutRefused(thrown, stackText) : problem, "error");
  }
}

function whole(stack: string): string {
  return stack;
}

function copyWithoutRefused(error: Error, stackText: StackText): Error {
  const copy: unknown = decode(encode(ErrorWriter.bare(error, stackText), "error"));
  for (const key of [...Object.keys(error), "cause", "errors"]) {
    const field: unknown = Reflect.get(error, key);
    if (field === undefined || key === "stack" || key === "message") continue;
    try {
      const value = decode(encode(field, key, NO_CLASSES, stackText));
      Object.defineProperty(copy, key, {
        value,
        writable: true,
        enumerable: key !== "cause" && key !== "errors",
        configurable: true,
      });
    } catch (problem) {
      // Left out as promised; anything but a refusal (a getter that throws) loses this field alone as well.
      if (!(problem instanceof Error)) throw problem;
    }
  }
  return copy as Error;
}

/** The value of an encoded text as people want to see it: plain JSON data, whatever it was. */
export function toDisplay(text: Encoded): unknown {
  return displayValue(decode(text));
}

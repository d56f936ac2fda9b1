/** Stored values as text. What JSON has no form for becomes the nearest that it has (`toDisplay`). */
import { decode, type Encoded, type Outcome, toDisplay } from "../../protocol/value.js";

/** One line of text: JSON, or `undefined`. */
export function valueText(encoded: Encoded): string {
  return decode(encoded) === undefined ? "undefined" : JSON.stringify(toDisplay(encoded));
}

/** One line: the value, or name and message of the error. */
export function outcomeText(outcome: Outcome): string {
  return outcome.ok ? valueText(outcome.value) : errorText(outcome.error);
}

/** The lines of an error's stack below its message, without indentation; none when it is no error. */
export function stackLines(encoded: Encoded): string[] {
  const error = decode(encoded);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
}

/** `Name: message`, or the thrown value itself when it is no error. */
export function errorText(encoded: Encoded): string {
  const error = decode(encoded);
  return error instanceof Error ? `${error.name}: ${error.message}` : valueText(encoded);
}

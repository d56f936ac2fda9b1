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

/** Errors inside an error that are shown at most; they may also lead back to it. */
const MOST_INNER = 8;

/**
 * The lines of an error's stack below its message, without indentation, then its causes and the errors that it gathers,
 * each with its own; none when it is no error.
 */
export function stackLines(encoded: Encoded): string[] {
  const shown: Error[] = [];
  const linesOf = (error: unknown, role: string): string[] => {
    if (!(error instanceof Error) || shown.includes(error) || shown.length > MOST_INNER) return [];
    shown.push(error);
    const gathered: unknown = error instanceof AggregateError ? error.errors : [];
    return [
      ...(role === "" ? [] : [`${role} ${error.name}: ${error.message}`]),
      ...placesOf(error),
      ...linesOf(error.cause, "caused by"),
      ...(Array.isArray(gathered) ? gathered : []).flatMap((each) => linesOf(each, "one of")),
    ];
  };
  return linesOf(decode(encoded), "");
}

function placesOf({ stack = "" }: Error): string[] {
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

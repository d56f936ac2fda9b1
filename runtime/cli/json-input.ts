/** JSON that a person typed or put into a file: parsed with a message that says where it is wrong. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Fault } from "../protocol/fault.js";
import { DEEPEST_JSON, isTooDeep } from "../protocol/json.js";

/**
 * The value of the options `--input` and `--input-file`; undefined when neither is given. `-` as file reads standard
 * input. Throws Fault EV8206 for text that is not JSON, EV8207 for a file that cannot be read.
 */
export async function readInput(options: {
  readonly input?: string | undefined;
  readonly inputFile?: string | undefined;
}): Promise<unknown> {
  if (options.input !== undefined) return parseJson(options.input, "--input");
  if (options.inputFile === undefined) return undefined;
  return parseJson(await readText(options.inputFile), options.inputFile);
}

async function readText(file: string): Promise<string> {
  try {
    return file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (cause) {
    throw new Fault("EV8207", `The input file cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      place: file,
      remedy: "Check the path and that you may read the file.",
      cause,
    });
  }
}

/** Parses `text`; `source` says in the message where it came from. Throws Fault EV8206 with line and column. */
export function parseJson(text: string, source: string): unknown {
  if (isTooDeep(text)) {
    throw new Fault("EV8206", `${source} is nested deeper than ${DEEPEST_JSON} levels`, {
      place: source,
      remedy: "Give flatter data: lists whose items refer to each other by ids.",
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = offsetOf(text, error);
    const before = text.slice(0, offset).split("\n");
    const place = `${source}:${before.length}:${(before.at(-1) ?? "").length + 1}`;
    const found = offset >= text.length ? "it ends too early" : `unexpected ${JSON.stringify(text[offset])}`;
    throw new Fault("EV8206", `${source} is not JSON: ${found}`, {
      place,
      remedy: `Give JSON, quoted for the shell: '{"to": "ada@example.org"}', or '"text"' for a text.`,
      cause: error,
    });
  }
}

/** Where V8 says that it stopped; for the messages without a position, the first prefix that has the same error. */
function offsetOf(text: string, error: unknown): number {
  const stated = /at position (\d+)/.exec(messageOf(error));
  if (stated !== null) return Number(stated[1]);
  if (!isUnexpectedToken(error)) return text.length;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (failsWithUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function failsWithUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return isUnexpectedToken(error);
  }
}

function isUnexpectedToken(error: unknown): boolean {
  return messageOf(error).startsWith("Unexpected token");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

/** Where a command's words go: results to standard output, everything else to standard error. */
import { type Paint, paintFor, wantsColor } from "./display/paint.js";

export interface Output {
  /** A result; a line feed is added. */
  print(text: string): void;
  /** A result as one line of JSON. */
  printJson(value: unknown): void;
  /** A remark for the person at the terminal; a line feed is added. */
  note(text: string): void;
  /** Colours for what is printed, and for what is noted. */
  readonly paint: Paint;
  readonly notePaint: Paint;
  /** Whether notes are coloured. */
  readonly noteColor: boolean;
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: number;
}

/** The process's own streams. A reader that goes away (`eventual list | head`) ends the process quietly. */
export function processOutput(): Output {
  const { stdout, stderr } = process;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    print: (text) => void stdout.write(`${text}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    paint: paintFor(stdout),
    notePaint: paintFor(stderr),
    noteColor: wantsColor(stderr),
    width: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
  };
}

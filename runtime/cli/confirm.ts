/** Asking before something is lost: only a person at a terminal is asked. */
import { createInterface } from "node:readline/promises";
import type { Output } from "./output.js";

/** True when `yes` was given, nobody is there to ask, or the person agrees. */
export async function confirmed(
  question: string,
  { yes }: { readonly yes?: boolean },
  output: Output,
): Promise<boolean> {
  if (yes === true || process.stdin.isTTY !== true || process.stderr.isTTY !== true) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${output.notePaint("yellow", question)} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

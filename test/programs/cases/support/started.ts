/** Host side: tells the runner that a task's handler has started. */
import { appendFileSync } from "node:fs";

/** Writes one line to the file that the runner reads; `name` is the task's. */
export function started(name: string): void {
  appendFileSync(process.env.PROGRAM_STARTS ?? "", `${name}\n`);
}

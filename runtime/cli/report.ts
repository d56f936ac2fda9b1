/** Trouble that concerns no single caller, told to the person at the terminal. */
import type { Problem } from "../engine/engine.js";
import { Fault } from "../protocol/fault.js";
import type { Output } from "./output.js";

/** A reporter that writes to standard error. */
export function reportTo(output: Output): (problem: Problem) => void {
  return ({ message, execution, cause }) => {
    const about = execution === undefined ? "" : ` (${execution})`;
    const code = cause instanceof Fault ? ` ${cause.code}:` : "";
    const why = cause instanceof Error ? `:${code} ${cause.message}` : "";
    output.note(`${output.notePaint("yellow", "warning")} ${message}${about}${why}`);
  };
}

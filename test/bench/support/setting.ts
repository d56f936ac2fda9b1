/** What every benchmark gets. */
import type { Program } from "#runtime/protocol/program.js";

export interface Setting {
  readonly program: Program;
  /** The path of a file of that name in a folder that is removed afterwards. */
  readonly file: (name: string) => string;
  /** Takes the time to measure the largest sizes. */
  readonly full: boolean;
}

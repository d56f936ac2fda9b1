/** What every benchmark gets. */
import type { Program } from "#runtime/protocol/program.js";

export interface Setting {
  readonly program: Program;
  /** The path of a file of that name in a folder that is removed afterwards. */
  readonly file: (name: string) => string;
  /** Leaves out the largest sizes. */
  readonly quick: boolean;
}

/** A program as a command names it: its entry file, compiled now, or the file that it was compiled to. */
import { loadProgramFile } from "../client/program-file.js";
import type { Program } from "../protocol/program.js";
import { present } from "./options.js";
import type { Output } from "./output.js";
import { compile } from "./toolchain.js";

interface SourceOptions {
  readonly external: readonly string[];
  readonly tsconfig?: string | undefined;
  readonly json: boolean;
}

/**
 * The program of `source`; "refused" when it does not compile, which the person has then been told. Throws Faults for a
 * file that cannot be read or is no program.
 */
export async function programFrom(
  source: string,
  { external, tsconfig, json }: SourceOptions,
  output: Output,
): Promise<Program | "refused"> {
  if (!/\.[cm]?tsx?$/.test(source)) return await loadProgramFile(source);
  const compiled = await compile(source, { external, ...present({ tsconfig }), color: output.noteColor });
  if (compiled.text !== "") output.note(compiled.text.trimEnd());
  if (compiled.program !== undefined) return compiled.program;
  if (json) output.printJson({ diagnostics: compiled.json });
  return "refused";
}

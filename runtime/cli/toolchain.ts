/**
 * The only door from the command line to the compiler and the packager. Packaged executables have neither: there,
 * `toolchain-absent.ts` stands in for this module.
 */
import { type BuildResult, build } from "../../compiler/build.js";
import { hasErrors } from "../../compiler/diagnostics/diagnostic.js";
import { diagnosticsJson, printDiagnostics } from "../../compiler/diagnostics/print.js";
import { type Packaged, type PackageOptions, packageExecutable } from "../package/executable.js";
import { parseTarget } from "../package/target.js";
import { type Program, programSchema } from "../protocol/program.js";

export interface Compiled {
  /** Missing when there are errors. */
  readonly program: Program | undefined;
  /** What was found, for people and for tools; the text is empty when nothing was. */
  readonly text: string;
  readonly json: readonly object[];
}

/** Compiles the program of the file `entry`. Throws Faults as `build` does. */
export async function compile(
  entry: string,
  options: { readonly external: readonly string[]; readonly tsconfig?: string; readonly color: boolean },
): Promise<Compiled> {
  const { external, tsconfig, color } = options;
  const result: BuildResult = await build({ entry, external, ...(tsconfig === undefined ? {} : { tsconfig }) });
  const { diagnostics, program } = result;
  return {
    program:
      program === undefined || hasErrors(diagnostics) ? undefined : programSchema.parse(JSON.parse(program.text)),
    text: printDiagnostics(diagnostics, { color }),
    json: diagnosticsJson(diagnostics),
  };
}

/** Makes an executable. `target` as typed. Throws Fault EV4001 to EV4004. */
export function makeExecutable(
  options: Omit<PackageOptions, "target"> & { readonly target?: string },
): Promise<Packaged> {
  const { target, ...rest } = options;
  return packageExecutable({ ...rest, target: parseTarget(target) });
}

export type { Packaged };

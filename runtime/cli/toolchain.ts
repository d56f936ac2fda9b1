/**
 * The only door from the command line to the compiler and the packager. Packaged executables have neither: there,
 * `toolchain-absent.ts` stands in for this module.
 */
import { type BuildResult, build, Session } from "../../compiler/build.js";
import { hasErrors } from "../../compiler/diagnostics/diagnostic.js";
import { diagnosticsJson, printDiagnostics } from "../../compiler/diagnostics/print.js";
import { watchProgram } from "../../compiler/watch.js";
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

export interface CompileOptions {
  readonly external: readonly string[];
  readonly tsconfig?: string;
  readonly color: boolean;
}

/** Compiles the program of the file `entry`. Throws Faults as `build` does. */
export async function compile(entry: string, { color, ...options }: CompileOptions): Promise<Compiled> {
  return compiled(await build({ entry, ...options }), color);
}

/** Compiles now and after each change, until `stop` aborts. `changed` names files; it is empty the first time. */
export async function compileAndWatch(
  entry: string,
  { color, ...options }: CompileOptions,
  stop: AbortSignal,
  announce: (compiled: Compiled, changed: readonly string[]) => Promise<void>,
): Promise<void> {
  const session = new Session({ entry, ...options });
  await watchProgram(session, stop, ({ result, changed }) => announce(compiled(result, color), changed));
}

function compiled({ diagnostics, program }: BuildResult, color: boolean): Compiled {
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

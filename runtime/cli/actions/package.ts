/** `eventual package`: one file that runs a program, or any program, on a machine without Node. */
import { basename, extname } from "node:path";
import { EXIT } from "../exit.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { programFrom } from "../program-source.js";
import { makeExecutable, type Packaged } from "../toolchain.js";

export interface PackageCommand {
  readonly source?: string | undefined;
  readonly output?: string | undefined;
  readonly target?: string | undefined;
  readonly addon?: string | undefined;
  readonly node?: string | undefined;
  readonly sbom?: string | undefined;
  readonly strip: boolean;
  readonly external: readonly string[];
  readonly tsconfig?: string | undefined;
  readonly json: boolean;
}

const BYTES_PER_MB = 1_000_000;

/** Resolves with the exit code. Throws Faults for what cannot be read or made. */
export async function packageProgram(command: PackageCommand, output: Output): Promise<number> {
  const { source, target, addon, node, strip, sbom, json } = command;
  const program = source === undefined ? undefined : await programFrom(source, command, output);
  if (program === "refused") return EXIT.failed;
  const made = await makeExecutable({
    output: command.output ?? defaultName(source, target),
    strip,
    ...present({ program, target, addon, node, materials: sbom }),
    progress: (step) => output.note(`${output.notePaint("dim", `${step} …`)}`),
  });
  if (json) output.printJson({ ...made, ...present({ program: program?.hash, sbom }) });
  else output.print(summary(made));
  for (const note of made.notes) output.note(note);
  for (const name of program?.externals ?? []) {
    output.note(
      `The program needs the package ${name} beside it: run \`npm install ${name}\` in the executable's folder.`,
    );
  }
  return EXIT.ok;
}

/** `reminder` from `src/reminder.ts`; `reminder.exe` for Windows. */
function defaultName(source: string | undefined, target = ""): string {
  const name = source === undefined ? "eventual" : basename(source, extname(source));
  return target.startsWith("win32") ? `${name}.exe` : name;
}

function summary({ output, bytes, sha256 }: Packaged): string {
  return `${output} ${(bytes / BYTES_PER_MB).toFixed(1)} MB sha256:${sha256}`;
}

/** `eventual package`: one file that runs a program, or any program, on a machine without Node. */
import { basename, extname } from "node:path";
import { loadProgramFile } from "../client/program-file.js";
import type { Program } from "../protocol/program.js";
import { EXIT } from "./exit.js";
import { present } from "./options.js";
import type { Output } from "./output.js";
import { compile, makeExecutable, type Packaged } from "./toolchain.js";

export interface PackageCommand {
  readonly source?: string;
  readonly output?: string;
  readonly target?: string;
  readonly addon?: string;
  readonly sbom?: string;
  readonly strip: boolean;
  readonly external: readonly string[];
  readonly tsconfig?: string;
  readonly json: boolean;
}

const BYTES_PER_MB = 1_000_000;

/** Resolves with the exit code. Throws Faults for what cannot be read or made. */
export async function packageProgram(command: PackageCommand, output: Output): Promise<number> {
  const { source, target, addon, strip, sbom, json } = command;
  const loaded = await load(command, output);
  if (loaded === "refused") return EXIT.failed;
  const { program } = loaded;
  const made = await makeExecutable({
    output: command.output ?? defaultName(source),
    strip,
    ...present({ program, target, addon, materials: sbom }),
    progress: (step) => output.note(`${output.notePaint("dim", `${step} …`)}`),
  });
  if (json) output.printJson({ ...made, ...present({ program: program?.hash, sbom }) });
  else output.print(summary(made));
  for (const name of program?.externals ?? []) {
    output.note(
      `The program needs the package ${name} beside it: run \`npm install ${name}\` in the executable's folder.`,
    );
  }
  return EXIT.ok;
}

async function load(
  { source, external, tsconfig, json }: PackageCommand,
  output: Output,
): Promise<{ program?: Program } | "refused"> {
  if (source === undefined) return {};
  if (!/\.[cm]?tsx?$/.test(source)) return { program: await loadProgramFile(source) };
  const compiled = await compile(source, {
    external,
    ...present({ tsconfig }),
    color: output.noteColor,
  });
  if (compiled.text !== "") output.note(compiled.text.trimEnd());
  if (compiled.program !== undefined) return { program: compiled.program };
  if (json) output.printJson({ diagnostics: compiled.json });
  return "refused";
}

/** `reminder` from `src/reminder.ts`. */
function defaultName(source: string | undefined): string {
  return source === undefined ? "eventual" : basename(source, extname(source));
}

function summary({ output, bytes, sha256 }: Packaged): string {
  return `${output} ${(bytes / BYTES_PER_MB).toFixed(1)} MB sha256:${sha256}`;
}

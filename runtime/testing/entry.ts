/** From the file that a test names to the program that its engine runs. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadProgramFile } from "../client/program-file.js";
import { compile } from "./compile.js";
import type { DeployedProgram } from "./lives.js";

/** The program of a source or program file. Throws Fault EV8601 when it does not compile, and as reading it does. */
export async function programOf(entry: string | URL): Promise<DeployedProgram> {
  const file = typeof entry === "string" ? resolve(entry) : fileURLToPath(entry);
  const program = file.endsWith(".evp") ? await loadProgramFile(file) : await compile(file);
  return { program, resolveFrom: dirname(file) };
}

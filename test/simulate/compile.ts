import { fileURLToPath } from "node:url";
import { build } from "#compiler/build.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";

const ENTRY = fileURLToPath(new URL("../../../test/simulate/fixtures/program.ts", import.meta.url));

/** The program that runs scripts. */
export async function compileSimulation(): Promise<Program> {
  const { program, diagnostics } = await build({ entry: ENTRY });
  if (program === undefined) throw new Error(`the program does not compile: ${JSON.stringify(diagnostics)}`);
  return programSchema.parse(JSON.parse(program.text));
}

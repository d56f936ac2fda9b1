/** Programs of test/fixtures, compiled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "#compiler/build.js";
import { hasErrors } from "#compiler/diagnostics/diagnostic.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { ROOT } from "./root.js";

/** A file of test/fixtures, wherever the tests themselves have been compiled to. */
export function fixturePath(...path: readonly string[]): string {
  return join(ROOT, "test/fixtures", ...path);
}

const compiled = new Map<string, Promise<Program>>();

/** The program of an entry file, once per process. Fails the test if it does not compile. */
export function compiledProgram(entry: string): Promise<Program> {
  const known = compiled.get(entry) ?? compile(entry);
  compiled.set(entry, known);
  return known;
}

async function compile(entry: string): Promise<Program> {
  const { program, diagnostics } = await build({ entry });
  const text = printDiagnostics(diagnostics, { color: false });
  assert.ok(program !== undefined && !hasErrors(diagnostics), text);
  return programSchema.parse(JSON.parse(program.text));
}

/**
 * What lowered code looks like. Each folder of fixtures/lower holds input.ts, the code made of it (output.js) and the
 * machine in words (machine.txt): resume points with their places and the variables that are saved there.
 * UPDATE=1 writes both anew; read the difference before you commit it.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { lower } from "#compiler/lower/index.js";
import { generateText } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";
import type { FunctionEntry } from "#runtime/protocol/program.js";

const folder = new URL("../../../../test/compiler/fixtures/lower/", import.meta.url);

function describeFunction({ id, position, params, captures, points }: FunctionEntry): string {
  const lines = [`${id} (${params.join(", ")})  line ${position.line}`];
  if (captures.length > 0) lines.push(`  captures ${captures.join(", ")}`);
  for (const { pc, position: at, slots } of points) {
    lines.push(`  state ${pc}: awaits ${at.line}:${at.column}, saves ${slots.join(", ") || "nothing"}`);
  }
  return lines.join("\n");
}

function check(file: URL, actual: string): void {
  if (process.env.UPDATE) writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, "utf8"), fileURLToPath(file));
}

for (const name of readdirSync(folder)) {
  test(`lowered: ${name}`, () => {
    const source = readFileSync(new URL(`${name}/input.ts`, folder), "utf8");
    const file = parseModule(source, "input.ts", "module");
    const { functions } = lower(file, "input.ts");
    check(new URL(`${name}/output.js`, folder), `${generateText(file)}\n`);
    check(new URL(`${name}/machine.txt`, folder), `${functions.map(describeFunction).join("\n")}\n`);
  });
}

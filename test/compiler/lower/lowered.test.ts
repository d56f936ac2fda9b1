/**
 * Lowered code does what the original does. Method: each shape is run on Node as it is and lowered, with every value
 * that the compiler did not put into a slot lost at each suspension; the records must be equal.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { lower } from "#compiler/lower/index.js";
import { copyTree, generateText } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";
import { classShapes } from "./class-shapes.js";
import { nativeHelpers } from "./native-helpers.js";
import { shapes } from "./shapes.js";

type Main = (log: (...values: unknown[]) => void, wait: (value: unknown) => Promise<unknown>) => Promise<void>;

function wait(value: unknown): Promise<unknown> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
}

async function record(main: Main): Promise<string[]> {
  const lines: string[] = [];
  await main((...values) => void lines.push(values.map(show).join(" ")), wait);
  return lines;
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(show).join(", ")}]` : String(value);
}

function loweredMain(source: string): Main {
  // The compiler lowers a copy of the tree, as here.
  const file = copyTree(parseModule(source, "shape.js", "module"));
  lower(file, "shape.js");
  const code = generateText(file).replace(/^export /gm, "");
  const names = Object.keys(nativeHelpers);
  return new Function(...names, `"use strict"; ${code}\nreturn main;`)(...Object.values(nativeHelpers)) as Main;
}

for (const [title, body] of Object.entries({ ...shapes, ...classShapes })) {
  test(title, async () => {
    const source = `export async function main(log, wait) {${body}\n}`;
    const original = new Function(`"use strict"; ${source.replace("export ", "")}\nreturn main;`)() as Main;
    const expected = await record(original);
    assert.ok(expected.length > 0, "the shape records something");
    assert.deepEqual(await record(loweredMain(source)), expected);
  });
}

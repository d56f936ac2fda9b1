/**
 * The heap's tests once more, in the engine of the sandbox.
 * Method: each test file is bundled with small stand-ins for node:test and node:assert, and evaluated in QuickJS.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { getQuickJS } from "quickjs-emscripten";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function bundle(file: string): Promise<string> {
  const result = await build({
    entryPoints: [here(`./${file}.test.js`)],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2023",
    charset: "utf8",
    alias: { "node:test": here("./quickjs/test.js"), "node:assert/strict": here("./quickjs/assert.js") },
  });
  const [output] = result.outputFiles;
  assert.ok(output);
  return output.text;
}

interface Outcome {
  readonly name: string;
  readonly error?: string;
}

for (const file of ["values", "functions", "baseline", "runtime", "refusals", "iterators", "fuzz", "pristine"]) {
  test(`in QuickJS: ${file}`, async (context) => {
    const engine = await getQuickJS();
    const realm = engine.newContext();
    const script = `${await bundle(file)}\nJSON.stringify(outcomes)`;
    const outcomes = JSON.parse(
      realm.unwrapResult(realm.evalCode(script, "bundle.js")).consume(realm.getString),
    ) as Outcome[];
    realm.dispose();
    assert.ok(outcomes.length > 0);
    for (const { name, error } of outcomes) {
      await context.test(name, () => assert.equal(error, undefined));
    }
  });
}

/** The examples of docs/testing.md, put together as the files that they are, run under node:test. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/temp.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The blocks of one language, put together; imports first. */
function blocksOf(text: string, language: string): string {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, block]) => block,
  );
  assert.ok(blocks.length > 0, `there are blocks of ${language}`);
  return blocks.join("\n");
}

test("the examples of the testing guide pass", async (t) => {
  const folder = await temporaryFolder(t);
  const guide = readFileSync(join(ROOT, "docs/testing.md"), "utf8");
  const program = readFileSync(join(ROOT, "examples/testing/parcel.ts"), "utf8");
  assert.equal(blocksOf(guide, "ts"), program, "the guide shows the example's program");
  writeFileSync(join(folder, "parcel.ts"), program);
  writeFileSync(join(folder, "parcel.test.mjs"), blocksOf(guide, "js"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/eventual"));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", "parcel.test.mjs"], {
    ...{ cwd: folder, env, encoding: "utf8", timeout: 180_000 },
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /# pass 1[0-9]/);
});

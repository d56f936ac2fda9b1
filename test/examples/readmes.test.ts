/** The examples do what their READMEs say, each in a copy of its folder, if they show what one sees. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { followDocument, ROOT } from "../support/document.js";

const EXAMPLES = join(ROOT, "examples");
/** Inside the package, so that the copies import `eventual/testing` as a program with the package installed does. */
const COPIES = join(ROOT, "dist/examples");

const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const programs = names.filter((name) => readme(name).includes("\n```text\n"));

/** Not what a reader has left there who ran the example in its own folder. */
function isSource(file: string): boolean {
  return !/\.(?:evp|db|db-\w+|jsonl)$/.test(file);
}

function readme(name: string): string {
  return readFileSync(join(EXAMPLES, name, "README.md"), "utf8");
}

test("README.md lists the examples", () => {
  const listed = [...readme("").matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(([, name]) => name);
  assert.deepEqual(listed.toSorted(), names);
  assert.ok(programs.length >= 10);
});

describe("examples", { concurrency: 2 }, () => {
  for (const name of programs) {
    test(name, async () => {
      const copy = join(COPIES, name);
      rmSync(copy, { recursive: true, force: true });
      cpSync(join(EXAMPLES, name), copy, { recursive: true, filter: isSource });
      cpSync(join(EXAMPLES, "tsconfig.json"), join(COPIES, "tsconfig.json"));
      await followDocument(join(EXAMPLES, name, "README.md"), copy);
    });
  }
});

/** The examples do what their READMEs say, each in a copy of its folder. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { followDocument, ROOT } from "../support/document.js";

const EXAMPLES = join(ROOT, "examples");
/** Inside the package, so that the copies import `eventual/testing` as a program with the package installed does. */
const COPIES = join(ROOT, "dist/examples");
/**
 * Not run here: `testing` needs the network, for test frameworks (what it teaches is tested with the guide to testing);
 * `operations` holds files for the machine, no program.
 */
const APART: readonly string[] = ["operations", "testing"];

const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !APART.includes(entry.name))
  .map(({ name }) => name)
  .sort();

test("README.md lists the examples", () => {
  const text = readFileSync(join(EXAMPLES, "README.md"), "utf8");
  const listed = [...text.matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(([, name]) => name);
  assert.deepEqual(listed.toSorted(), [...names, ...APART].sort());
});

describe("examples", { concurrency: 2 }, () => {
  for (const name of names) {
    test(name, async () => {
      const copy = join(COPIES, name);
      rmSync(copy, { recursive: true, force: true });
      cpSync(join(EXAMPLES, name), copy, { recursive: true });
      cpSync(join(EXAMPLES, "tsconfig.json"), join(COPIES, "tsconfig.json"));
      await followDocument(join(EXAMPLES, name, "README.md"), copy);
    });
  }
});

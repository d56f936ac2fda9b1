/**
 * Goal: every code that the compiler can give is explained on a page of its own.
 * Method: the catalogue is compared with docs/errors.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMPILER_CODES, titleOf } from "#compiler/diagnostics/catalogue.js";
import { FIXTURES } from "./support.js";

for (const code of COMPILER_CODES) {
  test(`${code} has a page under its title`, () => {
    const page = readFileSync(join(FIXTURES, "../../../docs/errors", `${code}.md`), "utf8");
    assert.equal(page.split("\n", 1)[0], `# ${code}: ${titleOf(code)}`);
  });
}

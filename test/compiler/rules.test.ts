/**
 * Goal: every rule of workflow code reports what it forbids, where it stands, and nothing else.
 * Method: each folder of fixtures/errors is split and checked; the printed findings are compared with diagnostics.txt.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkProgram } from "#compiler/check/program.js";
import { COMPILER_CODES } from "#compiler/diagnostics/catalogue.js";
import { sortDiagnostics } from "#compiler/diagnostics/diagnostic.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";
import { openProject } from "#compiler/project/project.js";
import { loadModules } from "#compiler/split/graph.js";
import { splitSide } from "#compiler/split/split.js";
import { assertMatchesFile, FIXTURES, fixtureCases } from "./support.js";

for (const name of fixtureCases("errors")) {
  test(`the findings in ${name} are those expected`, () => {
    const folder = join(FIXTURES, "errors", name);
    const project = openProject(join(folder, "input.ts"));
    const { graph, diagnostics } = loadModules(project);
    const check = () => checkProgram(graph, splitSide(graph, "guest"), project.typeCheck().facts).diagnostics;
    const found = diagnostics.length > 0 ? [] : check();
    const text = printDiagnostics(sortDiagnostics([...diagnostics, ...found]), { color: false });
    assertMatchesFile(text, join(folder, "diagnostics.txt"));
  });
}

/** Only packages can contain these: the user's own modules are strict. Tested with packages. */
const ONLY_IN_PACKAGES = ["EV2025", "EV2032"];
/** Found by the lowering: manifest.test.ts. */
const LOWERING = ["EV2038"];

test("every code of the language rules has a fixture that shows it", () => {
  const texts = fixtureCases("errors").map((name) =>
    readFileSync(join(FIXTURES, "errors", name, "diagnostics.txt"), "utf8"),
  );
  const missing = COMPILER_CODES.filter(
    (code) => code.startsWith("EV2") && ![...ONLY_IN_PACKAGES, ...LOWERING].includes(code),
  ).filter((code) => !texts.some((text) => text.includes(code)));
  assert.deepEqual(missing, []);
});

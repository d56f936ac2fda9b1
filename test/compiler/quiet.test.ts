/**
 * Goal: `eventualc check` says nothing about programs that are right.
 * Method: the examples, as their READMEs build them, and the programs that use npm packages are built; whatever is
 * reported, warnings included, is a false alarm.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "#compiler/build.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function examples(): string[] {
  return readdirSync(join(ROOT, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const readme = readFileSync(join(ROOT, "examples", name, "README.md"), "utf8");
      const entries = [...readme.matchAll(/eventualc (?:build|check) (\S+\.ts)/g)].map(([, file]) => file as string);
      return [...new Set(entries)].map((file) => `examples/${name}/${file}`);
    });
}

function packagePrograms(): string[] {
  const folder = "test/programs/packages";
  return readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`);
}

const entries = [...examples(), ...packagePrograms()];

test("there are examples and programs of packages to look at", () => {
  assert.ok(examples().length >= 10 && packagePrograms().length >= 9, entries.join());
});

for (const entry of entries) {
  test(`nothing is found in ${entry}`, async () => {
    const { diagnostics } = await build({ entry: join(ROOT, entry) });
    assert.equal(printDiagnostics(diagnostics, { color: false }), printDiagnostics([], { color: false }));
  });
}

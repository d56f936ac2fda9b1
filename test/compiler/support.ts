/** What the compiler's tests share: the fixtures' folders and comparison with their expected texts. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute folder of the fixtures: they stay with the sources. */
export const FIXTURES = join(findPackage(dirname(fileURLToPath(import.meta.url))), "test/compiler/fixtures");

/** The case folders of a group of fixtures, by name. */
export function fixtureCases(group: string): readonly string[] {
  return readdirSync(join(FIXTURES, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Compares with the expected text in a file; with UPDATE=1 in the environment writes it instead. */
export function assertMatchesFile(actual: string, file: string): void {
  if (process.env.UPDATE === "1") writeFileSync(file, actual);
  assert.ok(existsSync(file), `${file} is missing: run the test with UPDATE=1 and review what it writes`);
  assert.equal(actual, readFileSync(file, "utf8"));
}

function findPackage(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : findPackage(dirname(folder));
}

/**
 * An author's tests run under node:test, vitest and jest: what examples/testing and docs/testing.md show, with the
 * package installed.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { installPackage } from "../support/package.js";
import { ROOT } from "../support/root.js";

/** In the checkout, where vitest and jest are found. */
const FOLDER = join(ROOT, "dist/frameworks");
const BIN = join(ROOT, "node_modules/.bin");
const LONGEST_MS = 500_000;
/** Of one test, on a machine that is busy with others. */
const LIMIT_MS = "400000";

interface Run {
  readonly code: number | null;
  readonly output: string;
}

function run(command: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Run> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(command, args, {
    ...{ cwd: FOLDER, env: { ...environment, NO_COLOR: "1", ...variables }, timeout: LONGEST_MS },
  });
  let output = "";
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

function vitest(...args: readonly string[]): Promise<Run> {
  return run(process.execPath, [
    ...[join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--testTimeout", LIMIT_MS, "--hookTimeout", LIMIT_MS],
    ...args,
  ]);
}

function jest(): Promise<Run> {
  return run(join(BIN, "jest"), ["--testTimeout", LIMIT_MS], { NODE_OPTIONS: "--experimental-vm-modules" });
}

function passes({ code, output }: Run, tests: RegExp): void {
  assert.equal(code, 0, output);
  assert.match(output, tests);
}

/** What the guide shows under a file's name. */
function shown(file: string): string {
  const guide = readFileSync(join(ROOT, "docs/testing.md"), "utf8");
  const [, text = ""] = new RegExp(`^\`\`\`\\w+ ${file}\\n([\\s\\S]*?)^\`\`\``, "m").exec(guide) ?? [];
  return text;
}

before(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  cpSync(join(ROOT, "examples/testing"), FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(FOLDER, "guide.vitest.ts"), shown("parcel.vitest.ts"));
  writeFileSync(join(FOLDER, "guide.jest.ts"), shown("parcel.vitest.ts").replace('"vitest"', '"@jest/globals"'));
  await installPackage(FOLDER);
});

test("the package has all that its commands need", async () => {
  const { dependencies } = JSON.parse(readFileSync(join(FOLDER, "node_modules/eventual/package.json"), "utf8"));
  assert.ok("@types/node" in dependencies, "programs of people who have no types of Node are checked with these");
  const command = (name: string) => join(FOLDER, "node_modules/eventual/dist", name);
  passes(
    await run(process.execPath, [command("eventualc"), "build", "parcel.ts", "-o", "parcel.evp"]),
    /^parcel\.evp [0-9a-f]/,
  );
  const started = ["run", "parcel.evp", "reminder", "--input", '"Ada"', "--virtual-clock", "--db", "parcel.db"];
  passes(await run(process.execPath, [command("eventual"), ...started]), /^"reminded Ada"/);
});

test("docs/testing.md shows the set-ups of examples/testing", () => {
  for (const file of ["vitest.config.mjs", "jest.config.mjs"]) {
    assert.equal(shown(file), readFileSync(join(ROOT, "examples/testing", file), "utf8"));
  }
});

test("the tests of examples/testing pass under node:test", async () => {
  passes(await run(process.execPath, ["--test", "--test-reporter=tap", "parcel.test.mjs"]), /# pass 3/);
});

for (const pool of ["forks", "threads"]) {
  test(`the tests of examples/testing and of the guide pass under vitest (${pool})`, async () => {
    passes(await vitest("--pool", pool), /Tests +8 passed \(8\)/);
  });
}

test("the tests of examples/testing and of the guide pass under jest", async () => {
  passes(await jest(), /Tests: +8 passed, 8 total/);
});

/**
 * The examples do what their READMEs say: each ```sh block is run as it stands, in a copy of the example's folder, and
 * must print to standard output what the ```text block after it shows, if there is one. A command that fails fails the
 * test. UPDATE=1 writes the ```text blocks anew.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";

const ROOT = packageFolder(import.meta.dirname);
const EXAMPLES = join(ROOT, "examples");
/** Inside the package, so that the copies import `eventual/testing` as a program with the package installed does. */
const COPIES = join(ROOT, "dist/examples");
/** Needs the network, for test frameworks; what it teaches is tested with the guide to testing. */
const APART = "testing";
const LONGEST_MS = 180_000;
const BLOCK = /^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;

function packageFolder(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageFolder(dirname(folder));
}

const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== APART)
  .map(({ name }) => name)
  .sort();

/** A shell as a reader has it: the two commands on the path, nothing that this test's runner adds. */
function readersEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, EVENTUAL_DB: __, ...environment } = process.env;
  return { ...environment, PATH: `${join(ROOT, "dist")}:${process.env.PATH}`, NO_COLOR: "1" };
}

/** What the commands print to standard output. The compiler must have nothing to say. */
async function printed(commands: string, cwd: string): Promise<string> {
  const options = { cwd, env: readersEnvironment(), timeout: LONGEST_MS };
  try {
    const { stdout, stderr } = await promisify(execFile)("bash", ["-e", "-o", "pipefail", "-c", commands], options);
    if (commands.startsWith("eventualc")) assert.equal(stderr, "", commands);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`these commands failed:\n${commands}\n${stdout}\n${stderr}`, { cause: error });
  }
}

test("README.md lists the examples", () => {
  const text = readFileSync(join(EXAMPLES, "README.md"), "utf8");
  const listed = [...text.matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(([, name]) => name);
  assert.deepEqual(listed.toSorted(), [...names, APART].sort());
});

describe("examples", { concurrency: 2 }, () => {
  for (const name of names) {
    test(name, async () => {
      const readme = join(EXAMPLES, name, "README.md");
      const copy = join(COPIES, name);
      rmSync(copy, { recursive: true, force: true });
      cpSync(join(EXAMPLES, name), copy, { recursive: true });
      cpSync(join(EXAMPLES, "tsconfig.json"), join(COPIES, "tsconfig.json"));
      let text = readFileSync(readme, "utf8");
      const blocks = [...text.matchAll(BLOCK)];
      assert.ok(
        blocks.some(([, , shown]) => shown !== undefined),
        "the README shows what one sees",
      );
      for (const [block, commands = "", shown] of blocks) {
        const output = await printed(commands, copy);
        if (shown === undefined) continue;
        if (process.env.UPDATE)
          text = text.replace(block, () => `${block.slice(0, -`${shown}\`\`\`\n`.length)}${output}\`\`\`\n`);
        else assert.equal(output, shown, `what is printed by\n${commands}`);
      }
      if (process.env.UPDATE) writeFileSync(readme, text);
    });
  }
});

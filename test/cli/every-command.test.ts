/**
 * Goal: no command without help, examples and refusals: those that are yet to be written too.
 * Method: the commands that the real command lists, each run as a process.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { eventual, ROOT } from "./support/eventual.js";

/** Names of commands in a help text; of a group with its actions. */
async function commandsIn(cwd: string): Promise<readonly (readonly string[])[]> {
  const { stdout } = await eventual(["--help"], { cwd });
  const names = [...stdout.matchAll(/^ {2}eventual ([a-z]+)/gm)].map(([, name = ""]) => name);
  const actions = await Promise.all(
    names.map(async (name) => {
      const help = (await eventual([name, "--help"], { cwd })).stdout;
      const found = [...help.matchAll(new RegExp(`^ {2}eventual ${name} ([a-z]+)[ \\n]`, "gm"))];
      const isGroup = /^Commands:/m.test(help);
      return isGroup ? found.map(([, action = ""]) => [name, action]) : [[name]];
    }),
  );
  return actions.flat();
}

test("every command has help with an example, refuses what it does not know, and is run by a test", async (t) => {
  const cwd = await temporaryFolder(t);
  const commands = await commandsIn(cwd);
  assert.ok(commands.length > 30, String(commands));
  const folder = join(ROOT, "test/cli");
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  for (const words of commands) {
    const name = words.join(" ");
    const help = await eventual([...words, "--help"], { cwd });
    assert.equal(help.code, 0, name);
    assert.match(help.stdout, new RegExp(`Examples:\\n +eventual ${name}`), name);
    const unknown = await eventual([...words, "--no-such-option"], { cwd });
    assert.equal(unknown.code, 2, `${name}: ${unknown.stderr}`);
    assert.match(unknown.stderr, /^error EV82\d\d: /, name);
    const used = words.map((word) => `"${word}"`).join(", ");
    assert.ok(tests.includes(used) || name === "package", `${name}: no test of test/cli runs it`);
  }
});

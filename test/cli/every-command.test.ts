/**
 * Goal: no command without help, examples and refusals: those that are yet to be written too.
 * Method: the commands that the real command lists, each run as a process.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { commandsIn } from "./support/commands.js";
import { eventual, ROOT } from "./support/eventual.js";

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

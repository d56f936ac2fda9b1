/**
 * Documents that are programs: their ```sh blocks are run as they stand, in order, in one folder. What a block prints to
 * standard output must be what the ```text block after it shows, if there is one; a command that fails fails the test.
 * A block with a file's name behind its language is written to that file. UPDATE=1 writes the ```text blocks anew.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./root.js";

export { ROOT };

const LONGEST_MS = 180_000;
const BLOCK = /^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```\n/gm;

/** A shell as a reader has it: the two commands on the path, nothing that this test's runner adds. */
function readersEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, EVENTUAL_DB: __, ...environment } = process.env;
  return { ...environment, EVENTUAL: ROOT, PATH: `${join(ROOT, "dist")}:${process.env.PATH}`, NO_COLOR: "1" };
}

/** What the commands print to standard output. When they do nothing but compile, the compiler must have nothing to say. */
async function printed(commands: string, cwd: string): Promise<string> {
  const options = { cwd, env: readersEnvironment(), timeout: LONGEST_MS };
  try {
    const { stdout, stderr } = await promisify(execFile)("bash", ["-e", "-o", "pipefail", "-c", commands], options);
    if (/^(?:eventualc .*\n)+$/.test(commands)) assert.equal(stderr, "", commands);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`these commands failed:\n${commands}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Does what the document says in `folder`, and compares what is seen with what it shows. */
export async function followDocument(path: string, folder: string): Promise<void> {
  const text = readFileSync(path, "utf8");
  let renewed = "";
  let end = 0;
  let seen: { readonly commands: string; readonly output: string } | undefined;
  let compared = 0;
  for (const { 0: block, 1: language, 2: file, 3: code = "", index } of text.matchAll(BLOCK)) {
    renewed += text.slice(end, index);
    end = index + block.length;
    if (language === "text" && seen !== undefined) {
      if (!process.env.UPDATE) assert.equal(seen.output, code, `what is printed by\n${seen.commands}`);
      renewed += `\`\`\`text\n${seen.output}\`\`\`\n`;
      compared += 1;
    } else renewed += block;
    seen = language === "sh" ? { commands: code, output: await printed(code, folder) } : undefined;
    if (file !== undefined) writeFileSync(join(folder, file), code);
  }
  assert.ok(compared > 0, `${path} shows what one sees`);
  if (process.env.UPDATE) writeFileSync(path, renewed + text.slice(end));
}

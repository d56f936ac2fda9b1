/**
 * Goal: `eventual dev` runs a program, shows what is wrong after a change and goes on, deploys what is right, and shows logs.
 * Method: the built command on a source file that the test rewrites.
 */
import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { eventual, eventually, ROOT, startEventual } from "./support/eventual.js";

const source = (greeting: string, whom = "name") => `
import { workflow } from "eventual";
export const greet = workflow("greet", async (name: string) => {
  console.log("greeting", name);
  return \`${greeting} \${${whom}}\`;
});
`;

test("compile, run, change, fail, change again", async (t) => {
  const cwd = await temporaryFolder(t);
  await symlink(join(ROOT, "node_modules"), join(cwd, "node_modules"));
  const config = { compilerOptions: { strict: true, module: "nodenext", target: "es2023", types: [] } };
  await writeFile(join(cwd, "tsconfig.json"), JSON.stringify(config));
  await writeFile(join(cwd, "main.ts"), source("Hello"));
  const dev = startEventual(["dev", "main.ts"], { cwd });
  let said = "";
  for (const stream of [dev.process.stdout, dev.process.stderr]) {
    stream?.on("data", (text: string) => {
      said += text;
    });
  }
  t.after(() => void dev.process.kill("SIGKILL"));
  const says = (pattern: RegExp) => eventually(String(pattern), () => pattern.test(said) || undefined);
  const greet = async (id: string) =>
    (await eventual(["start", "greet", "--id", id, "--input", '"Ada"', "--wait", "--db", "main.dev.db"], { cwd }))
      .stdout;
  await says(/Running greet on main\.dev\.db/);
  assert.equal(await greet("a"), '"Hello Ada"\n');
  await says(/greet\/a .*info greeting Ada/);
  await writeFile(join(cwd, "main.ts"), source("Hello", "nobody"));
  await says(/EV1004: Cannot find name 'nobody'/);
  assert.equal(await greet("b"), '"Hello Ada"\n', "the last good program stays");
  await writeFile(join(cwd, "main.ts"), source("Good day"));
  await says(/Deployed [0-9a-f]{12}: greet\./);
  assert.equal(await greet("c"), '"Good day Ada"\n');
  dev.process.kill("SIGTERM");
  assert.equal((await dev.ended).code, 0);
});

/**
 * Goal: a global of Node.js is either there in workflow code or refused when the program is compiled, never a surprise
 * at run time.
 * Method: a workflow is run that says which of the names of Node's global object it does not find.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { build } from "#compiler/build.js";
import { REFUSED_GLOBALS } from "#compiler/check/rules/globals.js";
import { writeWhole } from "#compiler/program/write.js";
import { WEB_GLOBALS } from "#compiler/project/web-globals.js";
import { temporaryFolder } from "../support/temp.js";
import { writeFiles } from "./support.js";

const EVENTUAL = fileURLToPath(new URL("../../eventual", import.meta.url));
const WEB = Object.keys(WEB_GLOBALS);
const MAIN = `import { workflow } from "eventual";
const web = { ${WEB.map((name) => `${name}: typeof ${name}`).join(", ")} };
const asked = { ${WEB.map((name) => `${name}: typeof globalThis.${name}`).join(", ")} };
export const main = workflow("main", async (names: string[]) => ({
  missing: names.filter((name) => !(name in globalThis)),
  web: Object.values(web),
  asked: Object.values(asked),
}));
`;

test("what Node has and the sandbox lacks is refused by EV2001", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "package.json": "{}", "main.ts": MAIN });
  const { program } = await build({ entry: join(folder, "main.ts") });
  await writeWhole(join(folder, "main.evp"), program?.text ?? "");
  // A module of its own process: packages loaded here, and `node -e`, add names.
  await writeFiles(folder, { "names.mjs": "console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis)));" });
  const names: unknown = JSON.parse(
    spawnSync(process.execPath, [join(folder, "names.mjs")], { encoding: "utf8" }).stdout,
  );
  const args = ["run", "main.evp", "main", "--input", JSON.stringify(names)];
  const { stdout } = spawnSync(process.execPath, [EVENTUAL, ...args], { cwd: folder, encoding: "utf8" });
  const { missing, web, asked } = z
    .object({ missing: z.array(z.string()), web: z.array(z.string()), asked: z.array(z.string()) })
    .parse(JSON.parse(stdout));
  assert.ok(missing.includes("process"), stdout);
  assert.deepEqual(
    [...web, ...asked],
    [...WEB, ...WEB].map(() => "function"),
  );
  // Names that only some versions of Node have, and none of them to be refused, are listed with the reason.
  assert.deepEqual(
    missing.filter((name) => !REFUSED_GLOBALS.includes(name) && !EXPERIMENTAL.has(name) && !WEB.includes(name)),
    [],
  );
});

/** Behind a flag or a version; a program that uses one does not type-check with the types of Node 20. */
const EXPERIMENTAL = new Set(["CloseEvent", "Storage", "Navigator", "URLPattern", "QuotaExceededError", "ErrorEvent"]);

/** The API's types as a project sees them that has neither DOM nor Node types: workflows need neither. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { temporaryFolder } from "../support/temp.js";

const ROOT = join(import.meta.dirname, "../../..");

test("the types stand without DOM and Node types", async (t) => {
  const folder = await temporaryFolder(t);
  const api = JSON.stringify(join(ROOT, "runtime/api/index.js"));
  await writeFile(
    join(folder, "program.ts"),
    `import { duration, task, workflow } from ${api};
     const send = task("send", async (to: string, ctx) => { ctx.signal.throwIfAborted(); return to.length; });
     export const remind = workflow("remind", async (to: string) => { await duration(1, "day"); return await send(to); });
     // @ts-expect-error another type
     workflow("wrong", async () => { await send(1); });`,
  );
  const compilerOptions = {
    ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
    ...{ target: "ES2023", lib: ["ES2023"], types: [], module: "NodeNext" },
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const run = promisify(execFile)(process.execPath, [compiler, "-p", folder]);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  assert.equal(stdout, "");
});

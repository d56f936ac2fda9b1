/**
 * Goal: a watching compiler sees every change, does only what is needed, and ends when it is told to.
 * Method: the built command watches temporary projects; each step waits for the line that the step before causes.
 */
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build, Session } from "#compiler/build.js";
import { temporaryFolder } from "../support/temp.js";
import { REMINDER, writeFiles } from "./support.js";

const COMMAND = fileURLToPath(new URL("../../eventualc", import.meta.url));
const MAIN = REMINDER["src/main.ts"] ?? "";

interface Round {
  readonly changed: readonly string[];
  readonly hash?: string;
  readonly diagnostics: readonly { readonly code: string; readonly line: number }[];
}

interface Watching {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly lines: AsyncIterator<string>;
}

function watching(t: TestContext, folder: string, ...args: readonly string[]): Watching {
  const child = spawn(process.execPath, [COMMAND, ...args, "--watch"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  t.after(() => child.kill("SIGKILL"));
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

async function line({ lines }: Watching): Promise<string> {
  const { value, done } = await lines.next();
  assert.ok(done !== true, "the command ended");
  return value;
}

async function round(each: Watching): Promise<Round> {
  return JSON.parse(await line(each));
}

/** One change: the file is never seen half written. */
async function replace(folder: string, path: string, text: string): Promise<void> {
  const temporary = join(folder, "replacement.tmp");
  await writeFile(temporary, text);
  await rename(temporary, join(folder, path));
}

async function ended({ child }: Watching): Promise<number | null> {
  const exit = once(child, "exit");
  child.kill("SIGINT");
  const [code] = await exit;
  return code;
}

test("build --watch writes the program again after each change, and says what is wrong in between", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const watcher = watching(t, folder, "build", "src/main.ts", "-o", "main.evp", "--json");
  const written = () => JSON.parse(readFileSync(join(folder, "main.evp"), "utf8")).hash;
  const first = await round(watcher);
  assert.deepEqual([first.changed, first.hash], [[], written()]);

  await replace(folder, "src/main.ts", MAIN.replace('1, "day"', '2, "days"'));
  const second = await round(watcher);
  assert.deepEqual([second.changed, second.hash], [["src/main.ts"], written()]);
  assert.notEqual(second.hash, first.hash);

  await replace(folder, "src/email.ts", "export const emailClient = { send: (to: string) => to };\n");
  const third = await round(watcher);
  assert.deepEqual([third.changed, third.hash, third.diagnostics[0]?.code], [["src/email.ts"], undefined, "EV1004"]);
  assert.equal(written(), second.hash);

  await rm(join(folder, "src/email.ts"));
  const fourth = await round(watcher);
  assert.deepEqual([fourth.changed, fourth.diagnostics[0]?.code], [["src/email.ts"], "EV1004"]);

  await writeFiles(folder, REMINDER);
  for (let last = await round(watcher); last.hash !== first.hash; last = await round(watcher));
  assert.equal(await ended(watcher), 0);
});

test("check --watch tells people what changed, what is wrong, and how long it took", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const watcher = watching(t, folder, "check", "src/main.ts");
  assert.match(await line(watcher), /^nothing found \(\d+ ms\)$/);
  await replace(folder, "src/main.ts", MAIN.replace("await sendReminder", "sendReminder"));
  assert.equal(await line(watcher), "");
  assert.equal(await line(watcher), "changed src/main.ts");
  assert.match(await line(watcher), /^src\/main\.ts:6:5: warning EV2034: /);
  let last = "";
  for (; !last.startsWith("waiting"); last = await line(watcher));
  assert.match(last, /^waiting for changes \(\d+ ms\)$/);
  assert.equal(await ended(watcher), 0);
});

test("a session builds what a fresh build gives, whatever was built before", async (t) => {
  const folder = await temporaryFolder(t);
  const files: Record<string, string> = {
    ...REMINDER,
    "src/main.ts": `${MAIN}export { plan } from "./plan";\nimport { limit } from "./plan";\nexport const other = workflow("other", async () => limit(3));\n`,
    "src/plan.ts":
      'import { duration } from "eventual";\nexport const plan = 1;\nexport const limit = async (n: number) => { await duration(n); return n; };\n',
  };
  await writeFiles(folder, files);
  const entry = join(folder, "src/main.ts");
  const session = new Session({ entry });
  const edits: readonly Readonly<Record<string, string>>[] = [
    {},
    { "src/plan.ts": (files["src/plan.ts"] ?? "").replace("return n", "return n + plan") },
    { "src/plan.ts": (files["src/plan.ts"] ?? "").replace("return n;", "return String(n);") },
    { "src/main.ts": MAIN },
    { "src/main.ts": `${MAIN}export { limit } from "./plan";\n` },
    { "src/plan.ts": "export const limit = (n: string) => n * 1;\n" },
    { "src/plan.ts": "export const limit = (" },
    files,
  ];
  for (const edit of edits) {
    await writeFiles(folder, edit);
    const [again, fresh] = [await session.build(), await build({ entry })];
    assert.equal(again.program?.hash, fresh.program?.hash);
    assert.deepEqual(again.diagnostics, fresh.diagnostics);
  }
});

test("after an edit only the changed module is compiled again, and nothing of the packages", async (t) => {
  const folder = await temporaryFolder(t);
  const step = (by: number) =>
    `import { duration } from "eventual";\nexport const step = async (n: number) => { await duration(${by}); return n; };\n`;
  await writeFiles(folder, {
    ...REMINDER,
    "node_modules/sum/package.json": '{ "name": "sum", "type": "module", "main": "index.js", "types": "index.d.ts" }',
    "node_modules/sum/index.d.ts": "export declare const sum: (a: number, b: number) => number;\n",
    "node_modules/sum/index.js": 'import { add } from "./add.js";\nexport const sum = (a, b) => add(a, b);\n',
    "node_modules/sum/add.js": "export const add = (a, b) => a + b;\n",
    "src/step.ts": step(1),
    "src/main.ts": `${MAIN}import { sum } from "sum";\nimport { step } from "./step";\nexport const other = workflow("other", async () => sum(await step(1), 2));\n`,
  });
  const session = new Session({ entry: join(folder, "src/main.ts") });
  const first = await session.build();
  assert.deepEqual(
    first.program?.compiled.filter((id) => !id.startsWith("eventual:")),
    ["npm:sum/add.js", "npm:sum/index.js", "src/main.ts", "src/step.ts"],
  );
  await writeFiles(folder, { "src/step.ts": step(2) });
  const second = await session.build();
  assert.deepEqual(second.program?.compiled, ["src/step.ts"]);
  assert.notEqual(second.program?.hash, first.program?.hash);
  assert.deepEqual((await session.build()).program?.compiled, []);
});

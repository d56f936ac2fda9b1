/**
 * Goal: a program is one artifact that depends on its sources alone, and both its halves run.
 * Method: projects in temporary folders are built; the halves are evaluated with stand-ins for the runtime.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { TraceMap, traceSegment } from "@jridgewell/trace-mapping";
import { type BuiltProgram, build } from "#compiler/build.js";
import { sizesText } from "#compiler/diagnostics/sizes.js";
import { createHostApi, HOST_KEY, type TaskRegistry } from "#runtime/api/host.js";
import { programContent } from "#runtime/protocol/canonical.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { temporaryFolder } from "../support/temp.js";
import { REMINDER, writeFiles } from "./support.js";

async function buildProgram(folder: string, external: readonly string[] = []): Promise<BuiltProgram> {
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts"), external });
  assert.deepEqual(diagnostics, []);
  assert.ok(program);
  return program;
}

function read(program: BuiltProgram): Program {
  return programSchema.parse(JSON.parse(program.text));
}

/** Imports host code as a task worker does. Gives its tasks. */
async function importHost(folder: string, { host }: Program): Promise<TaskRegistry> {
  const registry: TaskRegistry = new Map();
  const file = join(folder, "host.mjs");
  await writeFile(file, host.code);
  Reflect.set(globalThis, HOST_KEY, createHostApi({ tasks: registry }));
  await import(pathToFileURL(file).href);
  return registry;
}

test("equal sources in different folders give equal bytes without a trace of the folder", async (t) => {
  const texts: string[] = [];
  for (let i = 0; i < 2; i++) {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, REMINDER);
    const { text } = await buildProgram(folder);
    assert.ok(!text.includes(folder));
    texts.push(text);
  }
  assert.equal(texts[0], texts[1]);
});

test("the hash covers the whole content, whatever the order of its keys", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const program = await buildProgram(folder);
  const content = read(program);
  assert.equal(content.hash, program.hash);
  assert.equal(createHash("sha256").update(programContent(content)).digest("hex"), program.hash);
  const changed = { ...content, host: { ...content.host, code: `${content.host.code} ` } };
  assert.notEqual(createHash("sha256").update(programContent(changed)).digest("hex"), program.hash);
});

test("the manifest names workflows, tasks and signals with their places", async (t) => {
  const folder = await temporaryFolder(t);
  const more = 'import { signal } from "eventual";\nexport const stop = signal<string>("stop");\n';
  const main = `${REMINDER["src/main.ts"]}export * from "./signals.js";\n`;
  await writeFiles(folder, { ...REMINDER, "src/main.ts": main, "src/signals.ts": more });
  const { manifest } = await buildProgram(folder);
  assert.equal(manifest.entry, "src/main.ts");
  assert.deepEqual(manifest.workflows, [
    { name: "reminder", module: "src/main.ts", position: { line: 3, column: 33 } },
  ]);
  assert.deepEqual(manifest.tasks, [
    { name: "sendReminder", module: "src/main.ts", position: { line: 9, column: 22 } },
  ]);
  assert.deepEqual(manifest.signals, [{ name: "stop", module: "src/signals.ts", position: { line: 2, column: 21 } }]);
});

test("the guest's half is an expression that evaluates to a factory, and knows no task body", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { guest } = read(await buildProgram(folder));
  assert.equal(typeof runInThisContext(guest.code), "function");
  assert.ok(!guest.code.includes("reminder message"));
  assert.ok(!guest.code.includes("node:fs"));
});

test("the host's half runs its tasks, and knows no workflow body", async (t) => {
  const folder = await temporaryFolder(t);
  const email = 'export const emailClient = { send: async (to: string, text: string) => to + ": " + text };\n';
  const main = REMINDER["src/main.ts"]?.replace("await emailClient", "return await emailClient") ?? "";
  await writeFiles(folder, { ...REMINDER, "src/main.ts": main, "src/email.ts": email });
  const program = read(await buildProgram(folder));
  assert.ok(!program.host.code.includes("while (true)"));
  const tasks = await importHost(folder, program);
  const handler = tasks.get("sendReminder")?.handler;
  assert.equal(await Reflect.apply(handler ?? assert.fail(), undefined, ["a@b.c"]), "a@b.c: reminder message");
});

test("source maps lead from both halves to the user's lines", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { guest, host } = read(await buildProgram(folder));
  for (const [half, text, line] of [
    [guest, "reminderWorkflow = workflow(", 3],
    [host, '"reminder message"', 10],
  ] as const) {
    const before = half.code.slice(0, half.code.indexOf(text)).split("\n");
    const map = new TraceMap(half.map);
    const segment = traceSegment(map, before.length - 1, before.at(-1)?.length ?? 0);
    assert.ok(segment !== null && segment.length > 1);
    assert.equal(map.sources[segment[1] ?? -1], "src/main.ts");
    assert.equal((segment[2] ?? -1) + 1, line);
    assert.equal(map.sourcesContent?.[segment[1] ?? -1], REMINDER["src/main.ts"]);
  }
});

const PACKAGES: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "app", "type": "module" }',
  "node_modules/plain/package.json":
    '{ "name": "plain", "version": "1.2.3", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/plain/index.js": 'exports.where = () => __dirname; exports.os = () => require("os").platform();',
  "node_modules/plain/index.d.ts": "export function where(): string;\nexport function os(): string;\n",
  "node_modules/native/package.json":
    '{ "name": "native", "gypfile": true, "main": "index.js", "types": "index.d.ts" }',
  "node_modules/native/index.js": "exports.fast = () => 42;",
  "node_modules/native/index.d.ts": "export function fast(): number;\n",
  "node_modules/gen/package.json":
    '{ "name": "gen", "type": "module", "exports": "./index.js", "types": "./index.d.ts" }',
  "node_modules/gen/index.js": "export function* numbers() { yield 1; }\n",
  "node_modules/gen/index.d.ts": "export function numbers(): Generator<number>;\n",
  "node_modules/sloppy/package.json": '{ "name": "sloppy", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/sloppy/index.js": 'var os = require("os");\nvar x = 1;\nwith ({}) {}\ndelete x;\nexports.x = os;\n',
  "node_modules/sloppy/index.d.ts": "export const x: unknown;\n",
  "node_modules/esm/package.json": '{ "name": "esm", "type": "module", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/esm/index.js": "export const twice = (n) => n * 2;\nexport const unused = 1;\n",
  "node_modules/esm/index.d.ts": "export function twice(n: number): number;\n",
};
const APP = `import { task, workflow } from "eventual";
import { where, os } from "plain";
import { fast } from "native";
export const main = workflow("main", async () => facts());
export const facts = task("facts", async () => [where(), os(), fast()]);
`;

test("packages that tasks use are bundled, CommonJS ones too; native ones stay outside", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { ...PACKAGES, "src/main.ts": APP });
  const program = read(await buildProgram(folder));
  assert.deepEqual(program.externals, ["native"]);
  const tasks = await importHost(folder, program);
  const facts = await Reflect.apply(tasks.get("facts")?.handler ?? assert.fail(), undefined, []);
  assert.deepEqual(facts, [folder, process.platform, 42]);
});

test("a package can be left outside by name", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { ...PACKAGES, "src/main.ts": APP });
  const program = read(await buildProgram(folder, ["plain"]));
  assert.deepEqual(program.externals, ["native", "plain"]);
});

test("packages that workflows use are linked into the guest under ids of their own", async (t) => {
  const folder = await temporaryFolder(t);
  const main = `import { workflow } from "eventual";\nimport { twice } from "esm";\nexport const main = workflow("main", async (n: number) => twice(n));\n`;
  await writeFiles(folder, { ...PACKAGES, "src/main.ts": main });
  const { manifest } = await buildProgram(folder);
  assert.deepEqual(
    manifest.modules.map(({ id }) => id),
    ["npm:esm/index.js", "src/main.ts"],
  );
});

test("packages outside of the project leave no path that depends on where it lies", async (t) => {
  const folder = await temporaryFolder(t);
  const app = join(folder, "deep/app");
  const { "package.json": json, ...packages } = PACKAGES;
  await writeFiles(folder, packages);
  await writeFiles(app, { "package.json": json ?? "", "src/main.ts": APP });
  const { text } = await buildProgram(app);
  assert.ok(text.includes("npm:plain/index.js"));
  assert.ok(!text.includes("../node_modules"));
});

test("what cannot be lowered in a package is reported against the package", async (t) => {
  const folder = await temporaryFolder(t);
  const main = `import { workflow } from "eventual";\nimport { numbers } from "gen";\nimport { x } from "sloppy";\nexport const main = workflow("main", async () => [x, ...numbers()]);\n`;
  await writeFiles(folder, { ...PACKAGES, "src/main.ts": main });
  const { diagnostics } = await build({ entry: join(folder, "src/main.ts") });
  assert.deepEqual(
    diagnostics.map(({ code, file, line }) => [code, file, line]),
    [
      ["EV2004", "node_modules/sloppy/index.js", 1],
      ["EV2025", "node_modules/sloppy/index.js", 3],
      ["EV2032", "node_modules/sloppy/index.js", 4],
    ],
  );
  assert.match(diagnostics[0]?.message ?? "", /in the package `sloppy`/);
});

test("an import that leads nowhere is reported where it is written, for either half", async (t) => {
  const folder = await temporaryFolder(t);
  const declared =
    'declare module "nowhere" { export function f(): number; }\ndeclare module "lost" { export function g(): number; }\n';
  const main = `/// <reference path="./missing.d.ts" />
import { task, workflow } from "eventual";
import { f } from "nowhere";
import { g } from "lost";
export const main = workflow("main", async () => f() + (await t()));
const t = task("t", async () => g());
`;
  await writeFiles(folder, { "package.json": "{}", "src/missing.d.ts": declared, "src/main.ts": main });
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts") });
  assert.equal(program, undefined);
  assert.deepEqual(
    diagnostics.map(({ code, file, line, column }) => [code, file, line, column]),
    [
      ["EV3001", "src/main.ts", 3, 19],
      ["EV3001", "src/main.ts", 4, 19],
    ],
  );
});

test("a failed build leaves nothing behind in the project", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  await buildProgram(folder);
  await assert.rejects(readFile(join(folder, "program.js")), { code: "ENOENT" });
});

test("a build's sizes are told in words", () => {
  assert.equal(
    sizesText({ workflowSource: 970_000, workflow: 1_190_000, tasks: 2000 }),
    "workflow code: 1,190,000 bytes from 970,000 (1.23 times), with packages; task code: 2,000 bytes",
  );
  assert.match(sizesText({ workflowSource: 0, workflow: 10, tasks: 0 }), /10 bytes from 0, with packages/);
});

/** Loading host code: where it finds its packages, what its stacks say, and how it can fail. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { Fault } from "#runtime/protocol/fault.js";
import { temporaryFolder } from "../support/temp.js";
import { Barrier, Harness, programOf } from "./support.js";

test("each program has tasks of its own, even of the same name", async (t) => {
  const harness = new Harness(t, { threads: 2 });
  const first = programOf(`task("who", () => "first"); globalThis.shared ??= 1;`);
  const second = programOf(`task("who", () => "second");`);
  await Promise.all([harness.pool.load(first), harness.pool.load(second), harness.pool.load(first)]);
  const runs = Array.from({ length: 20 }, (_, index) => harness.run(index % 2 === 0 ? first : second, "who"));
  const expected = runs.map((_, index) => (index % 2 === 0 ? "first" : "second"));
  assert.deepEqual(await Promise.all(runs), expected);
});

test("a call for a program that was not loaded is answered with an error", async (t) => {
  const harness = new Harness(t);
  await assert.rejects(harness.run(programOf(""), "any"), { name: "ProgramUnavailable", code: "EV7012" });
});

test("a module that throws is refused with its stack, and the pool goes on", async (t) => {
  const harness = new Harness(t);
  const broken = programOf(`function connect() { throw new Error("no database"); }\nconnect();`);
  await assert.rejects(harness.pool.load(broken), (fault) => {
    assert.ok(fault instanceof Fault);
    assert.equal(fault.code, "EV7010");
    assert.match(fault.message, /Error: no database\n.*at connect /);
    assert.notEqual(fault.remedy, "");
    return true;
  });
  const sound = programOf(`task("fine", () => "fine");`);
  await harness.pool.load(sound);
  assert.equal(await harness.run(sound, "fine"), "fine");
});

test("a module that does not parse is refused", async (t) => {
  const harness = new Harness(t);
  await assert.rejects(harness.pool.load(programOf("task(;")), { code: "EV7010", message: /SyntaxError/ });
});

test("two tasks of one name are refused", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("send", () => 1); task("send", () => 2);`);
  await assert.rejects(harness.pool.load(program), { code: "EV7003", message: /"send"/ });
});

test("a wrong definition is refused under its own code", async (t) => {
  const harness = new Harness(t);
  await assert.rejects(harness.pool.load(programOf(`task("", () => 1);`)), { code: "EV7002" });
  await assert.rejects(harness.pool.load(programOf(`task("send", "handler");`)), { code: "EV7002" });
});

test("a failed load can be tried again", async (t) => {
  const folder = await temporaryFolder(t);
  const harness = new Harness(t);
  const program = programOf(`import { value } from "late-package"; task("value", () => value);`, {
    resolveFrom: folder,
  });
  await assert.rejects(harness.pool.load(program), { code: "EV7010", message: /late-package/ });
  await installPackage(folder, "late-package", "export const value = 'here';");
  await harness.pool.load(program);
  assert.equal(await harness.run(program, "value"), "here");
});

test("a module that ends or hangs its thread is refused and disturbs no running call", async (t) => {
  const harness = new Harness(t, { threads: 1 }, { loadMs: 10_000 });
  const barrier = new Barrier(t, "load-beside");
  const program = programOf(`task("slow", async () => { await barrier("load-beside").wait("in"); return "done"; });`);
  await harness.pool.load(program);
  const running = harness.run(program, "slow");
  await barrier.heard("in");
  await assert.rejects(harness.pool.load(programOf("process.exit(3);")), {
    code: "EV7010",
    message: /process\.exit\(3\)/,
  });
  await assert.rejects(harness.pool.load(programOf("for (;;);")), { code: "EV7010", message: /10 seconds/ });
  await assert.rejects(harness.pool.load(programOf("await new Promise(() => {});")), { code: "EV7010" });
  barrier.release("in");
  assert.equal(await running, "done");
  assert.deepEqual(harness.deaths, []);
});

test("packages are found from resolveFrom and the folders above, as ES modules and as CommonJS", async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, "packages/shop");
  await mkdir(folder, { recursive: true });
  await installPackage(root, "hoisted", "export const where = 'outer';");
  await installPackage(root, "both", "export const where = 'outer';");
  await installPackage(folder, "both", "export const where = 'inner';");
  await installPackage(folder, "@scope/user", "import { where } from 'both'; export const seen = where;");
  await mkdir(join(folder, "node_modules/old"), { recursive: true });
  await writeFile(join(folder, "node_modules/old/index.js"), "exports.kind = 'commonjs';");
  const harness = new Harness(t);
  const program = programOf(
    `import { where as outer } from "hoisted";
     import { where as inner } from "both";
     import { seen } from "@scope/user";
     import { kind } from "old";
     import { basename } from "node:path";
     task("packages", async () => [outer, inner, seen, kind, basename("/a/b"), (await import("hoisted")).where]);`,
    { resolveFrom: folder },
  );
  await harness.pool.load(program);
  assert.deepEqual(await harness.run(program, "packages"), ["outer", "inner", "inner", "commonjs", "b", "outer"]);
});

test("stacks name the author's source lines, and nothing of this machine", async (t) => {
  const folder = await temporaryFolder(t);
  const source = `const { task } = (globalThis as any)[Symbol.for("eventual.host")];
interface Mail { readonly to: string }

task("send", async (mail: Mail) => {
  await null;
  throw new Error("bounced");
});
`;
  const { code, map } = await transform(source, {
    loader: "ts",
    minify: true,
    sourcemap: "external",
    sourcefile: "src/mail.ts",
  });
  const harness = new Harness(t);
  const program = { hash: "mapped", code, map, resolveFrom: folder };
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "send", { to: "Ada" }), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.stack, "Error: bounced\n    at <anonymous> (src/mail.ts:6:9)");
    return true;
  });
});

test("a workflow's definition is a reference in host code", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    const checkout = workflow("checkout");
    task("start", async () => checkout.workflowName);
    task("run", () => checkout.handler());
  `);
  await harness.pool.load(program);
  assert.equal(await harness.run(program, "start"), "checkout");
  await assert.rejects(harness.run(program, "run"), { name: "Fault", code: "EV7001" });
});

test("host code lies in a private folder that is gone after close", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("where", () => import.meta.url);`);
  await harness.pool.load(program);
  const file = fileURLToPath(String(await harness.run(program, "where")));
  assert.ok(existsSync(file));
  await harness.pool.close(0);
  assert.equal(existsSync(dirname(dirname(file))), false);
});

async function installPackage(folder: string, name: string, code: string): Promise<void> {
  const place = join(folder, "node_modules", name);
  await mkdir(place, { recursive: true });
  const manifest = { name, version: "1.0.0", type: "module", exports: { import: "./main.js" } };
  await writeFile(join(place, "package.json"), JSON.stringify(manifest));
  await writeFile(join(place, "main.js"), code);
}

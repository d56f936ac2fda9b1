/**
 * Goal: the package that `npm pack` makes is usable as it is: imported, required, and with types that resolve, in a
 * project that has nothing else.
 * Method: the packed package installed in an empty project; the packages that it depends on are those of the checkout.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { installPackage } from "../support/package.js";
import { ROOT } from "../support/root.js";

const run = promisify(execFile);

let folder: string;
before(async () => {
  await mkdir(join(ROOT, ".cache"), { recursive: true });
  folder = await mkdtemp(join(ROOT, ".cache/installed-"));
  await writeFile(join(folder, "package.json"), '{"private": true}');
  await installPackage(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default?: string; readonly types: string }>>;
  readonly bin: Readonly<Record<string, string>>;
}
const { exports, bin }: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** `eventual`, `eventual/runtime` …: those with code, and those with types alone. */
const nameOf = (path: string): string => `eventual${path.slice(1)}`;
const MODULES = Object.keys(exports).filter((path) => exports[path]?.default !== undefined);

const TELL =
  "console.log(JSON.stringify(all.map((each) => Object.keys(each).filter((key) => key !== '__esModule').sort())))";

/** The names that each module exports, as the file with that ending sees them. */
async function exported(ending: "mjs" | "cjs", text: string): Promise<unknown> {
  const file = join(folder, `main.${ending}`);
  await writeFile(file, text);
  const { stdout } = await run(process.execPath, ["--no-warnings", file], { cwd: folder });
  return JSON.parse(stdout);
}

test("every module is imported by ECMAScript modules and required by CommonJS, with the same exports", async () => {
  const names = MODULES.map((path) => JSON.stringify(nameOf(path)));
  const imported = await exported("mjs", `const all = [${names.map((name) => `await import(${name})`)}];${TELL}`);
  const required = await exported("cjs", `const all = [${names.map((name) => `require(${name})`)}];${TELL}`);
  assert.deepEqual(required, imported);
  const [api, , , runtime] = imported as string[][];
  assert.ok(api?.includes("workflow") && runtime?.includes("openRuntime"), String(imported));
});

const USE = `
import { openRuntime, type Program, type Runtime } from "eventual/runtime";
import { build } from "eventual/compiler";
import { connect } from "eventual/client";
import { eventual } from "eventual/plugin";
import { workflow, task } from "eventual";
const add = task("add", async (n: number) => n + 1);
export const sums = workflow("sums", async (n: number): Promise<number> => await add(n));
export async function main(): Promise<string> {
  const { program } = await build({ entry: "x.ts" });
  const programs: Program[] = [JSON.parse(program?.text ?? "")];
  const runtime: Runtime = await openRuntime({ database: "a.db", programs });
  const id: string = await runtime.start("sums", 1);
  // @ts-expect-error: a number is no id
  await runtime.wait(1);
  return id + connect({ url: "http://localhost" }) + eventual.vite();
}
`;

for (const [module, moduleResolution, files] of [
  ["nodenext", "nodenext", ["use.mts", "use.cts"]],
  ["node16", "node16", ["use.mts"]],
  ["esnext", "bundler", ["use.ts"]],
] as const) {
  test(`types resolve under moduleResolution ${moduleResolution}`, async () => {
    for (const file of files) await writeFile(join(folder, file), USE);
    // unplugin's own types name bundlers that are not installed.
    const common = { strict: true, noEmit: true, target: "es2023", types: ["node"], skipLibCheck: true };
    const options = { ...common, module, moduleResolution };
    const config = join(folder, `tsconfig.${moduleResolution}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions: options, files }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", config]).catch((error: { stdout: string }) => error);
    assert.equal(stdout, "");
  });
}

test("its commands say their version", async () => {
  const home = join(folder, "node_modules/.bin");
  await mkdir(home, { recursive: true });
  for (const [name, path] of Object.entries(bin)) {
    await symlink(join("../eventual", path), join(home, name));
    const { stdout } = await run(join(home, name), ["--version"], { cwd: folder });
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/, name);
  }
});

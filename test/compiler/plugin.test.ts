/**
 * Goal: bundlers compile programs into a bundle, which runs them; what does not compile fails the build.
 * Method: esbuild, Rollup and Vite (whose development server gives the program too) over a small application; the bundle is imported and its program run.
 */
import assert from "node:assert/strict";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { createLogger, createServer, build as vite } from "vite";
import { build } from "#compiler/build.js";
import { eventual } from "#compiler/plugin.js";
import { openRuntime, type Program } from "#runtime/library/runtime.js";
import { temporaryFolder } from "../support/temp.js";

const TSCONFIG = { compilerOptions: { strict: true, module: "ESNext", moduleResolution: "Bundler", target: "ES2023" } };
const WORKFLOW = `
import { task, workflow } from "eventual";
import { by } from "./factor";
const times = task("times", async (n: number) => n * by);
export const scale = workflow("scale", async (n: number) => await times(n));
`;

/** A folder with an application that imports its program. */
async function application(t: TestContext, workflow = WORKFLOW): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "flows"));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  await writeFile(join(folder, "flows/scale.ts"), workflow);
  await writeFile(join(folder, "flows/factor.ts"), "export const by = 3;\n");
  await writeFile(join(folder, "main.js"), 'export { program } from "./flows/scale.ts?program";\n');
  return folder;
}

const BUNDLERS: Record<string, (folder: string, warned: string[]) => Promise<readonly string[]>> = {
  async esbuild(folder, warned) {
    const { warnings } = await esbuild({
      entryPoints: [join(folder, "main.js")],
      outfile: join(folder, "out.mjs"),
      bundle: true,
      format: "esm",
      logLevel: "silent",
      plugins: [eventual.esbuild()],
    });
    warned.push(...warnings.map(({ text }) => text));
    return [];
  },
  async rollup(folder, warned) {
    const bundle = await rollup({
      input: join(folder, "main.js"),
      plugins: [eventual.rollup()],
      onwarn: ({ message }) => void warned.push(message),
    });
    await bundle.write({ file: join(folder, "out.mjs"), format: "es" });
    await bundle.close();
    return bundle.watchFiles;
  },
};

/** Vite as vitest brings it: an application's server part, built. */
BUNDLERS.vite = async (folder, warned) => {
  const logger = { ...createLogger("silent"), warn: (text: string) => void warned.push(text) };
  await vite({
    root: folder,
    configFile: false,
    customLogger: logger,
    plugins: [eventual.vite()],
    build: {
      ssr: join(folder, "main.js"),
      outDir: join(folder, "built"),
      // How long plugins take depends on the machine.
      rolldownOptions: { output: { entryFileNames: "out.mjs" }, checks: { pluginTimings: false } },
    },
  });
  await rename(join(folder, "built/out.mjs"), join(folder, "out.mjs"));
  return [];
};

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  test(`${bundler}: the bundle holds the program that the compiler makes, and it runs`, async (t) => {
    const folder = await application(t);
    const warned: string[] = [];
    const watched = await bundle(folder, warned);
    assert.deepEqual(warned, []);
    const { program } = (await import(pathToFileURL(join(folder, "out.mjs")).href)) as { program: Program };
    const built = await build({ entry: join(folder, "flows/scale.ts") });
    assert.equal(program.hash, built.program?.hash);
    const runtime = await openRuntime({ database: join(folder, "a.db"), programs: [program], taskThreads: 1 });
    assert.equal(await runtime.wait(await runtime.start("scale", 14)), 42);
    await runtime.stop();
    for (const file of watched.length > 0 ? ["flows/scale.ts", "flows/factor.ts"] : []) {
      assert.ok(watched.includes(join(folder, file)), `${file} is watched`);
    }
  });

  test(`${bundler}: what does not compile fails the build with its diagnostics`, async (t) => {
    const folder = await application(
      t,
      WORKFLOW.replace("async (n: number) => await times(n)", "async () => fetch('x')"),
    );
    await assert.rejects(bundle(folder, []), /EV20\d\d[\s\S]*flows\/scale\.ts|flows\/scale\.ts[\s\S]*EV20\d\d/);
    await assert.rejects(readFile(join(folder, "out.mjs")), { code: "ENOENT" });
  });
}

test("vite's development server: a program is a module, and is compiled again when its source has changed", async (t) => {
  const folder = await application(t);
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: "silent",
    plugins: [eventual.vite()],
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
  });
  t.after(() => server.close());
  const load = async () => ((await server.ssrLoadModule("/main.js")) as { program: Program }).program;
  const first = await load();
  assert.equal(first.hash, (await build({ entry: join(folder, "flows/scale.ts") })).program?.hash);
  await writeFile(join(folder, "flows/factor.ts"), "export const by = 4;\n");
  server.moduleGraph.invalidateAll();
  const second = await load();
  assert.notEqual(second.hash, first.hash);
  assert.equal(second.hash, (await build({ entry: join(folder, "flows/scale.ts") })).program?.hash);
});

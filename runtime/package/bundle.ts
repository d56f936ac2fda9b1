/**
 * The code of an executable: the command line and the two thread entries, each linked into one script with the
 * packages that it needs. A single executable's scripts can load nothing but Node's own modules.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import * as z from "zod";
import { Fault } from "../protocol/fault.js";

export interface Scripts {
  readonly main: string;
  readonly sandboxThread: string;
  readonly taskThread: string;
  /** Absolute folders of the npm packages whose code is in them, sorted. */
  readonly packages: readonly string[];
}

/** Of the QuickJS builds that the package lists, the one that runs. */
const UNUSED_ENGINES = /^@jitl\/quickjs-wasmfile-(debug-sync|debug-asyncify|release-asyncify)$/;

/** Modules find files beside themselves by this; what an executable needs of them are its parts. */
const BANNER = 'const $file = require("node:url").pathToFileURL(process.execPath).href;';

/** Links the scripts of the installation whose compiled modules are in `dist`. Throws Fault EV4004. */
export async function linkScripts(dist: string): Promise<Scripts> {
  const root = dirname(dist);
  const entries = ["runtime/cli/main.js", "runtime/sandbox/worker.js", "runtime/tasks/worker.js"];
  const linked = await Promise.all(entries.map((entry) => link(root, join(dist, entry))));
  const [main, sandboxThread, taskThread] = linked.map(({ text }) => text);
  if (main === undefined || sandboxThread === undefined || taskThread === undefined)
    throw unlinked("no output", undefined);
  const metafiles = [...linked.map(({ metafile }) => metafile), await dashboardMetafile(dist)];
  const packages = new Set(metafiles.flatMap((metafile) => packagesOf(metafile, root, dist)));
  return { main, sandboxThread, taskThread, packages: [...packages].sort() };
}

async function link(root: string, entry: string): Promise<{ text: string; metafile: Metafile }> {
  try {
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      // Names of modules in the code are relative to it: no path of the machine that packages.
      absWorkingDir: root,
      platform: "node",
      target: "node20",
      format: "cjs",
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: "none",
      logLevel: "silent",
      banner: { js: BANNER },
      define: { "import.meta.url": "$file" },
      plugins: [standIns],
    });
    return { text: result.outputFiles[0]?.text ?? "", metafile: result.metafile };
  } catch (cause) {
    throw unlinked(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

const ADDON_LOADER = fileURLToPath(new URL("../platform/addon.js", import.meta.url));

/** What is different in an executable: the addon is a part, the compiler is not there. */
const standIns: Plugin = {
  name: "eventual-executable",
  setup(bundler) {
    bundler.onResolve({ filter: /^bindings$/ }, () => ({ path: "sqlite3.node", namespace: "addon" }));
    bundler.onLoad({ filter: /.*/, namespace: "addon" }, () => ({
      contents: `const { loadAddon } = require(${JSON.stringify(ADDON_LOADER)});
        module.exports = () => loadAddon("sqlite3.node");`,
      loader: "js",
      resolveDir: "/",
    }));
    bundler.onResolve({ filter: /\/toolchain\.js$/ }, ({ resolveDir, path }) => ({
      path: join(resolveDir, dirname(path), "toolchain-absent.js"),
    }));
    bundler.onResolve({ filter: UNUSED_ENGINES }, ({ path }) => ({ path, namespace: "unused" }));
    bundler.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = undefined;" }));
    // Its ES module looks for files beside itself before it has been told that it needs none.
    bundler.onResolve({ filter: /^@jitl\/.*\/emscripten-module$/ }, ({ path, resolveDir }) => ({
      path: createRequire(join(resolveDir, "index.js")).resolve(path),
    }));
  },
};

const MODULES = "/node_modules/";

/** What the dashboard was bundled from when Eventual was built. */
async function dashboardMetafile(dist: string): Promise<Pick<Metafile, "inputs">> {
  const file = join(dist, "runtime/dashboard/meta.json");
  try {
    return metafileSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw unlinked(`${file} cannot be read`, cause);
  }
}

const metafileSchema = z.looseObject({ inputs: z.record(z.string(), z.custom<Metafile["inputs"][string]>()) });

function packagesOf({ inputs }: Pick<Metafile, "inputs">, root: string, dist: string): string[] {
  return Object.keys(inputs).flatMap((input) => {
    const file = resolve(root, input);
    const at = file.lastIndexOf(MODULES);
    if (at === -1 || file.startsWith(`${dist}/`)) return [];
    const [scope, name] = file.slice(at + MODULES.length).split("/");
    if (scope === undefined || name === undefined) return [];
    return [file.slice(0, at + MODULES.length) + (scope.startsWith("@") ? `${scope}/${name}` : scope)];
  });
}

function unlinked(why: string, cause: unknown): Fault {
  return new Fault("EV4004", `The executable's code cannot be linked: ${why}`, {
    remedy: "Install Eventual again; in a checkout run `make build`.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The host's code: every module that tasks reach, linked into one ES module for Node. */

import { isBuiltin } from "node:module";
import { basename } from "node:path";
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { API_SPECIFIERS } from "../project/api.js";
import type { Project } from "../project/project.js";
import type { SplitModule } from "../split/split.js";
import { generateWithMap } from "../syntax/generate.js";
import { hostApiModule } from "./api-module.js";
import { Asked, isBundlers } from "./ask.js";
import { apiPlugin, type Bundle, bundleOptions, runBundler } from "./bundle.js";
import { knowClasses } from "./host-classes.js";
import { ImportSites } from "./imports.js";
import { packageNameIn, packageOf } from "./names.js";

export interface HostProgramText extends Bundle {
  /** Names of the packages that the code imports at run time, sorted. */
  readonly externals: readonly string[];
}

/** By absolute path. */
type Modules = ReadonlyMap<string, SplitModule>;

/** CommonJS packages call `require` and read `__dirname`, which ES modules do not have. */
const BANNER = [
  'import { createRequire as $createRequire } from "node:module";',
  'import { dirname as $dirname } from "node:path";',
  'import { fileURLToPath as $fileURLToPath } from "node:url";',
  'const $hostFile = import.meta.url.startsWith("file:") ? $fileURLToPath(import.meta.url) : process.cwd() + "/program.js";',
  "const $hostFolder = $dirname($hostFile);",
  "const require = $createRequire($hostFile);",
].join("");

/** Links the host's code. `external` names packages to leave out. Undefined when `diagnostics` got errors. */
export async function linkHost(
  project: Project,
  modules: Modules,
  external: readonly string[],
  diagnostics: Diagnostic[],
): Promise<HostProgramText | undefined> {
  const linker = new HostLinker(project, modules, external, diagnostics);
  const bundle = await runBundler(
    project.root,
    {
      ...bundleOptions(project.root, project.idOf(project.entry)),
      platform: "node",
      target: "node20",
      keepNames: true,
      banner: { js: BANNER },
      define: { __dirname: "$hostFolder", __filename: "$hostFile" },
      tsconfigRaw: project.syntaxOptions,
      plugins: [apiPlugin(API_SPECIFIERS, hostApiModule()), linker.plugin()],
    },
    diagnostics,
  );
  return bundle === undefined ? undefined : { ...bundle, externals: linker.externals() };
}

class HostLinker {
  private readonly project: Project;
  private readonly modules: Modules;
  private readonly external: readonly string[];
  private readonly diagnostics: Diagnostic[];
  private readonly sites = new ImportSites();
  private readonly asked = new Asked();
  private readonly left = new Set<string>();

  constructor(project: Project, modules: Modules, external: readonly string[], diagnostics: Diagnostic[]) {
    this.project = project;
    this.modules = modules;
    this.external = external;
    this.diagnostics = diagnostics;
  }

  plugin(): Plugin {
    return {
      name: "eventual-host",
      setup: (bundler) => {
        bundler.onResolve({ filter: /.*/ }, (args) => this.resolve(bundler, args));
        bundler.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => this.load(path));
      },
    };
  }

  externals(): readonly string[] {
    return [...this.left].sort();
  }

  private async resolve(bundler: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
    const target = this.modules.get(args.importer)?.source.targets.get(args.path);
    if (target !== undefined) return { path: target };
    if (isBundlers(args)) return undefined;
    if (isBuiltin(args.path)) return { path: args.path, external: true };
    const name = packageNameIn(args.path);
    if (this.external.includes(name)) return this.leave(name, args.path);
    const { importer, kind } = args;
    const found = await this.asked.ask(bundler, args);
    if (found.errors.length === 0) {
      const owner = packageOf(found.path);
      return owner?.native === true ? this.leave(owner.name, args.path) : found;
    }
    // A package's `require` may be guarded: the bundler knows and reports it if it is not.
    if (kind !== "import-statement") return undefined;
    this.diagnostics.push(this.sites.unresolved(importer, this.project.idOf(importer), args.path, "task"));
    return { path: args.path, external: true };
  }

  private leave(name: string, path: string): OnResolveResult {
    this.left.add(name);
    return { path, external: true };
  }

  private load(path: string): OnLoadResult | undefined {
    const module = this.modules.get(path);
    if (module === undefined) return undefined;
    const { id, source, table } = module.source;
    for (const { specifier, node } of table.references) this.sites.add(path, specifier, { file: id, source, node });
    knowClasses(module.tree, id);
    // Loaded as TypeScript where it was, for the meaning of decorators.
    const loader = path.endsWith("x") ? "tsx" : /\.[cm]?ts$/.test(path) ? "ts" : "jsx";
    return { contents: printed(module, path), loader };
  }
}

const texts = new WeakMap<SplitModule, string>();

/** The module's text, from the last build if nothing of it changed. */
function printed(module: SplitModule, path: string): string {
  const text = texts.get(module) ?? generateWithMap(module.tree, module.source.source, basename(path));
  texts.set(module, text);
  return text;
}

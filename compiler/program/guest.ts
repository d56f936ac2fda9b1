/**
 * The guest's code: every module that workflows reach, lowered and linked into one expression that evaluates to a
 * `ProgramFactory`. Modules of packages go the same way as the user's.
 */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename } from "node:path";
import type { types as t } from "@babel/core";
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { Fault } from "../../runtime/protocol/fault.js";
import { HELPER_NAMES } from "../../runtime/protocol/helpers.js";
import type { ModuleEntry } from "../../runtime/protocol/program.js";
import { checkModule } from "../check/check.js";
import { type Diagnostic, fromFault } from "../diagnostics/diagnostic.js";
import { type LoweredModule, lower } from "../lower/index.js";
import { API_SPECIFIERS } from "../project/api.js";
import type { Project } from "../project/project.js";
import type { SplitModule } from "../split/split.js";
import { readTable } from "../split/table.js";
import { copyTree, generateWithMap } from "../syntax/generate.js";
import { parseModule } from "../syntax/parse.js";
import { programPath } from "../syntax/program-path.js";
import { FACTORY_PARAMETER, guestApiModule } from "./api-module.js";
import { Asked, isBundlers } from "./ask.js";
import { apiPlugin, type Bundle, bundleOptions, runBundler } from "./bundle.js";
import { keepClassNames } from "./class-names.js";
import { ImportSites } from "./imports.js";
import { packageModuleId, packageOf } from "./names.js";
import { importWebGlobals, WEB_FOLDER, WEB_NAMESPACE, webModule, webModuleId, webSource } from "./web.js";

export interface GuestProgram extends Bundle {
  /** One entry per linked module, by id. */
  readonly modules: readonly ModuleEntry[];
  /** Bytes of the linked modules as they were written. */
  readonly sourceBytes: number;
  /** Ids of the modules that had to be compiled; the others are from earlier builds. Sorted. */
  readonly compiled: readonly string[];
}

/** By absolute path. */
type Modules = ReadonlyMap<string, SplitModule>;

/** A module as it goes into the bundle. */
interface GuestModule {
  readonly id: string;
  /** The path to show. */
  readonly file: string;
  readonly source: string;
  /** Owned: the lowering changes it. */
  readonly tree: t.File;
}

const OPENING = `(function(${FACTORY_PARAMETER}){"use strict";var {${HELPER_NAMES.join(",")}}=${FACTORY_PARAMETER};(function(){`;
const CLOSING = "})()})";

/** Links the guest's code. Undefined when `diagnostics` got errors. */
export async function linkGuest(
  project: Project,
  modules: Modules,
  diagnostics: Diagnostic[],
): Promise<GuestProgram | undefined> {
  const linker = new GuestLinker(project, modules, diagnostics);
  const bundle = await runBundler(
    project.root,
    {
      ...bundleOptions(project.root, project.idOf(project.entry)),
      platform: "neutral",
      // The sandbox is a place without Node's modules, as a browser is: packages that tell them apart mean that.
      mainFields: ["browser", "module", "main"],
      conditions: ["module", "worker", "browser"],
      target: "es2022",
      banner: { js: OPENING },
      footer: { js: CLOSING },
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [apiPlugin(API_SPECIFIERS, guestApiModule()), linker.plugin()],
    },
    diagnostics,
  );
  if (bundle === undefined) return undefined;
  return { ...bundle, modules: linker.entries(), sourceBytes: linker.sourceBytes, compiled: linker.fresh.sort() };
}

interface CompiledModule extends Omit<GuestModule, "tree"> {
  readonly root: string;
  readonly references: ReturnType<typeof readTable>["references"];
  readonly lowered: LoweredModule;
  readonly contents: string;
}

const NOTHING: LoweredModule = { functions: [], classes: [], environments: [] };

/** Compiled modules of the user's, by what the split made of them; and of packages, by path. */
const modules = new WeakMap<SplitModule, CompiledModule>();
const packages = new Map<string, CompiledModule>();

/** Compiled modules of runtime/web, by name. */
const webModules = new Map<string, Pick<CompiledModule, "lowered" | "contents"> & { readonly sourceBytes: number }>();

class GuestLinker {
  private readonly project: Project;
  private readonly modules: Modules;
  private readonly diagnostics: Diagnostic[];
  private readonly sites = new ImportSites();
  private readonly asked = new Asked();
  private readonly lowered = new Map<string, LoweredModule>();
  /** Of the modules loaded so far. */
  sourceBytes = 0;
  /** Ids of the modules compiled so far. */
  readonly fresh: string[] = [];

  constructor(project: Project, modules: Modules, diagnostics: Diagnostic[]) {
    this.project = project;
    this.modules = modules;
    this.diagnostics = diagnostics;
  }

  plugin(): Plugin {
    return {
      name: "eventual-guest",
      setup: (bundler) => {
        bundler.onResolve({ filter: /.*/ }, (args) => this.resolve(bundler, args));
        bundler.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path }) => this.load(path));
        bundler.onLoad({ filter: /.*/, namespace: WEB_NAMESPACE }, ({ path }) => this.loadWeb(path));
      },
    };
  }

  entries(): readonly ModuleEntry[] {
    const entries = [...this.lowered].map(([id, lowered]) => ({ id, ...lowered }));
    return entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async resolve(bundler: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
    const target = this.modules.get(args.importer)?.source.targets.get(args.path);
    if (target !== undefined) return { path: target };
    if (isBundlers(args)) return undefined;
    const fromWeb = args.namespace === WEB_NAMESPACE;
    const web = webModule(args.path, args.importer, fromWeb);
    if (web !== undefined) return { path: web, namespace: WEB_NAMESPACE };
    if (fromWeb) return this.asked.ask(bundler, { ...args, resolveDir: WEB_FOLDER });
    // Reported by the rules where it is written; a package's guarded `require` fails when it is run.
    if (isBuiltin(args.path)) return { path: args.path, external: true };
    if (args.kind !== "import-statement") return undefined;
    const found = await this.asked.ask(bundler, args);
    if (found.errors.length === 0) return found;
    const { importer } = args;
    this.diagnostics.push(this.sites.unresolved(importer, this.shown(importer), args.path, "workflow"));
    return { path: args.path, external: true };
  }

  private load(path: string): OnLoadResult {
    const loader = path.endsWith("x") ? "jsx" : "js";
    try {
      const { file, source, references, id, lowered, contents } = this.compiled(path);
      for (const { specifier, node } of references) this.sites.add(path, specifier, { file, source, node });
      this.lowered.set(id, lowered);
      this.sourceBytes += Buffer.byteLength(source);
      return { contents, loader };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const source = this.modules.get(path)?.source.source ?? readFileSync(path, "utf8");
      this.diagnostics.push(fromFault(error, this.shown(path), source));
      return { contents: "", loader: "js" };
    }
  }

  private loadWeb(name: string): OnLoadResult {
    const id = webModuleId(name);
    let compiled = webModules.get(name);
    if (compiled === undefined) {
      const source = webSource(name);
      const tree = parseModule(source, id, "module");
      compiled = { ...this.compile({ id, file: id, source, tree }, id), sourceBytes: Buffer.byteLength(source) };
      if (this.diagnostics.length === 0) webModules.set(name, compiled);
    }
    this.lowered.set(id, compiled.lowered);
    this.sourceBytes += compiled.sourceBytes;
    return { contents: compiled.contents, loader: "js" };
  }

  /** The module's code, from the last build if nothing about it changed. */
  private compiled(path: string): CompiledModule {
    const own = this.modules.get(path);
    const source = own === undefined ? readFileSync(path, "utf8") : own.source.source;
    const { root } = this.project;
    const known = own === undefined ? packages.get(path) : modules.get(own);
    if (known !== undefined && known.source === source && known.root === root) return known;
    const module = this.moduleAt(path, source);
    const { references } = readTable(module.tree.program);
    const { id, file } = module;
    const compiled = { ...this.compile(module, path), id, file, source, references, root };
    if (this.diagnostics.length > 0) return compiled;
    if (own === undefined) packages.set(path, compiled);
    else modules.set(own, compiled);
    return compiled;
  }

  private moduleAt(path: string, source: string): GuestModule {
    const known = this.modules.get(path);
    if (known !== undefined) {
      const { id } = known.source;
      return { id, file: id, source, tree: copyTree(known.tree) };
    }
    const owner = packageOf(path);
    const file = this.shown(path);
    const id = owner === undefined ? file : packageModuleId(path, owner, this.project.root);
    const tree = parseModule(source, file, "unambiguous");
    const program = programPath(copyTree(tree));
    this.diagnostics.push(...checkModule({ program, file, source, packageName: owner?.name }));
    return { id, file, source, tree };
  }

  private compile({ id, source, tree }: GuestModule, path: string): Pick<CompiledModule, "lowered" | "contents"> {
    importWebGlobals(tree);
    this.fresh.push(id);
    const lowered = this.diagnostics.length > 0 ? NOTHING : lower(tree, id);
    keepClassNames(tree);
    return { lowered, contents: generateWithMap(tree, source, basename(path)) };
  }

  private shown(path: string): string {
    return this.project.idOf(path);
  }
}

/**
 * The user's modules: every file that the entry reaches by static imports, parsed once, with what each import means.
 * Packages and Node's own modules are outside.
 */
import { existsSync, readFileSync } from "node:fs";
import type { NodePath, types as t } from "@babel/core";
import { Fault } from "../../runtime/protocol/fault.js";
import { type Diagnostic, fromFault } from "../diagnostics/diagnostic.js";
import { API_NAMES, isApiSpecifier } from "../project/api.js";
import { parseModule } from "../syntax/parse.js";
import { programPath } from "../syntax/program-path.js";
import { type ModuleTable, NAMESPACE, readTable } from "./table.js";

export interface SourceModule {
  /** Path relative to the project's root, with forward slashes. */
  readonly id: string;
  /** Absolute path. */
  readonly file: string;
  readonly source: string;
  /** Without types. Shared: copy it before changing it. */
  readonly tree: t.File;
  readonly table: ModuleTable;
  /** The user's file that a specifier means. */
  readonly targets: ReadonlyMap<string, string>;
}

/** By absolute path, the entry first, in the order in which imports reach them. */
export type ModuleGraph = ReadonlyMap<string, SourceModule>;

/** What a name means in the end, after imports and re-exports were followed. */
export type Meaning =
  /** Declared at the top level of one of the user's modules. */
  | { readonly kind: "binding"; readonly module: SourceModule; readonly local: string }
  /** All exports of one of the user's modules. */
  | { readonly kind: "namespace"; readonly module: SourceModule }
  /** From a package or Node; `name` may be NAMESPACE. */
  | { readonly kind: "external"; readonly specifier: string; readonly name: string };

/** The part of the project that loading needs. */
export interface ModuleSource {
  readonly entry: string;
  readonly idOf: (file: string) => string;
  readonly resolve: (specifier: string, importer: string) => string | undefined;
}

/**
 * Parses the entry and what it reaches. A module that cannot be parsed is reported and left out. A module of `known`
 * that is still the same is taken from there: what passes remember about it stays true.
 */
export function loadModules(
  project: ModuleSource,
  known: ModuleGraph = new Map(),
): { graph: ModuleGraph; diagnostics: readonly Diagnostic[] } {
  const graph = new Map<string, SourceModule>();
  const diagnostics: Diagnostic[] = [];
  const queue = [project.entry];
  const seen = new Set(queue);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const loaded = loadModule(file, project, known.get(file));
    if ("code" in loaded) {
      diagnostics.push(loaded);
      continue;
    }
    graph.set(file, loaded);
    for (const target of loaded.targets.values()) {
      if (seen.has(target)) continue;
      seen.add(target);
      queue.push(target);
    }
  }
  return { graph, diagnostics };
}

function loadModule(file: string, project: ModuleSource, known: SourceModule | undefined): SourceModule | Diagnostic {
  const id = project.idOf(file);
  let source = "";
  try {
    source = readSource(file, id);
    const same = known?.source === source ? known : undefined;
    const tree = same?.tree ?? parseModule(source, id, "module");
    const table = same?.table ?? readTable(tree.program);
    const targets = new Map<string, string>();
    for (const { specifier } of table.references) {
      const target = project.resolve(specifier, file);
      if (target !== undefined && isScript(target)) targets.set(specifier, target);
    }
    if (same !== undefined && sameEntries(same.targets, targets)) return same;
    return { id, file, source, tree, table, targets };
  } catch (error) {
    if (error instanceof Fault) return fromFault(error, id, source);
    throw error;
  }
}

/** True if the module's file still has the text that was parsed. */
export function isCurrent({ file, source, id }: SourceModule): boolean {
  return existsSync(file) && readSource(file, id) === source;
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

const programs = new WeakMap<SourceModule, NodePath<t.Program>>();

/** The program path of a module as written, made once. */
export function sourceProgram(module: SourceModule): NodePath<t.Program> {
  const program = programs.get(module) ?? programPath(module.tree);
  programs.set(module, program);
  return program;
}

function readSource(file: string, id: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new Fault("EV1006", `${id} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      remedy: "Make the file readable.",
      cause: error,
    });
  }
}

function isScript(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}

/** What a name of a module's top level means. */
export function meaningOfLocal(graph: ModuleGraph, module: SourceModule, local: string): Meaning | undefined {
  const imported = module.table.imports.get(local);
  if (imported === undefined) return { kind: "binding", module, local };
  return follow(graph, module, imported.specifier, imported.name, new Set());
}

/** What an exported name of a module means; undefined when there is none. */
export function meaningOfExport(
  graph: ModuleGraph,
  module: SourceModule,
  name: string,
  visited = new Set<string>(),
): Meaning | undefined {
  const key = `${module.file}\0${name}`;
  if (visited.has(key)) return undefined;
  visited.add(key);
  const exported = module.table.exports.get(name);
  if (exported?.kind === "from") return follow(graph, module, exported.specifier, exported.name, visited);
  if (exported !== undefined) {
    const imported = module.table.imports.get(exported.local);
    if (imported === undefined) return { kind: "binding", module, local: exported.local };
    return follow(graph, module, imported.specifier, imported.name, visited);
  }
  if (name === "default") return undefined;
  for (const specifier of module.table.stars) {
    const target = targetOf(graph, module, specifier);
    const meaning = target === undefined ? undefined : meaningOfExport(graph, target, name, visited);
    if (meaning !== undefined) return meaning;
  }
  const packages = module.table.stars.filter((specifier) => !module.targets.has(specifier));
  const api = API_NAMES.includes(name) ? packages.find(isApiSpecifier) : undefined;
  // Which of several packages has the name is not known; none of them is the program's own.
  const specifier = api ?? packages.find((each) => !isApiSpecifier(each));
  return specifier === undefined ? undefined : { kind: "external", specifier, name };
}

/** The user's module that a specifier means in a module. */
export function targetOf(graph: ModuleGraph, module: SourceModule, specifier: string): SourceModule | undefined {
  const file = module.targets.get(specifier);
  return file === undefined ? undefined : graph.get(file);
}

/** True for an external meaning that is the authoring API's. */
export function isApi(meaning: Meaning | undefined): meaning is Extract<Meaning, { kind: "external" }> {
  return meaning?.kind === "external" && isApiSpecifier(meaning.specifier);
}

function follow(
  graph: ModuleGraph,
  module: SourceModule,
  specifier: string,
  name: string,
  visited: Set<string>,
): Meaning | undefined {
  const file = module.targets.get(specifier);
  if (file === undefined) return { kind: "external", specifier, name };
  const target = graph.get(file);
  if (target === undefined) return undefined;
  if (name === NAMESPACE) return { kind: "namespace", module: target };
  return meaningOfExport(graph, target, name, visited);
}

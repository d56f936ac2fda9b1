/**
 * One side (guest or host) of every module: copies of the trees from which the other side's handlers are removed, cut
 * into items, with the items that must stay whatever happens.
 */
import type { NodePath, types as t } from "@babel/core";
import { copyTree } from "../syntax/generate.js";
import { programPath } from "../syntax/program-path.js";
import { type Definition, findDefinitions, isEvent } from "./definitions.js";
import { type Effects, effectsOf } from "./effects.js";
import { isApi, type ModuleGraph, meaningOfLocal, type SourceModule } from "./graph.js";
import { type Item, listItems } from "./items.js";
import { isPureDeclaration } from "./purity.js";

/** `guest`: workflows, in the sandbox. `host`: tasks, on Node. */
export type Side = "guest" | "host";

export interface SideItem extends Item {
  readonly module: SideModule;
  /** Stays whatever happens. */
  readonly root: boolean;
  /** Made by a call of the API, hence without state of its own. */
  readonly definition: boolean;
  /** Of running the item when the module is loaded. */
  readonly effects: Effects;
}

/** Shared between builds: never changed once it is made. */
export interface SideModule {
  readonly source: SourceModule;
  readonly tree: t.File;
  readonly program: NodePath<t.Program>;
  readonly items: readonly SideItem[];
  /** By local name. */
  readonly declaring: ReadonlyMap<string, readonly SideItem[]>;
}

/** The other side's definitions, whose handlers leave. */
const REMOVED_HANDLERS: Record<Side, readonly string[]> = {
  guest: ["task", "subscription"],
  host: ["workflow", "query"],
};

/** Definitions that only the host has to know. */
const HOST_KINDS: ReadonlySet<string> = new Set(["task", "subscription", "schedule"]);

/** Prepares all modules for a side. */
export function prepareSide(graph: ModuleGraph, side: Side): ReadonlyMap<string, SideModule> {
  return new Map([...graph].map(([file, module]) => [file, prepareModule(graph, module, side)]));
}

interface Prepared {
  readonly module: SideModule;
  /** What the module's imports mean of the API, in other modules' words. */
  readonly api: string;
}

/** What is known of modules that did not change. */
const prepared: Record<Side, WeakMap<SourceModule, Prepared>> = { guest: new WeakMap(), host: new WeakMap() };

function prepareModule(graph: ModuleGraph, source: SourceModule, side: Side): SideModule {
  const api = apiNames(graph, source);
  const known = prepared[side].get(source);
  if (known?.api === api) return known.module;
  const module = prepareAnew(graph, source, side);
  prepared[side].set(source, { module, api });
  return module;
}

function apiNames(graph: ModuleGraph, source: SourceModule): string {
  const names = [...source.table.imports.keys()].flatMap((local) => {
    const meaning = meaningOfLocal(graph, source, local);
    if (isApi(meaning)) return [[local, meaning.name]];
    return isEvent(graph, meaning) ? [[local, "event()"]] : [];
  });
  return JSON.stringify(names);
}

function prepareAnew(graph: ModuleGraph, source: SourceModule, side: Side): SideModule {
  const tree = copyTree(source.tree);
  const program = programPath(tree);
  const definitions = findDefinitions(graph, source, program).found;
  for (const definition of definitions) {
    if (REMOVED_HANDLERS[side].includes(definition.kind)) removeHandler(definition.call.node);
  }
  program.scope.crawl();
  const items: SideItem[] = [];
  const declaring = new Map<string, SideItem[]>();
  const module: SideModule = { source, tree, program, items, declaring };
  for (const item of listItems(program)) items.push(completeItem(item, module, side, definitions));
  for (const item of items) {
    for (const name of item.declares) declaring.set(name, [...(declaring.get(name) ?? []), item]);
  }
  return module;
}

/** `task(name, options, handler)` → `task(name, options)`. */
function removeHandler(call: t.CallExpression): void {
  if (call.arguments.length > 1) call.arguments.pop();
}

function completeItem(item: Item, module: SideModule, side: Side, definitions: readonly Definition[]): SideItem {
  const inside = definitions.filter(
    ({ call, nested }) => !nested && call.findParent((at) => at === item.path) !== null,
  );
  const pure = isPureDeclaration(item.path.node);
  const root = side === "host" ? !pure : inside.some(({ kind }) => !HOST_KINDS.has(kind));
  return { ...item, module, root, definition: inside.length > 0, effects: effectsOf(item.path, false) };
}

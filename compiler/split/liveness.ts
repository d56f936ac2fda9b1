/**
 * Mark and sweep over all modules of a side: which items, imports and exports are needed.
 *
 * L1  A root item is live. What a live item mentions is live, across modules.
 * L2  An item that may change a live binding when it runs is live.
 * L3  An item that changes globals is live if something else of its module is.
 */
import { type Effects, effectsOf, type Root } from "./effects.js";
import {
  type Meaning,
  type ModuleGraph,
  meaningOfExport,
  meaningOfLocal,
  type SourceModule,
  targetOf,
} from "./graph.js";
import type { Mention } from "./items.js";
import { holdsState } from "./purity.js";
import type { SideItem, SideModule } from "./side.js";
import { NAMESPACE } from "./table.js";

export interface Live {
  readonly items: ReadonlySet<SideItem>;
  /** Local names of live imports, `file\0local`. */
  readonly imports: ReadonlySet<string>;
  /** Exported names of live export specifiers, `file\0name`; of `export * from`, `file\0*specifier`. */
  readonly exports: ReadonlySet<string>;
  /** Files of modules that do something when loaded, or import such a module. */
  readonly effectful: ReadonlySet<string>;
}

/** The mention of a name by an export. */
const WHOLE: Mention = { members: new Set(), whole: true };

type Modules = ReadonlyMap<string, SideModule>;

/** Computes what stays. */
export function findLive(graph: ModuleGraph, modules: Modules): Live {
  return new Marker(graph, modules).run();
}

/** The key of a name in a module. */
export function keyIn(module: SourceModule, name: string): string {
  return `${module.file}\0${name}`;
}

class Marker {
  private readonly graph: ModuleGraph;
  private readonly modules: Modules;
  private readonly items = new Set<SideItem>();
  private readonly imports = new Set<string>();
  private readonly exports = new Set<string>();
  /** Canonical keys of live bindings, those of packages too. */
  private readonly bindings = new Set<string>();
  /** Items kept for what they do, not for what they declare. */
  private readonly acting = new Set<SideItem>();
  private readonly changes = new Map<SideItem, ReadonlySet<string>>();

  constructor(graph: ModuleGraph, modules: Modules) {
    this.graph = graph;
    this.modules = modules;
  }

  run(): Live {
    const all = [...this.modules.values()].flatMap(({ items }) => items);
    for (const item of all) if (item.root) this.act(item);
    for (let size = -1; size !== this.items.size; ) {
      size = this.items.size;
      for (const item of all) if (!this.acting.has(item) && this.mustAct(item)) this.act(item);
    }
    return { items: this.items, imports: this.imports, exports: this.exports, effectful: this.effectful() };
  }

  private act(item: SideItem): void {
    this.acting.add(item);
    this.markItem(item);
  }

  private mustAct(item: SideItem): boolean {
    if (item.effects.ambient && item.module.items.some((other) => other !== item && this.items.has(other))) return true;
    let changes = this.changes.get(item);
    if (changes === undefined) {
      changes = this.changesOf(item);
      this.changes.set(item, changes);
    }
    for (const key of changes) if (this.bindings.has(key)) return true;
    return false;
  }

  private markItem(item: SideItem): void {
    if (this.items.has(item)) return;
    this.items.add(item);
    for (const [name, mention] of item.references) this.markLocal(item.module, name, mention);
  }

  private markLocal(module: SideModule, local: string, mention: Mention = WHOLE): void {
    const key = keyIn(module.source, local);
    const imported = module.source.table.imports.get(local);
    if (imported === undefined) {
      this.bindings.add(key);
      for (const item of module.declaring.get(local) ?? []) this.markItem(item);
      return;
    }
    this.imports.add(key);
    const target = targetOf(this.graph, module.source, imported.specifier);
    if (target === undefined) this.bindings.add(externalKey(imported.specifier));
    else if (imported.name !== NAMESPACE) this.demand(target, imported.name);
    else for (const name of mention.whole ? allExports(this.graph, target) : mention.members) this.demand(target, name);
  }

  private demand(source: SourceModule, name: string): void {
    const key = keyIn(source, name);
    const module = this.modules.get(source.file);
    if (module === undefined || this.exports.has(key)) return;
    this.exports.add(key);
    const exported = source.table.exports.get(name);
    if (exported?.kind === "local") this.markLocal(module, exported.local);
    else if (exported !== undefined) this.demandFrom(source, exported.specifier, exported.name);
    else if (isCommonJs(source)) for (const item of module.items) this.act(item);
    else this.demandStar(source, name);
  }

  private demandFrom(source: SourceModule, specifier: string, name: string): void {
    const target = targetOf(this.graph, source, specifier);
    if (target === undefined) this.bindings.add(externalKey(specifier));
    else if (name !== NAMESPACE) this.demand(target, name);
    else for (const each of allExports(this.graph, target)) this.demand(target, each);
  }

  private demandStar(source: SourceModule, name: string): void {
    for (const specifier of source.table.stars) {
      const target = targetOf(this.graph, source, specifier);
      if (target !== undefined && meaningOfExport(this.graph, target, name) === undefined) continue;
      this.exports.add(keyIn(source, `*${specifier}`));
      if (target !== undefined) this.demand(target, name);
    }
  }

  /** Canonical keys of the bindings that running the item may change, following the functions that it runs. */
  private changesOf(start: SideItem): ReadonlySet<string> {
    const changes = new Set<string>();
    const visited = new Set<SideItem>();
    const queue: { item: SideItem; own: boolean }[] = [{ item: start, own: true }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { item, own } = next;
      if (visited.has(item)) continue;
      visited.add(item);
      const effects = own ? item.effects : bodyEffects(item);
      const { source } = item.module;
      for (const root of effects.writes) addKey(changes, this.meaning(source, root));
      for (const root of effects.touches) this.addIfState(changes, this.meaning(source, root), true);
      for (const root of effects.queries) this.addIfState(changes, this.meaning(source, root), false);
      for (const root of effects.returners) this.addMentioned(changes, this.meaning(source, root));
      if (own && effects.throws) for (const local of item.references.keys()) addKey(changes, this.local(source, local));
      for (const root of effects.callees) {
        for (const called of this.declarations(this.meaning(source, root))) queue.push({ item: called, own: false });
      }
    }
    return changes;
  }

  private meaning(source: SourceModule, { local, member }: Root): Meaning | undefined {
    const meaning = this.local(source, local);
    if (meaning?.kind !== "namespace" || member === undefined) return meaning;
    return meaningOfExport(this.graph, meaning.module, member);
  }

  private local(source: SourceModule, local: string): Meaning | undefined {
    return meaningOfLocal(this.graph, source, local);
  }

  private declarations(meaning: Meaning | undefined): readonly SideItem[] {
    if (meaning?.kind !== "binding") return [];
    return this.modules.get(meaning.module.file)?.declaring.get(meaning.local) ?? [];
  }

  private addIfState(changes: Set<string>, meaning: Meaning | undefined, external: boolean): void {
    if (meaning?.kind === "external" && external) addKey(changes, meaning);
    const declared = this.declarations(meaning);
    if (declared.some((item) => !item.definition && holdsState(item.path.node))) addKey(changes, meaning);
  }

  private addMentioned(changes: Set<string>, meaning: Meaning | undefined): void {
    for (const item of this.declarations(meaning)) {
      for (const local of item.references.keys())
        this.addIfState(changes, this.local(item.module.source, local), false);
    }
  }

  private effectful(): ReadonlySet<string> {
    const effectful = new Set([...this.acting].map(({ module }) => module.source.file));
    for (let size = -1; size !== effectful.size; ) {
      size = effectful.size;
      for (const { file, targets } of this.graph.values()) {
        if ([...targets.values()].some((target) => effectful.has(target))) effectful.add(file);
      }
    }
    return effectful;
  }
}

const bodies = new WeakMap<SideItem, Effects>();

/** The effects of calling what an item declares. */
function bodyEffects(item: SideItem): Effects {
  const effects = bodies.get(item) ?? effectsOf(item.path, true);
  bodies.set(item, effects);
  return effects;
}

function addKey(keys: Set<string>, meaning: Meaning | undefined): void {
  if (meaning?.kind === "binding") keys.add(keyIn(meaning.module, meaning.local));
  if (meaning?.kind === "external") keys.add(externalKey(meaning.specifier));
}

function externalKey(specifier: string): string {
  return `\0${specifier}`;
}

function allExports(graph: ModuleGraph, source: SourceModule, visited = new Set<SourceModule>()): readonly string[] {
  if (visited.has(source)) return [];
  visited.add(source);
  const stars = source.table.stars.map((specifier) => targetOf(graph, source, specifier));
  const more = stars.flatMap((target) => (target === undefined ? [] : allExports(graph, target, visited)));
  return [...source.table.exports.keys(), ...more.filter((name) => name !== "default")];
}

function isCommonJs({ table }: SourceModule): boolean {
  return table.references.length === 0 && table.exports.size === 0;
}

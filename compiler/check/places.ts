/**
 * EV2036, EV2037: durable operations where there is no workflow. Task handlers, and the functions that they call, run
 * on the host; the top level of a module runs before any execution starts. Neither can wait durably.
 */
import type { NodePath, types as t } from "@babel/core";
import type { CompilerCode } from "../diagnostics/catalogue.js";
import { type Diagnostic, placeOf } from "../diagnostics/diagnostic.js";
import { type Definition, findDefinitions, memberName } from "../split/definitions.js";
import {
  isApi,
  type Meaning,
  type ModuleGraph,
  meaningOfExport,
  meaningOfLocal,
  type SourceModule,
  sourceProgram,
} from "../split/graph.js";
import { NAMESPACE } from "../split/table.js";

/** Functions of the API that need an execution. */
const DURABLE = new Set(["condition", "expectSignal", "onSignal", "sendSignal"]);
/** Those of them, and methods of definitions, that a task can call as well: it asks the engine. */
const ALSO_ON_HOST = new Set(["sendSignal", "emit"]);
/** Timers: as values they are schedules, awaited they are durable. */
const TIMERS = new Set(["duration", "time"]);
const METHODS: Readonly<Record<string, ReadonlySet<string>>> = {
  signal: new Set(["expectSignal", "onSignal", "sendSignal"]),
  event: new Set(["emit"]),
};

interface Module {
  readonly source: SourceModule;
  readonly program: NodePath<t.Program>;
  /** Definitions by the local name of the variable that holds them. */
  readonly held: ReadonlyMap<string, Definition>;
  readonly definitions: readonly Definition[];
}

/** A function that runs on the host. */
interface HostFunction {
  readonly module: Module;
  readonly path: NodePath;
  /** Whose handler it is, or who calls it: `task "charge"`. */
  readonly owner: string;
  /** Name of the function between the owner and the call, if any. */
  readonly via: string | undefined;
}

/** Applies both rules to all modules as written. */
export function checkPlaces(graph: ModuleGraph): readonly Diagnostic[] {
  return new PlaceChecker(graph).run();
}

class PlaceChecker {
  private readonly graph: ModuleGraph;
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly queue: HostFunction[] = [];
  private readonly seen = new Set<t.Node>();

  constructor(graph: ModuleGraph) {
    this.graph = graph;
    this.modules = new Map([...graph].map(([file, source]) => [file, readModule(graph, source)]));
  }

  run(): readonly Diagnostic[] {
    for (const module of this.modules.values()) {
      this.checkTopLevel(module);
      for (const definition of module.definitions) this.addHandler(module, definition);
    }
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.checkHost(next);
    return this.diagnostics;
  }

  private addHandler(module: Module, { kind, name = "", call, nested }: Definition): void {
    const handler = call.get("arguments").at(-1);
    if ((kind !== "task" && kind !== "subscription") || nested || handler === undefined) return;
    const owner = `${kind} "${name}"`;
    if (handler.isFunction()) this.add({ module, path: handler, owner, via: undefined });
    else if (handler.isIdentifier()) this.follow(this.meaningOf(module, handler), owner);
  }

  private add(found: HostFunction): void {
    if (this.seen.has(found.path.node)) return;
    this.seen.add(found.path.node);
    this.queue.push(found);
  }

  /** Adds the function that a name means, if it is one of the user's. */
  private follow(meaning: Meaning | undefined, owner: string): void {
    if (meaning?.kind !== "binding") return;
    const module = this.modules.get(meaning.module.file);
    const declared = module?.program.scope.getBinding(meaning.local)?.path;
    if (module === undefined || declared === undefined) return;
    const path = declared.isVariableDeclarator() ? declared.get("init") : declared;
    if (!Array.isArray(path) && path.isFunction()) this.add({ module, path, owner, via: meaning.local });
  }

  private checkHost({ module, path, owner, via }: HostFunction): void {
    const where = via === undefined ? `in the ${owner}` : `in \`${via}\`, which the ${owner} calls`;
    const { calls, members } = usesIn(path, true);
    for (const call of calls) {
      const what = this.durableCall(module, call, (name) => ALSO_ON_HOST.has(name));
      if (what === undefined) this.follow(this.meaningOf(module, call.get("callee")), owner);
      else this.report("EV2036", module, call.node, `${what} ${where}: only a workflow can wait durably`, HOST_REMEDY);
    }
    for (const member of members) {
      if (memberName(member.node) !== "handler") continue;
      const definition = this.definitionOf(module, member.get("object"));
      if (definition?.kind !== "workflow") continue;
      const message = `The handler of the workflow "${definition.name ?? ""}" is used ${where}: tasks do not contain workflows`;
      this.report("EV2037", module, member.node, message, HANDLER_REMEDY);
    }
  }

  private checkTopLevel(module: Module): void {
    for (const call of usesIn(module.program, false).calls) {
      const what = this.durableCall(module, call, () => false);
      if (what === undefined) continue;
      const message = `${what} at the top level of the module, which runs before any workflow`;
      this.report("EV2036", module, call.node, message, TOP_LEVEL_REMEDY);
    }
  }

  /** What a call does that only a workflow can do; undefined for other calls, and for those that are `allowed`. */
  private durableCall(
    module: Module,
    call: NodePath<t.CallExpression>,
    allowed: (name: string) => boolean,
  ): string | undefined {
    const callee = call.get("callee");
    const definition = this.definitionOf(module, callee);
    if (definition?.kind === "task") return `The task "${definition.name ?? ""}" is called`;
    const meaning = this.meaningOf(module, callee);
    if (isApi(meaning)) {
      const awaited = call.parentPath.isAwaitExpression();
      if (allowed(meaning.name)) return undefined;
      if (DURABLE.has(meaning.name) || (TIMERS.has(meaning.name) && awaited)) return `\`${meaning.name}\` is called`;
    }
    if (!callee.isMemberExpression()) return undefined;
    const method = memberName(callee.node);
    if (method === undefined || allowed(method)) return undefined;
    const of = this.definitionOf(module, callee.get("object"));
    return of !== undefined && METHODS[of.kind]?.has(method) === true
      ? `\`${method}\` of the ${of.kind} "${of.name ?? ""}" is called`
      : undefined;
  }

  private definitionOf(module: Module, path: NodePath): Definition | undefined {
    const meaning = this.meaningOf(module, path);
    if (meaning?.kind !== "binding") return undefined;
    return this.modules.get(meaning.module.file)?.held.get(meaning.local);
  }

  /** What `name` or `namespace.name` means; undefined for everything that is not a module's binding. */
  private meaningOf(module: Module, path: NodePath): Meaning | undefined {
    if (path.isIdentifier()) {
      const binding = path.scope.getBinding(path.node.name);
      if (binding?.scope.block !== module.program.node) return undefined;
      return meaningOfLocal(this.graph, module.source, path.node.name);
    }
    if (!path.isMemberExpression()) return undefined;
    const name = memberName(path.node);
    const owner = this.meaningOf(module, path.get("object"));
    if (name === undefined || owner === undefined) return undefined;
    if (owner.kind === "namespace") return meaningOfExport(this.graph, owner.module, name);
    return isApi(owner) && owner.name === NAMESPACE ? { ...owner, name } : undefined;
  }

  private report(
    code: CompilerCode,
    { source: { id, source } }: Module,
    node: t.Node,
    message: string,
    remedy: string,
  ): void {
    this.diagnostics.push({ code, severity: "error", message, remedy, file: id, source, ...placeOf(node) });
  }
}

const HOST_REMEDY =
  "Call it in the workflow, and give the task what it needs as input; to run the code of another task here, share a plain function.";
const TOP_LEVEL_REMEDY = "Call it in a workflow's handler, or in a function that the handler calls.";
const HANDLER_REMEDY =
  "Start an execution of the workflow with a client, or move what both need into a plain function that each calls.";

interface Uses {
  readonly calls: NodePath<t.CallExpression>[];
  readonly members: NodePath<t.MemberExpression>[];
}

const uses = new WeakMap<t.Node, Uses>();

/** Calls and members in a part of a module as written; without `bodies` only what runs with the part itself. */
function usesIn(path: NodePath, bodies: boolean): Uses {
  const known = uses.get(path.node);
  if (known !== undefined) return known;
  const found: Uses = { calls: [], members: [] };
  const later = (inner: NodePath): void => {
    if (!bodies) inner.skip();
  };
  path.traverse({
    Function: later,
    Class: later,
    CallExpression: (call) => void found.calls.push(call),
    MemberExpression: (member) => void found.members.push(member),
  });
  uses.set(path.node, found);
  return found;
}

function readModule(graph: ModuleGraph, source: SourceModule): Module {
  const program = sourceProgram(source);
  const { found } = findDefinitions(graph, source, program);
  const held = new Map<string, Definition>();
  for (const definition of found) {
    const { parentPath } = definition.call;
    if (!parentPath.isVariableDeclarator() || parentPath.node.id.type !== "Identifier") continue;
    if (!definition.nested) held.set(parentPath.node.id.name, definition);
  }
  return { source, program, held, definitions: found };
}

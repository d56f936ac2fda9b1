/**
 * The definitions of a program: calls of `workflow`, `task`, `signal` … of the authoring API, under whatever name or
 * namespace a module imported them.
 */
import type { NodePath, types as t } from "@babel/core";
import { isApi, type Meaning, type ModuleGraph, meaningOfLocal, type SourceModule, sourceProgram } from "./graph.js";
import { NAMESPACE, nameText } from "./table.js";

/** The API's functions that define something when a module is loaded. */
export const DEFINERS = ["workflow", "task", "signal", "event", "query", "subscription", "schedule"] as const;
export type Definer = (typeof DEFINERS)[number];

export interface Definition {
  readonly kind: Definer;
  /** Undefined when it is not a plain string. */
  readonly name: string | undefined;
  readonly call: NodePath<t.CallExpression>;
  /** Inside a function, so that it is made each time the function runs. */
  readonly nested: boolean;
}

export interface Definitions {
  readonly found: readonly Definition[];
  /** Uses of a definer (or of the whole API) that are not plain calls. */
  readonly misuses: readonly { readonly path: NodePath; readonly name: string }[];
}

/** Finds the definitions in `program`, a tree of `module` (its own, or a copy). */
export function findDefinitions(graph: ModuleGraph, module: SourceModule, program: NodePath<t.Program>): Definitions {
  const found: Definition[] = [];
  const misuses: { path: NodePath; name: string }[] = [];
  for (const local of module.table.imports.keys()) {
    const meaning = meaningOfLocal(graph, module, local);
    if (!isApi(meaning)) continue;
    for (const reference of program.scope.getBinding(local)?.referencePaths ?? []) {
      const use = meaning.name === NAMESPACE ? memberUse(reference) : { path: reference, name: meaning.name };
      if (use === undefined) misuses.push({ path: reference, name: local });
      else if (isDefiner(use.name)) addUse(use.path, use.name, found, misuses);
    }
  }
  found.push(...eventHandlers(graph, module, program));
  found.sort((a, b) => (a.call.node.start ?? 0) - (b.call.node.start ?? 0));
  return { found, misuses };
}

/** Calls of `onEvent` of events: subscriptions. */
function eventHandlers(graph: ModuleGraph, module: SourceModule, program: NodePath<t.Program>): readonly Definition[] {
  const found: Definition[] = [];
  program.traverse({
    CallExpression(call) {
      const callee = call.get("callee");
      if (!callee.isMemberExpression() || memberName(callee.node) !== "onEvent") return;
      const object = callee.get("object");
      const binding = object.isIdentifier() ? object.scope.getBinding(object.node.name) : undefined;
      const isKnown = object.isIdentifier()
        ? binding?.scope.block === program.node && isEvent(graph, meaningOfLocal(graph, module, object.node.name))
        : definesEvent(graph, module, object.node);
      if (!isKnown) return;
      const name = literalText(call.node.arguments[0]);
      found.push({ kind: "subscription", name, call, nested: call.getFunctionParent() !== null });
    },
  });
  return found;
}

/** True for a module's binding that holds what `event()` gave. */
export function isEvent(graph: ModuleGraph, meaning: Meaning | undefined): boolean {
  if (meaning?.kind !== "binding") return false;
  const path = sourceProgram(meaning.module).scope.getBinding(meaning.local)?.path;
  return path?.isVariableDeclarator() === true && definesEvent(graph, meaning.module, path.node.init);
}

/** True for a call of the API's `event`. */
function definesEvent(graph: ModuleGraph, module: SourceModule, node: t.Node | null | undefined): boolean {
  if (node?.type !== "CallExpression") return false;
  const { callee } = node;
  const local = callee.type === "MemberExpression" ? callee.object : callee;
  if (local.type !== "Identifier") return false;
  const meaning = meaningOfLocal(graph, module, local.name);
  if (!isApi(meaning)) return false;
  return callee.type === "MemberExpression"
    ? meaning.name === NAMESPACE && memberName(callee) === "event"
    : meaning.name === "event";
}

function addUse(path: NodePath, kind: Definer, found: Definition[], misuses: { path: NodePath; name: string }[]): void {
  const { parentPath } = path;
  if (parentPath?.isExportSpecifier()) return;
  if (!parentPath?.isCallExpression() || path.key !== "callee") {
    misuses.push({ path, name: kind });
    return;
  }
  const name = literalText(parentPath.node.arguments[0]);
  found.push({ kind, name, call: parentPath, nested: parentPath.getFunctionParent() !== null });
}

/** `ns.task` for a reference to `ns`; undefined when the namespace is used in another way. */
function memberUse(reference: NodePath): { path: NodePath; name: string } | undefined {
  const { parentPath } = reference;
  if (parentPath?.isExportSpecifier()) return { path: reference, name: NAMESPACE };
  if (!parentPath?.isMemberExpression() || reference.key !== "object") return undefined;
  const name = memberName(parentPath.node);
  return name === undefined ? undefined : { path: parentPath, name };
}

/** The property's name in `a.b` or `a["b"]`; undefined when it is computed. */
export function memberName(node: t.MemberExpression | t.OptionalMemberExpression): string | undefined {
  if (node.property.type === "StringLiteral") return node.property.value;
  return !node.computed && node.property.type === "Identifier" ? nameText(node.property) : undefined;
}

function isDefiner(name: string): name is Definer {
  return DEFINERS.some((definer) => definer === name);
}

function literalText(node: t.Node | undefined): string | undefined {
  if (node?.type === "StringLiteral") return node.value;
  if (node?.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** EV2010–EV2013: the rules about definitions, which concern all modules of a program together. */
import type { NodePath, types as t } from "@babel/core";
import type { CompilerCode } from "../diagnostics/catalogue.js";
import { type Diagnostic, placeOf } from "../diagnostics/diagnostic.js";
import { type Definition, findDefinitions } from "../split/definitions.js";
import { type ModuleGraph, type SourceModule, sourceProgram } from "../split/graph.js";

/** A definition with a name, as the manifest lists it. */
export interface NamedDefinition {
  readonly kind: Definition["kind"];
  readonly name: string;
  readonly module: string;
  readonly node: t.CallExpression;
}

export interface CheckedDefinitions {
  /** In the order of modules and text. */
  readonly definitions: readonly NamedDefinition[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds and checks the definitions of all modules. */
export function checkDefinitions(graph: ModuleGraph): CheckedDefinitions {
  const definitions: NamedDefinition[] = [];
  const diagnostics: Diagnostic[] = [];
  const first = new Map<string, NamedDefinition>();
  for (const module of graph.values()) {
    const { found, misuses } = findDefinitions(graph, module, sourceProgram(module));
    for (const { path, name } of misuses) diagnostics.push(misuse(module, path, name));
    for (const definition of found) {
      diagnostics.push(...checkPlace(module, definition));
      if (definition.name === undefined) continue;
      const { kind, name } = definition;
      const named = { kind, name, module: module.id, node: definition.call.node };
      const key = `${kind}\0${name}`;
      const other = first.get(key);
      if (other !== undefined) diagnostics.push(duplicate(module, definition, name, other));
      else first.set(key, named);
      definitions.push(named);
    }
  }
  return { definitions, diagnostics };
}

/** Kinds that the database knows by their names. */
const NAMED: ReadonlySet<string> = new Set(["workflow", "task", "event", "subscription", "schedule"]);

function checkPlace(module: SourceModule, { kind, name, call, nested }: Definition): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (name === undefined && NAMED.has(kind)) {
    const message = `The name of a ${kind} must be a string literal`;
    const remedy = `Write the name in the call: ${kind}("name", …). The database knows it by that name.`;
    found.push(diagnostic("EV2011", module, call.node.arguments[0] ?? call.node, message, remedy));
  }
  if (nested) {
    const message = `${kind}() is called inside a function: definitions belong to the top level of a module`;
    const remedy = "Move the definition out of the function and pass it what it needs as input.";
    found.push(diagnostic("EV2012", module, call.node.callee, message, remedy));
  }
  return found;
}

function duplicate(module: SourceModule, { kind, call }: Definition, name: string, other: NamedDefinition): Diagnostic {
  const { line } = placeOf(other.node);
  const message = `Another ${kind} has the name "${name}": ${other.module}:${line}`;
  const remedy = `Give each ${kind} of the program a name of its own.`;
  return diagnostic("EV2010", module, call.node.arguments[0] ?? call.node, message, remedy);
}

function misuse(module: SourceModule, { node }: NodePath, name: string): Diagnostic {
  const message = `\`${name}\` can only be called: the compiler must see every definition`;
  return diagnostic("EV2013", module, node, message, `Import it by name and call it directly: ${name}(…).`);
}

function diagnostic(
  code: CompilerCode,
  { id, source }: SourceModule,
  node: t.Node,
  message: string,
  remedy: string,
): Diagnostic {
  return { code, severity: "error", message, remedy, file: id, source, ...placeOf(node) };
}

/**
 * The lowering: one module's tree in, the same tree out as serializable state machines (language §2–§4).
 *
 *   prepare        one shape for catch clauses, variables, names; stable ids
 *   environments   shared variables into record objects
 *   closures       nested functions into code + captures; async functions into frames (machine/)
 *   module table   names of the module's bindings, for checkpoints
 */
import { type NodePath, types as t } from "@babel/core";
import type { ModuleEntry } from "../../runtime/protocol/program.js";
import { convertFunctions } from "./closures.js";
import { helper, moduleContext } from "./context.js";
import { makeEnvironments, type RecordedVariables } from "./environments.js";
import { identify } from "./identity.js";
import { freshProgramPath, prepare } from "./prepare.js";
import { identifiersIn } from "./tree.js";

/** A module's part of the manifest. */
export type LoweredModule = Omit<ModuleEntry, "id">;

/**
 * Lowers a module in place. `moduleId` (a path with forward slashes) prefixes the ids of its functions.
 * Gives the manifest's entries; throws Fault EV3101 with the place for what cannot be lowered.
 */
export function lower(file: t.File, moduleId: string): LoweredModule {
  const names = identifiersIn(file);
  const context = moduleContext(moduleId, names, identify(file, moduleId));
  const program = prepare(file, names, context);
  const recorded = makeEnvironments(program, context);
  const table = moduleTable(freshProgramPath(file), moduleId);
  convertFunctions(file.program, recorded, context);
  const firstOwn = file.program.body.findIndex((statement) => statement.type !== "ImportDeclaration");
  file.program.body.splice(firstOwn < 0 ? file.program.body.length : firstOwn, 0, ...context.codes);
  if (table) file.program.body.push(table);
  return { functions: context.functions, classes: context.classes, environments: layouts(recorded) };
}

/** The fields of each environment record, in the order of their variables. */
function layouts(recorded: RecordedVariables): ModuleEntry["environments"] {
  const fields = new Map<string, string[]>();
  for (const { record, key } of recorded.values()) fields.set(record, [...(fields.get(record) ?? []), key]);
  return [...fields].map(([id, keys]) => ({ id, fields: keys }));
}

// $module("src/a.ts", { f, CONSTANT }, { counter: [() => counter, ($v) => { counter = $v; }] });
function moduleTable(program: NodePath<t.Program>, moduleId: string): t.Statement | undefined {
  const constants: t.ObjectProperty[] = [];
  const variables: t.ObjectProperty[] = [];
  for (const [name, binding] of Object.entries(program.scope.bindings)) {
    if (binding.kind === "module") continue;
    const value = t.identifier(name);
    if (binding.constant && binding.kind !== "var") {
      constants.push(t.objectProperty(t.stringLiteral(name), value));
      continue;
    }
    const set = t.assignmentExpression("=", t.identifier(name), t.identifier("$v"));
    variables.push(
      t.objectProperty(
        t.stringLiteral(name),
        t.arrayExpression([
          t.arrowFunctionExpression([], value),
          t.arrowFunctionExpression([t.identifier("$v")], t.blockStatement([t.expressionStatement(set)])),
        ]),
      ),
    );
  }
  if (constants.length + variables.length === 0) return undefined;
  const args: t.Expression[] = [t.stringLiteral(moduleId), t.objectExpression(constants)];
  if (variables.length > 0) args.push(t.objectExpression(variables));
  return t.expressionStatement(helper("$module", ...args));
}

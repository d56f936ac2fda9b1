/**
 * Functions made at run time become pairs of code and captured values, innermost first; async functions become frames.
 *
 *   (y) => x + y               →   $clo($k1, [x])     with   $k1 = $code("…", ($c) => { const x = $c[0]; return (y) => x + y; }, null)
 *   async (y) => await g(y)    →   $clo($k2, [g])     with   $code("…", ($c) => (y) => $async($k2, void 0, [y], $c), step)
 *
 *   C1  A function of module level stays where it is: the runtime knows it by its module's table of names.
 *   C2  `this`, `arguments` and `new.target` of an arrow function are captured values.
 */
import { types as t } from "@babel/core";
import { boundNames } from "../syntax/bound-names.js";
import { cannotLower, helper, type ModuleContext, positionOf } from "./context.js";
import type { RecordedVariables } from "./environments.js";
import { buildStep, type StepParts } from "./machine/step.js";
import { assign, isVariable, rewrite, undefinedNode, variablesIn, walk } from "./tree.js";

/** Runs the pass over a prepared program. */
export function convertFunctions(program: t.Program, recorded: RecordedVariables, context: ModuleContext): void {
  convertBelow(program, { inFunction: false, recorded, context });
}

interface Surroundings {
  readonly inFunction: boolean;
  readonly recorded: RecordedVariables;
  readonly context: ModuleContext;
}

function convertBelow(root: t.Node, around: Surroundings): void {
  if (root.type === "BlockStatement") hoistFunctions(root, around);
  rewrite(root, (node, parent) => {
    if (node.type === "BlockStatement" || node.type === "SwitchStatement") hoistFunctions(node, around);
    if (node.type === "ObjectExpression") {
      const replaced = convertAccessors(node, around);
      if (replaced) return replaced;
    }
    if (!t.isFunction(node)) return undefined;
    return convertFunction(node, parent, around) ?? "skip";
  });
}

/** Function declarations of a block become closures made at its start. */
function hoistFunctions(node: t.BlockStatement | t.SwitchStatement, around: Surroundings): void {
  const lists = node.type === "BlockStatement" ? [node.body] : node.cases.map((one) => one.consequent);
  for (const list of lists) {
    const declarations = list.filter(
      (statement): statement is t.FunctionDeclaration => statement.type === "FunctionDeclaration",
    );
    const made: t.Statement[] = [];
    for (const declaration of declarations) {
      if (!isMadeAtRunTime(declaration, around)) continue;
      if (node.type === "SwitchStatement")
        throw cannotLower(around.context, declaration, "a function declared in a switch case");
      const closure = convertFunction(declaration, node, around) as t.CallExpression;
      const name = declaration.id!.name;
      const place = around.recorded.get(name);
      made.push(
        place
          ? assign(t.memberExpression(t.identifier(place.record), t.identifier(place.key)), closure)
          : t.variableDeclaration("let", [t.variableDeclarator(t.identifier(name), closure)]),
      );
      list.splice(list.indexOf(declaration), 1);
    }
    if (made.length === 0) continue;
    const lastRecord = list.findLastIndex((statement) => around.context.records.has(statement));
    list.splice(lastRecord + 1, 0, ...made);
  }
}

function isMadeAtRunTime(node: t.Function, around: Surroundings): boolean {
  return around.inFunction || freeVariables(node, around.context).length > 0;
}

/** Local variables of enclosing functions or blocks that a function uses, in order of their first use. */
function freeVariables(node: t.Function, context: ModuleContext): string[] {
  const declared = new Set<string>(boundNames(...node.params));
  if ("id" in node && node.id) declared.add(node.id.name);
  walk(node.body, (inner) => {
    if (inner.type === "VariableDeclaration" || inner.type === "FunctionDeclaration") {
      for (const name of boundNames(inner)) declared.add(name);
    }
    if (t.isFunction(inner)) for (const name of boundNames(...inner.params)) declared.add(name);
    if (inner.type === "FunctionExpression" && inner.id) declared.add(inner.id.name);
    if (inner.type === "CatchClause" && inner.param) for (const name of boundNames(inner.param)) declared.add(name);
    return undefined;
  });
  const used = new Set<string>();
  const parts: t.Node[] = [...node.params, node.body];
  for (const part of parts) for (const name of variablesIn(part)) used.add(name);
  return [...used].filter((name) => context.locals.has(name) && !declared.has(name));
}

/** Gives the expression that stands for the function now, or undefined if it was lowered in place. */
function convertFunction(
  node: t.Function,
  parent: t.Node,
  around: Surroundings,
): t.Expression | t.ObjectProperty | undefined {
  const { context } = around;
  const captured = new Map<string, t.Expression>();
  for (const name of freeVariables(node, context)) captured.set(name, t.identifier(name));
  const nested = around.inFunction || captured.size > 0 || parent.type === "ClassProperty";
  if (nested && node.type === "ArrowFunctionExpression") captureLexicalThis(node, captured);
  convertBelow(node.body, { ...around, inFunction: true });
  for (const param of node.params) convertBelow(param, { ...around, inFunction: true });
  if (!nested || node.type === "ClassMethod" || node.type === "ClassPrivateMethod") {
    lowerInPlace(node, context);
    return undefined;
  }
  const closure = makeClosure(node, parent, captured, context);
  if (node.type !== "ObjectMethod") return closure;
  return t.inherits(t.objectProperty(node.key, closure, node.computed), node);
}

/** An async function of module level: its body starts the frame. */
function lowerInPlace(node: t.Function, context: ModuleContext): void {
  if (!node.async) return;
  if (node.body.type !== "BlockStatement") throw cannotLower(context, node, "this function");
  const code = context.unique("$k");
  const step = buildStep(node, [], context);
  pushCode(node, code, t.nullLiteral(), step, [], context);
  const self = node.type === "ArrowFunctionExpression" ? undefinedNode() : t.thisExpression();
  node.async = false;
  node.params = step.wrapperParams;
  const args: t.Expression[] = [t.identifier(code), self, t.arrayExpression(step.wrapperArgs)];
  if (step.usesOwnName) args.push(undefinedNode(), t.identifier(step.usesOwnName));
  node.body = t.blockStatement([t.returnStatement(helper("$async", ...args))]);
}

function makeClosure(
  node: t.Function,
  parent: t.Node,
  captured: ReadonlyMap<string, t.Expression>,
  context: ModuleContext,
): t.CallExpression {
  const names = [...captured.keys()];
  const code = context.unique("$k");
  const step = node.async ? buildStep(node, names, context) : undefined;
  const fn = step ? asyncWrapper(node, code, step) : plainFunction(node);
  const unpack =
    step === undefined && names.length > 0
      ? [
          t.variableDeclaration(
            "const",
            names.map((name, i) =>
              t.variableDeclarator(
                t.identifier(name),
                t.memberExpression(t.identifier("$c"), t.numericLiteral(i), true),
              ),
            ),
          ),
        ]
      : [];
  const named = nameFunction(fn, node, context);
  const make = t.arrowFunctionExpression(
    [t.identifier("$c")],
    unpack.length === 0 ? named : t.blockStatement([...unpack, t.returnStatement(named)]),
  );
  pushCode(node, code, make, step, names, context);
  const values = t.arrayExpression([...captured.values()]);
  const args: t.Expression[] = names.length > 0 ? [t.identifier(code), values] : [t.identifier(code)];
  return t.inherits(helper(staysInCall(node, parent) ? "$fn" : "$clo", ...args), node);
}

function pushCode(
  node: t.Function,
  code: string,
  make: t.Expression,
  step: StepParts | undefined,
  captures: string[],
  context: ModuleContext,
): void {
  const { id, name } = context.ids.get(node)!;
  const call = helper("$code", t.stringLiteral(id), make, step?.step ?? t.nullLiteral());
  context.codes.push(t.variableDeclaration("const", [t.variableDeclarator(t.identifier(code), call)]));
  context.functions.push({
    id,
    name,
    position: positionOf(node),
    params: boundNames(...node.params),
    captures,
    points: step?.points ?? [],
  });
}

function asyncWrapper(node: t.Function, code: string, step: StepParts): t.Function {
  const arrow = node.type === "ArrowFunctionExpression";
  const args: t.Expression[] = [
    t.identifier(code),
    arrow ? undefinedNode() : t.thisExpression(),
    t.arrayExpression(step.wrapperArgs),
    t.identifier("$c"),
  ];
  if (step.usesOwnName) args.push(t.identifier(step.usesOwnName));
  const body = t.blockStatement([t.returnStatement(helper("$async", ...args))]);
  if (arrow) return t.arrowFunctionExpression(step.wrapperParams, body);
  if (node.type === "ObjectMethod") return t.objectMethod("method", t.identifier("m"), step.wrapperParams, body);
  return t.functionExpression(step.usesOwnName ? t.identifier(step.usesOwnName) : null, step.wrapperParams, body);
}

function plainFunction(node: t.Function): t.Function {
  if (node.type === "ArrowFunctionExpression") return node;
  const body = node.body as t.BlockStatement;
  if (node.type === "ObjectMethod") return t.objectMethod("method", t.identifier("m"), node.params, body);
  const ownName = "id" in node && node.id && variablesIn(body).has(node.id.name) ? node.id : null;
  const params = node.params as t.FunctionExpression["params"];
  // A declaration's own name is the outer variable; only an expression's is its own.
  return t.inherits(t.functionExpression(node.type === "FunctionExpression" ? ownName : null, params, body), node);
}

// Gives the function the name that it would have had where it stood: { name: (y) => … }.name
function nameFunction(fn: t.Function, original: t.Function, context: ModuleContext): t.Expression {
  const name = context.ids.get(original)!.name;
  if (fn.type === "ObjectMethod") {
    fn.key = t.stringLiteral(name);
    return t.memberExpression(t.objectExpression([fn]), t.stringLiteral(name), true);
  }
  const expression = fn as t.FunctionExpression | t.ArrowFunctionExpression;
  if (expression.type === "FunctionExpression" && expression.id) return expression;
  if (name === "" || name === "__proto__") return expression;
  return t.memberExpression(
    t.objectExpression([t.objectProperty(t.stringLiteral(name), expression)]),
    t.stringLiteral(name),
    true,
  );
}

/** Array methods that call their callback before they return and keep no reference to it. */
const CALLS_AT_ONCE = new Set([
  "map",
  "filter",
  "forEach",
  "reduce",
  "reduceRight",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "flatMap",
  "sort",
  "toSorted",
  "replace",
  "replaceAll",
]);

/** True for a callback that does not outlive the call it is given to; a wrong guess only prevents a checkpoint. */
function staysInCall(node: t.Function, parent: t.Node): boolean {
  if (parent.type === "NewExpression") return t.isIdentifier(parent.callee, { name: "Promise" });
  if (parent.type !== "CallExpression") return false;
  if (parent.callee === node) return true;
  const callee = parent.callee;
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    CALLS_AT_ONCE.has(callee.property.name)
  );
}

/** Replaces `this`, `arguments`, `new.target` of an arrow function by captured values. */
function captureLexicalThis(arrow: t.ArrowFunctionExpression, captured: Map<string, t.Expression>): void {
  const visit = (node: t.Node, parent: t.Node, grandparent: t.Node | undefined): t.Node | "skip" | undefined => {
    if (t.isFunction(node) && node.type !== "ArrowFunctionExpression") return "skip";
    const capture = (name: string, value: t.Expression): t.Identifier => {
      captured.set(name, value);
      return t.identifier(name);
    };
    if (node.type === "ThisExpression") return capture("$this", node);
    if (node.type === "MetaProperty" && node.meta.name === "new") return capture("$newTarget", node);
    if (node.type === "Identifier" && node.name === "arguments" && isVariable(node, parent, grandparent)) {
      return capture("$arguments", node);
    }
    return undefined;
  };
  rewrite(arrow, visit);
}

// { a: 1, get x() { … } }   →   $accessor({ a: 1, x: void 0 }, "x", "get", $clo(…))
function convertAccessors(node: t.ObjectExpression, around: Surroundings): t.Expression | undefined {
  if (!around.inFunction) return undefined;
  const accessors = node.properties.filter(
    (property): property is t.ObjectMethod => property.type === "ObjectMethod" && property.kind !== "method",
  );
  if (accessors.length === 0) return undefined;
  const placed = new Set<string>();
  const definitions: { key: t.Expression; kind: "get" | "set"; fn: t.Expression }[] = [];
  for (const accessor of accessors) {
    if (accessor.computed) throw cannotLower(around.context, accessor, "an accessor with a computed key");
    const key = t.isIdentifier(accessor.key) ? t.stringLiteral(accessor.key.name) : (accessor.key as t.StringLiteral);
    const name = String("value" in key ? key.value : key);
    const property = convertFunction(accessor, node, around) as t.ObjectProperty;
    definitions.push({ key, kind: accessor.kind === "get" ? "get" : "set", fn: property.value as t.Expression });
    const index = node.properties.indexOf(accessor);
    if (placed.has(name)) node.properties.splice(index, 1);
    else node.properties[index] = t.objectProperty(t.cloneNode(key), undefinedNode());
    placed.add(name);
  }
  convertBelow(node, around);
  return definitions.reduce<t.Expression>(
    (object, { key, kind, fn }) => helper("$accessor", object, t.cloneNode(key), t.stringLiteral(kind), fn),
    node,
  );
}

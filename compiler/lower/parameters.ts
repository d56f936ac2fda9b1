/**
 * Parameters that are more than names, bound by statements of the body: what a call does is the same, and the passes
 * need to know only one kind of binding.
 *
 *   (a, { b }, c = 1, ...d) => …   →   (a, $item1, $item2 = void 0, ...d) => { let { b } = $item1; let c = $item2 === void 0 ? 1 : $item2; … }
 */
import { types as t } from "@babel/core";
import { boundNames } from "../syntax/bound-names.js";
import { helper, type ModuleContext } from "./context.js";
import { containsFunction, identifiersIn, isCoroutine, renameIn, undefinedNode, walk } from "./tree.js";

/** True if every parameter is a name. */
function isSimple(node: t.Function): boolean {
  return node.params.every(
    (param) => param.type === "Identifier" || (param.type === "RestElement" && param.argument.type === "Identifier"),
  );
}

/**
 * Moves parameters into the body where they are more than names: those of functions whose calls are frames, and those
 * with functions in them. The parameters that stay keep the function's `length`.
 * `always`: whatever the function is.
 */
export function bindParameters(node: t.Function, context: ModuleContext, always = false): void {
  if (node.body.type !== "BlockStatement" || isSimple(node)) return;
  if (!always && !isCoroutine(node) && !node.params.some(containsFunction)) return;
  if (node.params.some(containsFunction)) separateBody(node, node.body, context);
  const prologue: t.Statement[] = [];
  // A frame's variables are checked for their temporal dead zone; elsewhere `var` may be declared again by the body.
  const kind = isCoroutine(node) ? "let" : "var";
  const unpack = (pattern: t.Node, value: t.Expression, param: t.Node) => {
    // The place of the whole parameter: its default may mention the parameter itself, too early.
    const declarator = t.inherits(t.variableDeclarator(pattern as t.Identifier, value), param);
    prologue.push(t.inherits(t.variableDeclaration(kind, [declarator]), param));
  };
  node.params = node.params.map((param): t.FunctionParameter => {
    const name = context.unique("$item");
    const given = () => t.identifier(name);
    if (param.type === "RestElement") {
      unpack(param.argument, given(), param);
      return t.restElement(given());
    }
    if (param.type !== "AssignmentPattern") {
      unpack(param, given(), param);
      return given();
    }
    const missing = t.binaryExpression("===", given(), undefinedNode());
    unpack(param.left, t.conditionalExpression(missing, param.right, given()), param);
    return t.assignmentPattern(given(), undefinedNode());
  });
  if (node.generator) prologue.push(t.expressionStatement(helper("$begin", t.identifier("$f"))));
  node.body.body.unshift(...prologue);
}

// (x, f = () => y) => { var x, y; … }   →   (x, f = () => y) => { var x$1 = x, y$1; … }
/**
 * Variables of the body that functions in the parameters cannot see (ECMA-262 10.2.11, step 28) get other names; one
 * that has a parameter's name begins with its value.
 */
function separateBody(node: t.Function, body: t.BlockStatement, context: ModuleContext): void {
  const mentioned = new Set(node.params.flatMap((param) => [...identifiersIn(param)]));
  const parameters = new Set(boundNames(...node.params));
  const values: t.Statement[] = [];
  for (const name of variablesOf(body)) {
    if (!mentioned.has(name)) continue;
    const fresh = context.unique(`${name}$`);
    context.originalNames.set(fresh, name);
    renameIn(body, name, fresh);
    if (parameters.has(name) && !isFunctionOf(body, fresh)) {
      values.push(t.variableDeclaration("var", [t.variableDeclarator(t.identifier(fresh), t.identifier(name))]));
    }
  }
  body.body.unshift(...values);
}

/** Names that `var` and the function declarations of its top declare in a body. */
function variablesOf(body: t.BlockStatement): Set<string> {
  const names = new Set<string>();
  for (const statement of body.body) if (statement.type === "FunctionDeclaration") names.add(statement.id!.name);
  walk(body, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) return "skip";
    if (inner.type === "VariableDeclaration" && inner.kind === "var") {
      for (const name of boundNames(inner)) names.add(name);
    }
    return undefined;
  });
  return names;
}

function isFunctionOf(body: t.BlockStatement, name: string): boolean {
  return body.body.some((statement) => statement.type === "FunctionDeclaration" && statement.id?.name === name);
}

/** The statement that ends the binding of a generator's parameters. */
export function isBegin(node: t.Statement): boolean {
  return (
    node.type === "ExpressionStatement" &&
    node.expression.type === "CallExpression" &&
    t.isIdentifier(node.expression.callee, { name: "$begin" })
  );
}

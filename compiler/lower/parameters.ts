/**
 * Parameters that are more than names, bound by statements of the body: what a call does is the same, and the passes
 * need to know only one kind of binding.
 *
 *   (a, { b }, c = 1, ...d) => …   →   (a, $item1, $item2 = void 0, ...d) => { let { b } = $item1; let c = $item2 === void 0 ? 1 : $item2; … }
 */
import { types as t } from "@babel/core";
import { helper, type ModuleContext } from "./context.js";
import { isCoroutine, undefinedNode, walk } from "./tree.js";

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

/** The statement that ends the binding of a generator's parameters. */
export function isBegin(node: t.Statement): boolean {
  return (
    node.type === "ExpressionStatement" &&
    node.expression.type === "CallExpression" &&
    t.isIdentifier(node.expression.callee, { name: "$begin" })
  );
}

function containsFunction(node: t.Node): boolean {
  let found = false;
  walk(node, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) found = true;
    return found ? "skip" : undefined;
  });
  return found;
}

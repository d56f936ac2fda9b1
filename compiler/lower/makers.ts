/** What makes a function of its captures; and which functions tell these when they are asked (runtime/guest/asking.ts). */
import { types as t } from "@babel/core";
import { helper, helperValue, type ModuleContext } from "./context.js";
import { type StepParts, WRAPPER } from "./machine/step.js";
import { kindOf, rewrite, suspends, undefinedNode, variablesIn, walk } from "./tree.js";

/** The runtime asks with so many. */
const PARAMETERS_MAX = 16;

/** True if no code of the user runs, and none fails, when the function is called with parameters that have everything. */
export function takesAnything(node: t.Function): boolean {
  return node.params.length <= PARAMETERS_MAX && !node.params.some(runsCode);
}

function runsCode(pattern: t.Node | null): boolean {
  switch (pattern?.type) {
    case undefined:
    case "Identifier":
      return false;
    // With a value there, the default is not evaluated.
    case "AssignmentPattern":
      return runsCode(pattern.left);
    // Of the parameters themselves: the rest of an iterator without end would have none.
    case "RestElement":
      return pattern.argument.type !== "Identifier";
    case "ArrayPattern":
      return pattern.elements.some((element) => element?.type === "RestElement" || runsCode(element));
    case "ObjectPattern":
      return pattern.properties.some((property) =>
        property.type === "RestElement" ? runsCode(property) : property.computed || runsCode(property.value),
      );
    default:
      return true;
  }
}

// if ($asking.on) return [x];
function answer(captures: t.Expression): t.IfStatement {
  const asked = t.memberExpression(helperValue("$asking"), t.identifier("on"));
  return t.ifStatement(asked, t.returnStatement(captures));
}

// ($c) => { const x = $c[0]; return function … }      of functions that tell: (x) => function …
/** For functions whose calls are no frames. */
export function plainMaker(
  node: t.Function,
  names: readonly string[],
  tells: boolean,
  context: ModuleContext,
): t.Expression {
  const variables = () => names.map((name) => t.identifier(name));
  if (tells && names.length > 0) answering(node, t.arrayExpression(variables()));
  const named = nameFunction(plainFunction(node), node, context);
  if (tells) return t.arrowFunctionExpression(variables(), named);
  return unpacking(names, named);
}

// ($c) => { const x = $c[0]; return fn; }
function unpacking(names: readonly string[], fn: t.Expression): t.Expression {
  const parameter = t.identifier("$c");
  if (names.length === 0) return t.arrowFunctionExpression([parameter], fn);
  const unpack = names.map((name, i) =>
    t.variableDeclarator(t.identifier(name), t.memberExpression(parameter, t.numericLiteral(i), true)),
  );
  const body = [t.variableDeclaration("const", unpack), t.returnStatement(fn)];
  return t.arrowFunctionExpression([parameter], t.blockStatement(body));
}

/** True for an async function that can do without a frame: nothing in it suspends, and what it returns is its last act. */
export function neverWaits(node: t.Function): boolean {
  if (kindOf(node) !== "async" || node.body.type !== "BlockStatement" || suspends(node.body)) return false;
  if ("id" in node && node.id && node.type === "FunctionExpression" && variablesIn(node.body).has(node.id.name))
    return false;
  let last = true;
  walk(node.body, (inner, parent) => {
    if (t.isFunction(inner) || t.isClass(inner)) return "skip";
    // `finally` and the end of an iterator come after a `return`.
    const after = inner.type === "ForOfStatement" || (inner.type === "TryStatement" && inner.finalizer);
    if (after && parent && returns(inner)) last = false;
    return undefined;
  });
  return last;
}

function returns(node: t.Node): boolean {
  let found = false;
  walk(node, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) return "skip";
    if (inner.type === "ReturnStatement") found = true;
    return undefined;
  });
  return found;
}

// async (y) => x + y   →   ($c) => { const x = $c[0]; return (y) => { try { return $resolved(x + y); } catch ($error) { return $rejected($error); } }; }
/** For functions that never wait: their calls are no frames. */
export function directMaker(
  node: t.Function,
  names: readonly string[],
  tells: boolean,
  context: ModuleContext,
): t.Expression {
  const body = node.body as t.BlockStatement;
  const arrow = node.type === "ArrowFunctionExpression";
  rewrite(body, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) return "skip";
    if (inner.type !== "ReturnStatement") return undefined;
    inner.argument = helper("$resolved", inner.argument ?? undefinedNode());
    return "skip";
  });
  const end = body.body.at(-1)?.type;
  if (end !== "ReturnStatement" && end !== "ThrowStatement") {
    body.body.push(t.returnStatement(helper("$resolved", undefinedNode())));
  }
  const failed = t.blockStatement([t.returnStatement(helper("$rejected", t.identifier("$error")))]);
  const attempt = t.tryStatement(t.blockStatement(body.body), t.catchClause(t.identifier("$error"), failed));
  const direct = t.blockStatement([...(tells ? [answer(t.identifier("$c"))] : []), attempt], body.directives);
  const fn = arrow
    ? t.arrowFunctionExpression(node.params as t.ArrowFunctionExpression["params"], direct)
    : t.objectMethod("method", t.identifier("m"), node.params as t.ObjectMethod["params"], direct);
  return unpacking(names, nameFunction(t.inherits(fn, node), node, context));
}

function answering(node: t.Function, captures: t.Expression): void {
  if (node.body.type !== "BlockStatement") node.body = t.blockStatement([t.returnStatement(node.body)]);
  node.body.body.unshift(answer(captures));
}

/** What a wrapper starts the call's frame with. */
export function newFrame(code: string, self: t.Expression, captures: t.Expression, step: StepParts): t.ArrayExpression {
  const start = [t.identifier(code), t.numericLiteral(0), undefinedNode(), self, captures];
  return t.arrayExpression([...start, ...step.wrapperArgs]);
}

// ($c, $k) => { const $w = { f(a) { return $gen($w, [$k, 0, void 0, this, $c, a]); } }.f; return $w; }
/** For functions whose calls are frames. */
export function frameMaker(node: t.Function, step: StepParts, answers: boolean, context: ModuleContext): t.Expression {
  const arrow = node.type === "ArrowFunctionExpression";
  const wrapper = t.identifier(WRAPPER);
  const needsItself = node.generator || step.usesOwnName;
  const frame = newFrame("$k", arrow ? undefinedNode() : t.thisExpression(), t.identifier("$c"), step);
  const call = node.generator ? helper("$gen", wrapper, frame) : helper("$async", frame);
  const body = t.blockStatement([...(answers ? [answer(t.identifier("$c"))] : []), t.returnStatement(call)]);
  // Methods are no constructors and have no prototype, as functions whose calls are frames.
  const fn = arrow
    ? t.arrowFunctionExpression(step.wrapperParams as t.ArrowFunctionExpression["params"], body)
    : t.objectMethod("method", t.identifier("m"), step.wrapperParams as t.ObjectMethod["params"], body);
  const named = nameFunction(fn, node, context);
  if (!needsItself) return t.arrowFunctionExpression([t.identifier("$c"), t.identifier("$k")], named);
  const statements = [
    t.variableDeclaration("const", [t.variableDeclarator(wrapper, named)]),
    t.returnStatement(wrapper),
  ];
  return t.arrowFunctionExpression([t.identifier("$c"), t.identifier("$k")], t.blockStatement(statements));
}

// ($f, $m, $v) => …   →   { f($f, $m, $v) { … } }.f       so that stacks call it by the name of the source
export function namedStep({ step }: StepParts, node: t.Function, context: ModuleContext): t.Expression {
  if (context.ids.get(node)!.name === "") return step;
  const { params, body, generator } = step;
  const method = t.objectMethod(
    "method",
    t.identifier("m"),
    params as t.ObjectMethod["params"],
    body as t.BlockStatement,
  );
  method.generator = generator ?? false;
  return nameFunction(method, node, context);
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
  const named = context.ids.get(original)!.name;
  const name = named !== "" && isAccessor(original) ? `${original.kind} ${named}` : named;
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

/** True for a getter or setter of an object literal. */
export function isAccessor(property: t.Node): property is t.ObjectMethod & { readonly kind: "get" | "set" } {
  return property.type === "ObjectMethod" && property.kind !== "method";
}

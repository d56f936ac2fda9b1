/**
 * Tests derived from others: the text of an ordinary test becomes the body of an async function that suspends before
 * every operand. What it says stays true, so whoever keeps to the language passes it.
 *
 *   f(a) + b;   →   (async () => { (await 0, f((await 0, a))) + (await 0, b); await 0; })().then($DONE, $DONE)
 *
 *   T1  Functions and class bodies stay as they are: only the test's own body suspends.
 *   T2  What takes its name or its `this` from its place (anonymous functions, callees, references) is not touched.
 */
import { types as t } from "@babel/core";
import { generateText } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";

/** The derived test. `reports`: it tells of its end itself. Throws Fault EV1003 if it cannot be derived. */
export function derive(source: string, reports: boolean): string {
  const file = parseModule(
    `(async () => {\n${source}\n})().then(${reports ? "undefined" : "$DONE"}, $DONE);`,
    "test.js",
    "unambiguous",
  );
  const body = bodyOf(file);
  suspendBelow(body);
  return generateText(file);
}

function bodyOf(file: t.File): t.BlockStatement {
  const statement = file.program.body[0];
  const call = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  const then =
    call?.type === "CallExpression" && call.callee.type === "MemberExpression" ? call.callee.object : undefined;
  const fn = then?.type === "CallExpression" ? then.callee : undefined;
  if (fn?.type !== "ArrowFunctionExpression" || fn.body.type !== "BlockStatement") throw new TypeError("the wrapper");
  return fn.body;
}

const wait = (): t.Expression => t.awaitExpression(t.numericLiteral(0));

function late<Node extends t.Node | null | undefined>(node: Node): Node {
  if (!t.isExpression(node) || isUnnamed(node) || node.type === "Super") return node;
  return t.sequenceExpression([wait(), node]) as unknown as Node;
}

/** It would be named by its place. */
function isUnnamed(node: t.Node): boolean {
  if (node.type === "ArrowFunctionExpression") return true;
  return (node.type === "FunctionExpression" || node.type === "ClassExpression") && !node.id;
}

function lateAll<Node extends t.Node | null>(list: readonly Node[]): Node[] {
  return list.map((item) => {
    if (item?.type !== "SpreadElement") return late(item);
    item.argument = late(item.argument);
    return item;
  });
}

function suspendInClass(node: t.Class): void {
  if (node.superClass) {
    suspendBelow(node.superClass);
    node.superClass = late(node.superClass);
  }
  for (const member of node.body.body) {
    if (!("computed" in member) || member.computed !== true) continue;
    suspendBelow(member.key);
    member.key = late(member.key as t.Expression);
  }
}

/** Innermost first. */
function suspendBelow(node: t.Node): void {
  if (t.isFunction(node)) {
    if (t.isMethod(node) && node.computed) suspendBelow(node.key);
    if (node.type === "ObjectMethod" && node.computed) node.key = late(node.key);
    return;
  }
  if (t.isClass(node)) return suspendInClass(node);
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const value: unknown = Reflect.get(node, key);
    for (const child of Array.isArray(value) ? value : [value]) if (t.isNode(child)) suspendBelow(child);
  }
  suspendIn(node);
}

function suspendIn(node: t.Node): void {
  switch (node.type) {
    case "CallExpression":
    case "OptionalCallExpression":
    case "NewExpression":
      if (node.callee.type !== "Super") node.arguments = lateAll(node.arguments);
      break;
    case "BinaryExpression":
      node.left = late(node.left);
      node.right = late(node.right);
      break;
    case "LogicalExpression":
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForOfStatement":
    case "ForInStatement":
      node.right = late(node.right);
      break;
    case "ConditionalExpression":
      node.test = late(node.test);
      node.consequent = late(node.consequent);
      node.alternate = late(node.alternate);
      break;
    case "VariableDeclarator":
      if (node.init) node.init = late(node.init);
      break;
    case "MemberExpression":
    case "OptionalMemberExpression":
      if (node.computed && node.object.type !== "Super") node.property = late(node.property);
      break;
    case "ArrayExpression":
      node.elements = lateAll(node.elements);
      break;
    case "ObjectExpression":
      for (const property of node.properties) suspendInProperty(property);
      break;
    case "ObjectPattern":
      for (const property of node.properties)
        if (property.type === "ObjectProperty" && property.computed) property.key = late(property.key);
      break;
    case "TemplateLiteral":
      node.expressions = lateAll(node.expressions);
      break;
    case "UnaryExpression":
      if (node.operator !== "delete" && node.operator !== "typeof") node.argument = late(node.argument);
      break;
    case "ReturnStatement":
    case "ThrowStatement":
      if (node.argument) node.argument = late(node.argument);
      break;
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      node.test = late(node.test);
      break;
    case "ForStatement":
      if (node.test) node.test = late(node.test);
      if (node.update) node.update = late(node.update);
      break;
    case "SwitchStatement":
      node.discriminant = late(node.discriminant);
      for (const one of node.cases) {
        if (one.test) one.test = late(one.test);
        one.consequent = withWaits(one.consequent);
      }
      break;
    case "BlockStatement":
      node.body = withWaits(node.body);
  }
}

function suspendInProperty(property: t.ObjectExpression["properties"][number]): void {
  if (property.type === "SpreadElement") property.argument = late(property.argument);
  if (property.type !== "ObjectProperty") return;
  if (property.computed) property.key = late(property.key);
  if (!property.shorthand) property.value = late(property.value);
}

function withWaits(statements: readonly t.Statement[]): t.Statement[] {
  return statements.flatMap((statement): t.Statement[] =>
    statement.type === "ExpressionStatement" || statement.type === "VariableDeclaration"
      ? [statement, t.expressionStatement(wait())]
      : [statement],
  );
}

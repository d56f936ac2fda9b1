/** Which top-level declarations can leave without a trace when nobody uses them, and which bindings hold state. */
import type { types as t } from "@babel/core";

/** Constructors and functions whose call changes nothing when their arguments are pure. */
const PURE_CALLS = new Set([
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Symbol",
  "Date",
  "RegExp",
  "Error",
  "Array",
  "Object",
]);

/** True for a declaration that does nothing when it is evaluated: function, class, import, pure initialiser. */
export function isPureDeclaration(node: t.Node): boolean {
  switch (node.type) {
    case "FunctionDeclaration":
    case "EmptyStatement":
      return true;
    case "ClassDeclaration":
      return isPure(node);
    case "VariableDeclarator":
      return node.id.type === "Identifier" && (node.init === null || node.init === undefined || isPure(node.init));
    case "ExportNamedDeclaration":
      return node.declaration !== null && node.declaration !== undefined && isPureDeclaration(node.declaration);
    case "ExportDefaultDeclaration":
      return isPureDeclaration(node.declaration) || isPure(node.declaration);
    default:
      return false;
  }
}

/** True for an expression without side effects. */
export function isPure(node: t.Node): boolean {
  switch (node.type) {
    case "Identifier":
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral":
    case "NullLiteral":
    case "BigIntLiteral":
    case "RegExpLiteral":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return true;
    case "TemplateLiteral":
      return node.expressions.every((expression) => isLiteral(expression));
    case "UnaryExpression":
      return node.operator !== "delete" && node.operator !== "throw" && isPure(node.argument);
    case "BinaryExpression":
    case "LogicalExpression":
      return isPure(node.left) && isPure(node.right);
    case "ConditionalExpression":
      return isPure(node.test) && isPure(node.consequent) && isPure(node.alternate);
    case "ArrayExpression":
      return node.elements.every((element) => element === null || isPure(element));
    case "ObjectExpression":
      return node.properties.every(isPureProperty);
    case "ClassExpression":
    case "ClassDeclaration":
      return isPureClass(node);
    case "NewExpression":
    case "CallExpression":
      return isPureCall(node);
    default:
      return false;
  }
}

function isPureProperty(node: t.ObjectMember | t.SpreadElement): boolean {
  if (node.type === "SpreadElement" || (node.computed && !isLiteral(node.key))) return false;
  return node.type === "ObjectMethod" || isPure(node.value);
}

function isPureClass(node: t.Class): boolean {
  const hasDecorators = (node.decorators ?? []).length > 0;
  const superIsPure = node.superClass === null || node.superClass === undefined || isPure(node.superClass);
  return !hasDecorators && superIsPure && node.body.body.every(isPureMember);
}

function isPureMember(member: t.ClassBody["body"][number]): boolean {
  if (member.type === "StaticBlock") return false;
  if ("decorators" in member && (member.decorators ?? []).length > 0) return false;
  if ("computed" in member && member.computed && !isLiteral(member.key)) return false;
  if (member.type !== "ClassProperty" && member.type !== "ClassPrivateProperty") return true;
  return member.static !== true || member.value === null || member.value === undefined || isPure(member.value);
}

function isPureCall(node: t.CallExpression | t.NewExpression): boolean {
  const marked = node.leadingComments?.some(({ value }) => /[@#]__PURE__/.test(value)) === true;
  if (marked) return true;
  const { callee } = node;
  if (callee.type !== "Identifier" || !PURE_CALLS.has(callee.name)) return false;
  return node.arguments.every((argument) => isPure(argument));
}

function isLiteral(node: t.Node): boolean {
  return node.type === "StringLiteral" || node.type === "NumericLiteral" || node.type === "BooleanLiteral";
}

/** True when the value of a declarator can be changed by calling methods of it: not for functions and primitives. */
export function holdsState(node: t.Node): boolean {
  if (node.type === "FunctionDeclaration") return false;
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportDefaultDeclaration") {
    return node.declaration === null || node.declaration === undefined || holdsState(node.declaration);
  }
  if (node.type !== "VariableDeclarator") return true;
  const { init } = node;
  if (init === null || init === undefined) return true;
  switch (init.type) {
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "TemplateLiteral":
    case "UnaryExpression":
    case "BinaryExpression":
      return false;
    default:
      return !isLiteral(init);
  }
}

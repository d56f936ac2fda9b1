/**
 * `super` by helpers, for methods whose body leaves the place where ECMAScript's own `super` works:
 *
 *   super.x          →   $superGet(home, "x", this)
 *   super.m(a)       →   $call($superGet(home, "m", this), this, [a], "super.m")
 *   super.x = v      →   $superSet(home, "x", v, this)
 *   [super.x] = v    →   [{ home, key: "x", self: this, set value($v) { $superSet(this.home, this.key, $v, this.self); } }.value] = v
 */
import { types as t } from "@babel/core";
import { cannotLower, helper, helperValue, type ModuleContext } from "./context.js";
import { children, replaceChildren } from "./tree.js";

export interface Home {
  /** The object that the method is defined on. */
  home(): t.Expression;
  /** Declares a variable in the method's body. */
  declare(block: t.BlockStatement): string;
  readonly context: ModuleContext;
}

/** True if the function itself (nested arrow functions included) mentions `super`. */
export function usesSuper(method: t.Function): boolean {
  const search = (node: t.Node): boolean => {
    if (node.type === "Super") return true;
    if (t.isFunction(node) && node.type !== "ArrowFunctionExpression") return keyMentions(node);
    if (t.isClass(node)) return node.superClass !== null && node.superClass !== undefined && search(node.superClass);
    return children(node).some(search);
  };
  const keyMentions = (node: t.Function) => t.isMethod(node) && node.computed === true && search(node.key);
  return [...method.params, method.body].some(search);
}

/** Rewrites a method's `super` properties in place. */
export function withoutSuper(method: t.Function, home: Home): void {
  const body = method.body as t.BlockStatement;
  const visit = (node: t.Node): t.Node => {
    if ((t.isFunction(node) && node.type !== "ArrowFunctionExpression") || t.isClass(node)) return node;
    if (node.type === "CallExpression" && isSuperMember(node.callee)) {
      const read = get(node.callee, home, visit);
      const args = node.arguments.map((argument) => visit(argument)) as t.ArrayExpression["elements"];
      const called = helper(
        "$call",
        read,
        t.thisExpression(),
        t.arrayExpression(args),
        t.stringLiteral("super's method"),
      );
      return t.inherits(called, node);
    }
    if (node.type === "OptionalCallExpression" && isSuperMember(node.callee)) {
      const args = [t.thisExpression(), ...node.arguments.map((argument) => visit(argument))] as t.Expression[];
      const call = t.optionalMemberExpression(
        get(node.callee, home, visit),
        t.identifier("call"),
        false,
        node.optional,
      );
      return t.inherits(t.optionalCallExpression(call, args, false), node);
    }
    if (node.type === "AssignmentExpression" && isSuperMember(node.left))
      return set(node, node.left, home, body, visit);
    if (node.type === "UpdateExpression" && isSuperMember(node.argument)) {
      return update(node, node.argument, home, body, visit);
    }
    if (node.type === "UnaryExpression" && node.operator === "delete" && isSuperMember(node.argument)) {
      const failing = helper("$init", helperValue("$TDZ"), t.stringLiteral("super"));
      return t.sequenceExpression([t.thisExpression(), keyOf(node.argument, visit), failing]);
    }
    placeTargets(node, home, visit);
    if (isSuperMember(node)) return get(node, home, visit);
    if (node.type === "Super") throw cannotLower(home.context, node, "this use of `super`");
    replaceChildren(node, visit);
    return node;
  };
  for (let i = 0; i < method.params.length; i++) method.params[i] = visit(method.params[i]!) as t.FunctionParameter;
  // Variables are declared at the start of the same list meanwhile.
  const own = body.body;
  body.body = [];
  const statements = own.map((statement) => visit(statement) as t.Statement);
  body.body.push(...statements);
}

type SuperMember = t.MemberExpression & { readonly object: t.Super };

function isSuperMember(node: t.Node): node is SuperMember {
  return node.type === "MemberExpression" && node.object.type === "Super";
}

/** Puts places where a pattern or the head of a loop assigns to properties of `super`. */
function placeTargets(node: t.Node, home: Home, visit: (node: t.Node) => t.Node): void {
  const placed = (target: t.Node): t.MemberExpression | undefined =>
    isSuperMember(target) ? placeOf(home.home(), keyOf(target, visit), target) : undefined;
  switch (node.type) {
    case "ForInStatement":
    case "ForOfStatement":
    case "AssignmentPattern":
      node.left = placed(node.left) ?? node.left;
      break;
    case "RestElement":
      node.argument = placed(node.argument) ?? node.argument;
      break;
    case "ArrayPattern":
      node.elements = node.elements.map((element) => (element && placed(element)) ?? element);
      break;
    case "ObjectPattern":
      for (const property of node.properties)
        if (property.type === "ObjectProperty") property.value = placed(property.value) ?? property.value;
  }
}

function placeOf(home: t.Expression, key: t.Expression, target: SuperMember): t.MemberExpression {
  const own = (name: string) => t.memberExpression(t.thisExpression(), t.identifier(name));
  const value = () => t.identifier("$v");
  const store = t.expressionStatement(helper("$superSet", own("home"), own("key"), value(), own("self")));
  const place = t.objectExpression([
    t.objectProperty(t.identifier("home"), home),
    t.objectProperty(t.identifier("key"), key),
    t.objectProperty(t.identifier("self"), t.thisExpression()),
    t.objectMethod("set", t.identifier("value"), [value()], t.blockStatement([store])),
  ]);
  return t.inherits(t.memberExpression(place, t.identifier("value")), target);
}

function keyOf(node: SuperMember, visit: (node: t.Node) => t.Node): t.Expression {
  if (node.computed) return visit(node.property) as t.Expression;
  return t.stringLiteral((node.property as t.Identifier).name);
}

function get(node: SuperMember, { home }: Home, visit: (node: t.Node) => t.Node): t.Expression {
  return t.inherits(helper("$superGet", home(), keyOf(node, visit), t.thisExpression()), node);
}

/** A key that is used twice: evaluated once, into a variable. */
function heldKey(
  node: SuperMember,
  home: Home,
  body: t.BlockStatement,
  visit: (node: t.Node) => t.Node,
): { readonly first: t.Expression; again(): t.Expression } {
  const key = keyOf(node, visit);
  if (key.type === "StringLiteral") return { first: key, again: () => t.cloneNode(key) };
  const variable = home.declare(body);
  const first = t.assignmentExpression("=", t.identifier(variable), helper("$key", key));
  return { first, again: () => t.identifier(variable) };
}

function set(
  node: t.AssignmentExpression,
  left: SuperMember,
  home: Home,
  body: t.BlockStatement,
  visit: (node: t.Node) => t.Node,
): t.Expression {
  const store = (key: t.Expression, value: t.Expression) =>
    t.inherits(helper("$superSet", home.home(), key, value, t.thisExpression()), node);
  if (node.operator === "=") return store(keyOf(left, visit), visit(node.right) as t.Expression);
  const key = heldKey(left, home, body, visit);
  const read = helper("$superGet", home.home(), key.first, t.thisExpression());
  const right = visit(node.right) as t.Expression;
  const operator = node.operator.slice(0, -1);
  if (operator === "&&" || operator === "||" || operator === "??") {
    return t.logicalExpression(operator, read, store(key.again(), right));
  }
  const value = home.declare(body);
  const computed = t.binaryExpression(operator as t.BinaryExpression["operator"], t.identifier(value), right);
  return t.sequenceExpression([t.assignmentExpression("=", t.identifier(value), read), store(key.again(), computed)]);
}

function update(
  node: t.UpdateExpression,
  argument: SuperMember,
  home: Home,
  body: t.BlockStatement,
  visit: (node: t.Node) => t.Node,
): t.Expression {
  const key = heldKey(argument, home, body, visit);
  const value = home.declare(body);
  const before = home.declare(body);
  const stored = helper("$superSet", home.home(), key.again(), t.identifier(value), t.thisExpression());
  return t.sequenceExpression([
    t.assignmentExpression("=", t.identifier(value), helper("$superGet", home.home(), key.first, t.thisExpression())),
    t.assignmentExpression("=", t.identifier(before), t.updateExpression(node.operator, t.identifier(value), false)),
    stored,
    t.identifier(node.prefix ? value : before),
  ]);
}

/**
 * Expressions with suspensions, by spilling: whatever is evaluated before a suspension goes into a temporary, so that
 * side effects keep the order of ECMAScript.
 *
 *   f(a) + (await b)   →   $t0 = f(a); ⟨suspend b⟩ $t1 = $v; … $t0 + $t1
 *
 *   X1  `explode` gives an expression that yields the value when it is evaluated next, at the current end of the
 *       machine. Without a suspension it is the node itself.
 */
import { types as t } from "@babel/core";
import { HELPER_NAMES } from "../../../runtime/protocol/helpers.js";
import { cannotLower, helper, helperValue } from "../context.js";
import { assign, suspends, undefinedNode } from "../tree.js";
import { deleteByChain, explodeChain } from "./chains.js";
import { returnCode } from "./jumps.js";
import type { Machine } from "./machine.js";
import { callWith, describe, explodeList, explodeReference, isNullish, settle, settleCallee } from "./operands.js";
import { bindPattern } from "./patterns.js";

/** `immediate`: the caller evaluates the answer as the very first thing, so that it may be `$v` itself. */
export function explode(machine: Machine, node: t.Expression, immediate = false): t.Expression {
  if (!suspends(node)) return node;
  switch (node.type) {
    case "AwaitExpression": {
      machine.suspend("$await", explode(machine, node.argument, true), node);
      const value = t.identifier("$v");
      return immediate ? value : machine.save(value);
    }
    case "YieldExpression": {
      suspendOnYield(machine, node);
      const value = t.identifier("$v");
      return immediate ? value : machine.save(value);
    }
    case "BinaryExpression":
      return explodeBinary(machine, node);
    case "LogicalExpression":
      return explodeLogical(machine, node);
    case "ConditionalExpression":
      return explodeConditional(machine, node);
    case "AssignmentExpression":
      return explodeAssignment(machine, node);
    case "UpdateExpression":
      return t.updateExpression(node.operator, explodeReference(machine, node.argument, false), node.prefix);
    case "UnaryExpression":
      return explodeUnary(machine, node);
    case "SequenceExpression":
      return explodeSequence(machine, node, immediate);
    case "MemberExpression":
      return explodeReference(machine, node, false);
    case "CallExpression":
      return explodeCall(machine, node);
    case "NewExpression":
      return explodeNew(machine, node);
    case "OptionalMemberExpression":
    case "OptionalCallExpression":
      return explodeChain(machine, node);
    case "ArrayExpression":
      return t.arrayExpression(explodeList(machine, node.elements) as t.ArrayExpression["elements"]);
    case "ObjectExpression":
      return explodeObject(machine, node);
    case "TemplateLiteral":
      return explodeTemplate(machine, node);
    default:
      throw cannotLower(machine.context, node, `an await inside a ${node.type}`);
  }
}

/** Parks on a `yield`; at the resume point a caller may have told the generator to return. */
export function suspendOnYield(machine: Machine, node: t.YieldExpression): void {
  const value = node.argument ? explode(machine, node.argument, true) : undefinedNode();
  if (machine.kind === "generator") {
    if (node.delegate) delegate(machine, node, value);
    else machine.suspend("yield", value, node, () => returnCode(machine, toldValue()));
    return;
  }
  machine.suspend(node.delegate ? "$delegateAsync" : "$yieldAsync", value, node);
  const told = t.binaryExpression("===", t.identifier("$m"), t.numericLiteral(3));
  machine.push(t.ifStatement(told, t.blockStatement(returnCode(machine, t.identifier("$v")))));
}

// $iter1 = $delegate(iterable); ⟨yield* $iter1⟩ if ($iter1.returned) return $v;
function delegate(machine: Machine, node: t.YieldExpression, iterable: t.Expression): void {
  const delegation = machine.fresh("$iter");
  machine.push(t.inherits(assign(delegation, helper("$delegate", iterable)), node));
  machine.suspend("yield*", t.identifier(delegation), node);
  const returned = t.memberExpression(t.identifier(delegation), t.identifier("returned"));
  machine.push(t.ifStatement(returned, t.blockStatement(returnCode(machine, t.identifier("$v")))));
}

/** `$told.take()`: what a generator is told to return. */
export function toldValue(): t.Expression {
  return t.callExpression(t.memberExpression(helperValue("$told"), t.identifier("take")), []);
}

function explodeBinary(machine: Machine, node: t.BinaryExpression): t.Expression {
  if (node.left.type === "PrivateName") {
    return t.inherits(t.binaryExpression(node.operator, node.left, explode(machine, node.right)), node);
  }
  const [left, right] = explodeList(machine, [node.left, node.right]) as [t.Expression, t.Expression];
  return t.inherits(t.binaryExpression(node.operator, left, right), node);
}

/** The condition under which a logical operator goes on to its right side. */
function goesOn(operator: t.LogicalExpression["operator"], value: t.Identifier): t.Expression {
  if (operator === "&&") return value;
  if (operator === "||") return t.unaryExpression("!", value);
  return isNullish(value);
}

function explodeLogical(machine: Machine, node: t.LogicalExpression): t.Expression {
  if (!suspends(node.right)) return t.logicalExpression(node.operator, explode(machine, node.left), node.right);
  const result = machine.save(explode(machine, node.left, true));
  const right = machine.newState();
  const after = machine.newState();
  machine.branch(goesOn(node.operator, t.cloneNode(result)), right, after);
  machine.place(right);
  machine.push(assign(result.name, explode(machine, node.right, true)));
  machine.place(after);
  return result;
}

function explodeConditional(machine: Machine, node: t.ConditionalExpression): t.Expression {
  if (!suspends(node.consequent) && !suspends(node.alternate)) {
    return t.conditionalExpression(explode(machine, node.test), node.consequent, node.alternate);
  }
  const result = machine.temporary();
  const then = machine.newState();
  const otherwise = machine.newState();
  const after = machine.newState();
  machine.branch(explode(machine, node.test), then, otherwise);
  machine.place(then);
  machine.push(assign(result, explode(machine, node.consequent, true)));
  machine.jump(after);
  machine.place(otherwise);
  machine.push(assign(result, explode(machine, node.alternate, true)));
  machine.place(after);
  return t.identifier(result);
}

function explodeUnary(machine: Machine, node: t.UnaryExpression): t.Expression {
  if (node.operator === "delete") return explodeDelete(machine, node, node.argument);
  const argument = explode(machine, node.argument);
  return t.inherits(t.unaryExpression(node.operator, argument, node.prefix), node);
}

function explodeDelete(machine: Machine, node: t.UnaryExpression, argument: t.Expression): t.Expression {
  if (argument.type === "OptionalMemberExpression") return deleteByChain(machine, argument);
  if (argument.type === "MemberExpression") {
    return t.inherits(t.unaryExpression("delete", explodeReference(machine, argument, false)), node);
  }
  // What is no reference is evaluated, and there is nothing to delete.
  return t.sequenceExpression([explode(machine, argument), t.booleanLiteral(true)]);
}

function explodeSequence(machine: Machine, node: t.SequenceExpression, immediate: boolean): t.Expression {
  const last = node.expressions.at(-1)!;
  for (const expression of node.expressions.slice(0, -1)) {
    machine.push(t.expressionStatement(explode(machine, expression)));
  }
  return explode(machine, last, immediate);
}

function explodeAssignment(machine: Machine, node: t.AssignmentExpression): t.Expression {
  const { left, operator } = node;
  if (operator === "=") {
    if (t.isPattern(left)) {
      const value = machine.save(explode(machine, node.right, true));
      bindPattern(machine, left as t.LVal, t.cloneNode(value));
      return value;
    }
    const target = explodeReference(machine, left as t.Expression, suspends(node.right));
    return t.inherits(t.assignmentExpression("=", target, explode(machine, node.right)), node);
  }
  const target = heldReference(machine, left as t.Expression);
  const before = machine.save(t.cloneNode(target));
  const logical = operator === "&&=" || operator === "||=" || operator === "??=";
  if (!logical) {
    const binary = operator.slice(0, -1) as t.BinaryExpression["operator"];
    const value = t.binaryExpression(binary, before, explode(machine, node.right));
    return t.inherits(t.assignmentExpression("=", target, value), node);
  }
  const store = machine.newState();
  const after = machine.newState();
  machine.branch(goesOn(operator.slice(0, -1) as "&&", t.cloneNode(before)), store, after);
  machine.place(store);
  machine.push(assign(before.name, t.assignmentExpression("=", target, explode(machine, node.right))));
  machine.place(after);
  return before;
}

/** A reference that is read now and written after a suspension. */
function heldReference(machine: Machine, node: t.Expression): t.Identifier | t.MemberExpression {
  const target = explodeReference(machine, node, true);
  if (target.type === "MemberExpression" && target.computed && !t.isLiteral(target.property)) {
    target.property = machine.save(helper("$key", target.property as t.Expression));
  }
  return target;
}

function explodeCall(machine: Machine, node: t.CallExpression): t.Expression {
  const callee = node.callee;
  if (callee.type === "Super" || callee.type === "Import" || callee.type === "V8IntrinsicIdentifier") {
    throw cannotLower(machine.context, node, "an await in this call");
  }
  if (isHelper(callee)) {
    // The runtime's own functions never change, so they need no place in a frame.
    const args = explodeList(machine, node.arguments) as t.CallExpression["arguments"];
    return t.inherits(t.callExpression(callee, args), node);
  }
  if (!node.arguments.some((argument) => suspends(argument))) {
    const target =
      callee.type === "MemberExpression" ? explodeReference(machine, callee, false) : explode(machine, callee);
    return t.inherits(t.callExpression(target, node.arguments), node);
  }
  const { fn, self } = settleCallee(machine, callee);
  const args = explodeList(machine, node.arguments) as t.CallExpression["arguments"];
  return t.inherits(callWith(fn, self, args, describe(callee)), node);
}

const HELPERS: ReadonlySet<string> = new Set(HELPER_NAMES);

function isHelper(callee: t.Node): boolean {
  return callee.type === "Identifier" && HELPERS.has(callee.name);
}

function explodeNew(machine: Machine, node: t.NewExpression): t.Expression {
  const [callee, ...args] = explodeList(machine, [node.callee as t.Expression, ...(node.arguments as t.Expression[])]);
  return t.inherits(t.newExpression(callee as t.Expression, args as t.NewExpression["arguments"]), node);
}

// Operands first, build last: the literal is made in one piece when everything in it is known.
function explodeObject(machine: Machine, node: t.ObjectExpression): t.Expression {
  const last = node.properties.findLastIndex((property) => suspends(property));
  const properties = node.properties.map((property, i) => {
    if (i > last) return property;
    if (property.type === "SpreadElement") {
      const value = explode(machine, property.argument);
      return t.spreadElement(i === last ? value : machine.save(t.objectExpression([t.spreadElement(value)])));
    }
    if (property.type === "ObjectMethod") throw cannotLower(machine.context, property, "a method beside an await");
    const key = property.computed
      ? machine.save(helper("$key", explode(machine, property.key as t.Expression)))
      : property.key;
    const value = property.value as t.Expression;
    return t.objectProperty(key, i === last ? explode(machine, value) : settle(machine, value), property.computed);
  });
  return t.inherits(t.objectExpression(properties), node);
}

function explodeTemplate(machine: Machine, node: t.TemplateLiteral): t.Expression {
  const last = node.expressions.findLastIndex((expression) => suspends(expression));
  const empty = () => t.templateElement({ raw: "", cooked: "" });
  const expressions = node.expressions.map((expression, i) => {
    if (i > last) return expression;
    const value = explode(machine, expression as t.Expression);
    if (i === last) return value;
    // Each part is converted to a string when its turn comes.
    return machine.save(t.templateLiteral([empty(), empty()], [value]));
  });
  return t.templateLiteral(node.quasis, expressions);
}

/**
 * The parts of an expression around a suspension: what is evaluated before it goes into temporaries.
 *
 *   X2  A reference spills its base, its key and, in a call, the function found there (language §3).
 */
import { types as t } from "@babel/core";
import { HELPER_NAMES } from "../../../runtime/protocol/helpers.js";
import { cannotLower, helper } from "../context.js";
import { suspends, undefinedNode } from "../tree.js";
import type { Machine } from "./machine.js";

const helperNames: ReadonlySet<string> = new Set(HELPER_NAMES);

/** True for an expression whose value no suspension can change. */
function isStable(machine: Machine, node: t.Node): boolean {
  if (node.type === "Identifier") {
    // Helpers, codes and the records of desugared loops and blocks are never assigned again.
    if (helperNames.has(node.name)) return true;
    return /^\$(k|loop|use)\d+$/.test(node.name) && machine.context.isOurs(node.name);
  }
  return t.isLiteral(node) && node.type !== "TemplateLiteral" && node.type !== "RegExpLiteral";
}

/** Evaluates now, into a temporary where needed. */
export function settle(machine: Machine, node: t.Expression): t.Expression {
  const value = machine.explode(node);
  if (isStable(machine, value) || (value !== node && value.type === "Identifier" && value.name.startsWith("$t")))
    return value;
  return machine.save(value);
}

type Operand = t.Expression | t.SpreadElement | t.ArgumentPlaceholder | t.ArrayExpression["elements"][number];

/** Operands in order: those before the last suspension are settled, those after it stay as they are. */
export function explodeList(machine: Machine, operands: readonly Operand[]): Operand[] {
  const last = operands.findLastIndex((operand) => suspends(operand));
  return operands.map((operand, i) => {
    if (operand === null || i > last) return operand;
    if (operand.type === "SpreadElement") {
      // The spread is iterated when its turn comes.
      const value = machine.explode(operand.argument);
      const copied = t.spreadElement(value);
      return i === last ? copied : t.spreadElement(machine.save(t.arrayExpression([copied])));
    }
    if (!t.isExpression(operand)) throw cannotLower(machine.context, operand, "this operand");
    return i === last ? machine.explode(operand) : settle(machine, operand);
  });
}

/** `value === null || value === void 0` */
export function isNullish(value: t.Identifier): t.Expression {
  return t.logicalExpression(
    "||",
    t.binaryExpression("===", t.cloneNode(value), t.nullLiteral()),
    t.binaryExpression("===", t.cloneNode(value), undefinedNode()),
  );
}

/**
 * A member expression whose parts are evaluated. `hold`: a suspension follows before it is used, so base and key are
 * settled; the key is converted once, as a reference does.
 */
export function explodeReference(
  machine: Machine,
  node: t.Expression,
  hold: boolean,
): t.Identifier | t.MemberExpression {
  if (node.type === "Identifier") return node;
  if (node.type !== "MemberExpression") throw cannotLower(machine.context, node, `an await inside a ${node.type}`);
  if (node.object.type === "Super") throw cannotLower(machine.context, node, "`super` around an await");
  if (!node.computed || node.property.type === "PrivateName") {
    const object = hold ? settle(machine, node.object) : machine.explode(node.object);
    return t.inherits(t.memberExpression(object, node.property), node);
  }
  if (hold) {
    const object = settle(machine, node.object);
    return t.inherits(t.memberExpression(object, settle(machine, node.property), true), node);
  }
  const [object, key] = explodeList(machine, [node.object, node.property]) as [t.Expression, t.Expression];
  return t.inherits(t.memberExpression(object, key, true), node);
}

/** The function to call and its `this`, both settled. */
export function settleCallee(
  machine: Machine,
  callee: t.Expression,
): { fn: t.Expression; self: t.Expression | undefined } {
  if (callee.type !== "MemberExpression") return { fn: settle(machine, callee), self: undefined };
  const reference = explodeReference(machine, callee, true) as t.MemberExpression;
  return { fn: machine.save(reference), self: t.cloneNode(reference.object as t.Expression) };
}

/** `fn(…args)` with `self` as `this`; `what` names the callee in the error. */
export function callWith(
  fn: t.Expression,
  self: t.Expression | undefined,
  args: t.CallExpression["arguments"],
  what: string,
): t.Expression {
  if (self === undefined && fn.type === "Identifier") return t.callExpression(fn, args);
  const list = t.arrayExpression(args as t.ArrayExpression["elements"]);
  return helper("$call", fn, self ?? undefinedNode(), list, t.stringLiteral(what));
}

/** The source text of a callee, roughly, for error messages. */
export function describe(node: t.Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ThisExpression") return "this";
  if (node.type === "MemberExpression" && !node.computed) return `${describe(node.object)}.${describe(node.property)}`;
  return "(intermediate value)";
}

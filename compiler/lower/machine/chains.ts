/**
 * Optional chains with suspensions. The whole chain ends at the first nullish link (ECMAScript 13.3.9); a parenthesised
 * chain is another expression and ends there.
 *
 *   a?.b(await c).d   →   $t0 = a; if ($t0 is nullish) result = void 0 else { $t1 = $t0.b; …; result = $call($t1, $t0, [$v]).d }
 */
import { types as t } from "@babel/core";
import { assign, undefinedNode } from "../tree.js";
import type { Machine, State } from "./machine.js";
import { callWith, describe, explodeList, isNullish, settle, settleCallee } from "./operands.js";

type Chain = t.OptionalMemberExpression | t.OptionalCallExpression;

/** Lowers a chain; the answer is a temporary. */
export function explodeChain(machine: Machine, node: Chain): t.Expression {
  return endingEarly(machine, undefinedNode(), (short) => link(machine, node, short));
}

/** Lowers the deletion of what a chain leads to; there is nothing to delete behind a nullish link. */
export function deleteByChain(machine: Machine, node: t.OptionalMemberExpression): t.Expression {
  return endingEarly(machine, t.booleanLiteral(true), (short) =>
    t.unaryExpression("delete", link(machine, node, short)),
  );
}

/** What `lowered` gives, or `early` if it jumps to the state that it is given. */
function endingEarly(machine: Machine, early: t.Expression, lowered: (short: State) => t.Expression): t.Expression {
  const result = machine.temporary();
  const short = machine.newState();
  const after = machine.newState();
  machine.push(assign(result, lowered(short)));
  machine.jump(after);
  machine.place(short);
  machine.push(assign(result, early));
  machine.place(after);
  return t.identifier(result);
}

/** One link and all before it. */
function link(machine: Machine, node: t.Expression, short: State): t.Expression {
  if (node.type === "OptionalMemberExpression") {
    const object = checked(machine, link(machine, node.object, short), node.optional, short);
    const key = node.computed ? machine.explode(node.property as t.Expression) : node.property;
    return t.memberExpression(object, key, node.computed);
  }
  if (node.type !== "OptionalCallExpression") return settle(machine, node);
  const { fn, self } = callee(machine, node, short);
  const args = explodeList(machine, node.arguments) as t.CallExpression["arguments"];
  return callWith(fn, self, args, describe(node.callee));
}

function callee(
  machine: Machine,
  node: t.OptionalCallExpression,
  short: State,
): { fn: t.Expression; self: t.Expression | undefined } {
  const target = node.callee;
  let found: { fn: t.Expression; self: t.Expression | undefined };
  if (target.type === "OptionalMemberExpression") {
    const member = link(machine, target, short) as t.MemberExpression;
    const self = machine.save(member.object);
    const fn = machine.save(t.memberExpression(t.cloneNode(self), member.property, member.computed));
    found = { fn, self: t.cloneNode(self) };
  } else if (target.type === "MemberExpression") {
    found = settleCallee(machine, target);
  } else {
    found = { fn: machine.save(link(machine, target, short)), self: undefined };
  }
  return { fn: checked(machine, found.fn, node.optional, short), self: found.self };
}

/** The value in a temporary; with `?.` before it, a nullish one ends the chain. */
function checked(machine: Machine, value: t.Expression, optional: boolean, short: State): t.Expression {
  const saved = machine.save(value);
  if (!optional) return saved;
  const goOn = machine.newState();
  machine.branch(isNullish(saved), short, goOn);
  machine.place(goOn);
  return t.cloneNode(saved);
}

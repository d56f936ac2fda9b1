/**
 * EV2034: a statement makes a promise and drops it. A failure would be heard by nobody, and the workflow goes on, or
 * ends, before the work is done.
 */
import type { types as t } from "@babel/core";
import { memberName } from "../../split/definitions.js";
import type { NodeFacts, TypedRule } from "./rule.js";

export const floatingPromises: TypedRule = {
  code: "EV2034",
  severity: "warning",
  check(program, facts, report) {
    program.traverse({
      ExpressionStatement({ node }) {
        for (const dropped of droppedPromises(node.expression, facts)) {
          report(dropped.node, message(dropped), remedy(dropped));
        }
      },
    });
  },
};

interface Dropped {
  readonly node: t.Expression;
  readonly kind: "promise" | "promises";
}

function message({ node, kind }: Dropped): string {
  const name = calledName(node);
  const what = name === undefined ? "This expression" : `\`${name}(…)\``;
  return kind === "promise"
    ? `${what} gives a promise that nobody awaits`
    : `${what} gives promises that nobody awaits`;
}

function remedy({ kind }: Dropped): string {
  return kind === "promise"
    ? "Write `await` before it, or `void` if the workflow shall not wait and a failure does not matter."
    : "Write `await Promise.all(…)` around it, or `void` before it if a failure does not matter.";
}

/** The promises among the values that evaluating the expression as a statement throws away. */
function droppedPromises(node: t.Expression, facts: NodeFacts): readonly Dropped[] {
  switch (node.type) {
    case "SequenceExpression":
      return node.expressions.flatMap((each) => droppedPromises(each, facts));
    case "ConditionalExpression":
      return [...droppedPromises(node.consequent, facts), ...droppedPromises(node.alternate, facts)];
    case "LogicalExpression":
      return droppedPromises(node.right, facts);
    case "CallExpression":
    case "OptionalCallExpression":
    case "NewExpression": {
      const kind = facts.promise(node);
      return kind === undefined || isHandled(node, facts) ? [] : [{ node, kind }];
    }
    case "Identifier":
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const kind = facts.promise(node);
      return kind === undefined ? [] : [{ node, kind }];
    }
    default:
      return [];
  }
}

/** `p.catch(f)`, `p.then(f, g)`, and `.finally(f)` after one of them. */
function isHandled(node: t.CallExpression | t.OptionalCallExpression | t.NewExpression, facts: NodeFacts): boolean {
  const { callee } = node;
  if (
    node.type === "NewExpression" ||
    (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression")
  )
    return false;
  const name = memberName(callee);
  if (facts.promise(callee.object) !== "promise") return false;
  if (name === "catch") return node.arguments.length > 0;
  if (name === "then") return node.arguments.length > 1;
  if (name !== "finally") return false;
  const { object } = callee;
  return (object.type === "CallExpression" || object.type === "OptionalCallExpression") && isHandled(object, facts);
}

function calledName(node: t.Expression): string | undefined {
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return undefined;
  const { callee } = node;
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") return undefined;
  const property = memberName(callee);
  if (property === undefined) return undefined;
  return callee.object.type === "Identifier" ? `${callee.object.name}.${property}` : property;
}

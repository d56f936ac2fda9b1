/**
 * Expressions in which a variable exists and has no value yet (ECMAScript's temporal dead zone), said so that they can
 * leave the place where the engine sees to it:
 *
 *   class C extends f(C) {}       for (const x of [x]) …       →   … f($init($TDZ, "C")) …
 */
import { types as t } from "@babel/core";
import { helper, helperValue } from "./context.js";
import { redeclares, rewrite } from "./tree.js";

/**
 * Gives the expression with every use of the variable as an error. `forGood`: the variable never gets a value, so that
 * functions find it dead whenever they are called.
 */
export function withoutDead(expression: t.Expression, variable: string, forGood: boolean): t.Expression {
  const holder = t.arrayExpression([expression]);
  bury(holder, variable, forGood);
  return holder.elements[0] as t.Expression;
}

function bury(holder: t.Node, variable: string, forGood: boolean): void {
  const dead = () => helper("$init", helperValue("$TDZ"), t.stringLiteral(variable));
  rewrite(holder, (node, parent, grandparent) => {
    if (redeclares(node, variable) || (!forGood && t.isFunction(node))) return "skip";
    if (node.type === "AssignmentExpression" && t.isIdentifier(node.left, { name: variable })) {
      if (node.operator !== "=") return dead();
      bury(node, variable, forGood);
      return t.sequenceExpression([node.right, dead()]);
    }
    if (node.type === "UpdateExpression" && t.isIdentifier(node.argument, { name: variable })) return dead();
    if (node.type === "ObjectProperty" && node.shorthand && t.isIdentifier(node.value, { name: variable })) {
      node.shorthand = false;
    }
    if (node.type !== "Identifier" || node.name !== variable) return undefined;
    return t.isReferenced(node, parent, grandparent) ? dead() : undefined;
  });
}

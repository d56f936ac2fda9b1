/** EV2028: `super()` in an async arrow function, which would have to leave its constructor. */
import type { NodePath, types as t } from "@babel/core";
import type { Rule } from "../rule.js";

export const superCall: Rule = {
  code: "EV2028",
  packages: true,
  check(program, report) {
    program.traverse({
      Super(path) {
        if (!path.parentPath.isCallExpression() || !isInAsyncArrow(path)) return;
        report(
          path.node,
          "`super()` is not supported in an async arrow function",
          "Call `super()` in the constructor itself, and wait for what comes later in a method.",
        );
      },
    });
  },
};

function isInAsyncArrow(path: NodePath<t.Node>): boolean {
  let at = path.getFunctionParent();
  while (at?.isArrowFunctionExpression()) {
    if (at.node.async) return true;
    at = at.getFunctionParent();
  }
  return false;
}

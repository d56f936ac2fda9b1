/** EV2028: `super` where the lowered code would no longer be inside its method. */
import type { NodePath, types as t } from "@babel/core";
import { isMethod, type Rule } from "../rule.js";

export const superUse: Rule = {
  code: "EV2028",
  packages: true,
  check(program, report) {
    program.traverse({
      Super(path) {
        const where = refusedPlace(path);
        if (where === undefined) return;
        report(
          path.node,
          `\`super\` is not supported yet ${where}`,
          "Call it in an ordinary method of a class and use that method here.",
        );
      },
    });
  },
};

function refusedPlace(path: NodePath): string | undefined {
  const method = methodAround(path);
  if (method === undefined || method.isObjectMethod()) return undefined;
  if (path.getFunctionParent() !== method) return "in a function inside a method";
  return "async" in method.node && (method.node.async === true || method.node.generator === true)
    ? "in an async or generator method"
    : undefined;
}

/** The method whose `super` it is: arrow functions have none of their own. */
function methodAround(path: NodePath): NodePath<t.Function> | undefined {
  let at = path.getFunctionParent();
  while (at?.isArrowFunctionExpression()) at = at.getFunctionParent();
  return at !== null && isMethod(at) ? at : undefined;
}

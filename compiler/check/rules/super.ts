/** EV2028: `super` where the lowered code would no longer be inside its method. */
import type { NodePath, types as t } from "@babel/core";
import { isMethod, isNestedInMethod, type Rule } from "../rule.js";

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
  if (isNestedInMethod(path)) return "in a function inside a method";
  const method: NodePath<t.Node> | null = path.getFunctionParent();
  if (method === null || !isMethod(method)) return undefined;
  if ("async" in method.node && method.node.async === true) return "in an async method";
  const inLiteral = method.isObjectMethod() && method.getFunctionParent() !== null;
  return inLiteral ? "in a method of an object literal inside a function" : undefined;
}

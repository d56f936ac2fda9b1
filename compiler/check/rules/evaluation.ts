/** EV2002: `eval`, and functions made from text. */
import type { NodePath } from "@babel/core";
import type { Rule } from "../rule.js";
import { eachGlobal } from "./unbound.js";

export const evaluation: Rule = {
  code: "EV2002",
  packages: false,
  check(program, report) {
    eachGlobal(program, (path, name) => {
      if (name !== "eval" && !(name === "Function" && isCalled(path))) return;
      const what = name === "eval" ? "`eval`" : "The constructor `Function`";
      report(
        path.node,
        `${what} is refused: code made from text cannot be made durable`,
        "Write the code as a function.",
      );
    });
  },
};

function isCalled({ parentPath, key }: NodePath): boolean {
  return key === "callee" && (parentPath?.isCallExpression() === true || parentPath?.isNewExpression() === true);
}

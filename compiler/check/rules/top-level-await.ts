/** EV2024: `await` outside of any function. */
import type { Rule } from "../rule.js";

export const topLevelAwait: Rule = {
  code: "EV2024",
  packages: true,
  check(program, report) {
    program.traverse({
      AwaitExpression(path) {
        if (path.getFunctionParent() !== null) return;
        report(
          path.node,
          "`await` at the top level of a module is not supported yet",
          "Wait inside the workflow's handler, or do it in a task.",
        );
      },
    });
  },
};

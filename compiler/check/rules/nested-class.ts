/** EV2027: classes that are made each time a function runs. */
import type { Rule } from "../rule.js";

export const nestedClass: Rule = {
  code: "EV2027",
  packages: true,
  check(program, report) {
    program.traverse({
      Class(path) {
        if (path.getFunctionParent() === null) return;
        report(
          path.node,
          "Classes inside functions are not supported yet",
          "Move the class to the top level of the module and pass it what it needs.",
        );
      },
    });
  },
};

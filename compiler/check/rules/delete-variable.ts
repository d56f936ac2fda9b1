/** EV2032: `delete x`, which only old packages contain. */
import type { Rule } from "../rule.js";

export const deleteVariable: Rule = {
  code: "EV2032",
  packages: true,
  check(program, report) {
    program.traverse({
      UnaryExpression({ node }) {
        if (node.operator === "delete" && node.argument.type === "Identifier") {
          report(node, "`delete` of a variable is not supported", "Assign undefined to the variable.");
        }
      },
    });
  },
};

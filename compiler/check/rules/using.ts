/** EV2023: `using` and `await using`. */
import type { Rule } from "../rule.js";

export const using: Rule = {
  code: "EV2023",
  packages: true,
  check(program, report) {
    program.traverse({
      VariableDeclaration({ node }) {
        if (node.kind === "using" || node.kind === "await using") {
          report(node, `\`${node.kind}\` is not supported yet`, "Dispose of the value in `finally`.");
        }
      },
    });
  },
};

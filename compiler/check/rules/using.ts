/** EV2023: `using` and `await using` at the top level of a module. */
import type { Rule } from "../rule.js";

export const using: Rule = {
  code: "EV2023",
  packages: true,
  check(program, report) {
    for (const node of program.node.body) {
      if (node.type !== "VariableDeclaration" || (node.kind !== "using" && node.kind !== "await using")) continue;
      report(
        node,
        `\`${node.kind}\` at the top level of a module would dispose of the value before any workflow runs`,
        "Declare it with `const`, or inside the function that uses it.",
      );
    }
  },
};

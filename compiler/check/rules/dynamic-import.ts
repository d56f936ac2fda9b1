/** EV2006: `import(…)`. */
import type { Rule } from "../rule.js";

export const dynamicImport: Rule = {
  code: "EV2006",
  packages: false,
  check(program, report) {
    program.traverse({
      CallExpression({ node }) {
        if (node.callee.type === "Import") refuse(node);
      },
      ImportExpression({ node }) {
        refuse(node);
      },
    });

    function refuse(node: Parameters<typeof report>[0]): void {
      report(
        node,
        "`import()` is not possible in workflow code: all of it is loaded before it runs",
        "Import the module at the top of the file, or use it in a task.",
      );
    }
  },
};

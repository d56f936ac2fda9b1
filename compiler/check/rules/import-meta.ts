/** EV2033: `import.meta`. */
import type { Rule } from "../rule.js";

export const importMeta: Rule = {
  code: "EV2033",
  packages: false,
  check(program, report) {
    program.traverse({
      MetaProperty({ node }) {
        if (node.meta.name !== "import") return;
        report(node, "`import.meta` does not exist in workflow code", "Use it in a task and return what you need.");
      },
    });
  },
};

/** EV2025: `with`, which only old packages contain. */
import type { Rule } from "../rule.js";

export const withStatement: Rule = {
  code: "EV2025",
  packages: true,
  check(program, report) {
    program.traverse({
      WithStatement({ node }) {
        report(node, "`with` statements are not supported", "Name the object: `object.property`.");
      },
    });
  },
};

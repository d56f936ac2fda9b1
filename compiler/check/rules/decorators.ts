/** EV2026: decorators. */
import { type Rule, WRITE_OTHERWISE } from "../rule.js";

export const decorators: Rule = {
  code: "EV2026",
  packages: true,
  check(program, report) {
    program.traverse({
      Decorator({ node }) {
        report(node, "Decorators are not supported yet", `Call the decorator as a function. ${WRITE_OTHERWISE}`);
      },
      ClassAccessorProperty({ node }) {
        report(node, "`accessor` properties are not supported yet", "Write a getter and a setter.");
      },
    });
  },
};

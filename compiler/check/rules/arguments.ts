/** EV2030, EV2031: `arguments` and `new.target` inside async functions. */
import { asyncFunctionAround, type Rule } from "../rule.js";

export const argumentsObject: Rule = {
  code: "EV2030",
  packages: true,
  check(program, report) {
    program.traverse({
      Identifier(path) {
        if (path.node.name !== "arguments" || !path.isReferencedIdentifier()) return;
        if (path.scope.hasBinding("arguments", true) || asyncFunctionAround(path) === undefined) return;
        report(
          path.node,
          "`arguments` is not supported yet inside async functions",
          "Declare a rest parameter: `async (...args) => …`.",
        );
      },
    });
  },
};

export const newTarget: Rule = {
  code: "EV2031",
  packages: true,
  check(program, report) {
    program.traverse({
      MetaProperty(path) {
        if (path.node.meta.name !== "new" || asyncFunctionAround(path) === undefined) return;
        report(
          path.node,
          "`new.target` is not supported yet inside async functions",
          "Read it outside of the async function and keep it in a variable.",
        );
      },
    });
  },
};

/** EV2029: `#name` where the lowered code would no longer be inside its class. */
import { isNestedInMethod, type Rule } from "../rule.js";

export const privateNames: Rule = {
  code: "EV2029",
  packages: true,
  check(program, report) {
    program.traverse({
      PrivateName(path) {
        // The declaration itself: a field, or the key of a method.
        if (path.parentPath.parentPath?.isClassBody() === true) return;
        const around = path.getFunctionParent();
        const nested = isNestedInMethod(path);
        if (around === null || (!nested && around.node.async !== true && around.node.generator !== true)) return;
        report(
          path.node,
          `Private names (\`#${path.node.id.name}\`) are not supported yet ${nested ? "in a function inside a method" : "in an async method"}`,
          "Read or write it in an ordinary method and call that method here, or use a property without #.",
        );
      },
    });
  },
};

/** EV2022: `for await`. */
import { type Rule, WRITE_OTHERWISE } from "../rule.js";

export const forAwait: Rule = {
  code: "EV2022",
  packages: true,
  check(program, report) {
    program.traverse({
      ForOfStatement({ node }) {
        if (node.await) {
          report(
            node,
            "`for await` is not supported yet",
            `Loop with \`for\` and \`await\` inside. ${WRITE_OTHERWISE}`,
          );
        }
      },
    });
  },
};

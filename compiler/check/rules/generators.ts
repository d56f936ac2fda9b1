/** EV2020, EV2021: generator functions, sync and async. */
import type { NodePath, types as t } from "@babel/core";
import { type Report, type Rule, WRITE_OTHERWISE } from "../rule.js";

export const generators: Rule = {
  code: "EV2020",
  packages: true,
  check: (program, report) => eachGenerator(program, false, report, "Generator functions are not supported yet"),
};

export const asyncGenerators: Rule = {
  code: "EV2021",
  packages: true,
  check: (program, report) => eachGenerator(program, true, report, "Async generator functions are not supported yet"),
};

function eachGenerator(program: NodePath<t.Program>, async: boolean, report: Report, message: string): void {
  program.traverse({
    Function({ node }) {
      if (node.generator === true && (node.async === true) === async) {
        report(node, message, `Collect the values in an array and return it. ${WRITE_OTHERWISE}`);
      }
    },
  });
}

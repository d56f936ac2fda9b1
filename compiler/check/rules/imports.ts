/** EV2004, EV2005: imports of the host's modules, and of files that are not code. */
import { isBuiltin } from "node:module";
import type { NodePath, types as t } from "@babel/core";
import type { Rule } from "../rule.js";

const REMEDY = "Use it in a task: what only tasks use leaves the workflow code, with its imports.";

export const hostModules: Rule = {
  code: "EV2004",
  packages: true,
  check(program, report) {
    for (const source of sources(program)) {
      if (isBuiltin(source.value)) report(source, message(source.value), REMEDY);
    }
    // CommonJS packages. In the user's own modules `require` itself is refused.
    program.traverse({
      CallExpression(path) {
        const name = requiredModule(path);
        if (name === undefined || !isBuiltin(name) || isGuarded(path)) return;
        report(path.node, message(name), REMEDY);
      },
    });
  },
};

function message(name: string): string {
  return `\`${name}\` is a module of Node.js and does not exist in workflow code`;
}

function requiredModule({ node, scope }: NodePath<t.CallExpression>): string | undefined {
  if (node.callee.type !== "Identifier" || node.callee.name !== "require") return undefined;
  if (scope.hasBinding("require", true)) return undefined;
  const [argument] = node.arguments;
  return argument?.type === "StringLiteral" ? argument.value : undefined;
}

/** In a `try`, a condition or a function, it may never run, or its failure may be expected. */
function isGuarded(path: NodePath): boolean {
  const guard = path.findParent(
    (at) => at.isTryStatement() || at.isIfStatement() || at.isConditionalExpression() || at.isLogicalExpression(),
  );
  return guard !== null || path.getFunctionParent() !== null;
}

const BUNDLED = /\.([cm]?[jt]sx?|json)$/;
/** The extensions of files that people import through bundlers and that are neither code nor JSON. */
const OTHER = /\.(node|wasm|css|scss|sass|less|html?|txt|md|svg|png|jpe?g|gif|webp|ico|pdf|ya?ml|toml|sql|graphql)$/;

export const unbundledFiles: Rule = {
  code: "EV2005",
  packages: true,
  check(program, report) {
    for (const source of sources(program)) {
      if (BUNDLED.test(source.value) || !OTHER.test(source.value)) continue;
      report(
        source,
        `\`${source.value}\` cannot be part of workflow code`,
        "Read the file in a task, or keep its content in a .ts or .json file.",
      );
    }
  },
};

function sources(program: NodePath<t.Program>): readonly t.StringLiteral[] {
  return program.node.body.flatMap((statement) =>
    "source" in statement && statement.source?.type === "StringLiteral" ? [statement.source] : [],
  );
}

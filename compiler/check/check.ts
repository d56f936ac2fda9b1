/**
 * The rules of workflow code, applied to one module of the guest after the split, so that tasks are never meant.
 */
import type { NodePath, types as t } from "@babel/core";
import { type Diagnostic, placeOf } from "../diagnostics/diagnostic.js";
import type { Rule } from "./rule.js";
import { decorators } from "./rules/decorators.js";
import { deleteVariable } from "./rules/delete-variable.js";
import { dynamicImport } from "./rules/dynamic-import.js";
import { evaluation } from "./rules/evaluation.js";
import { refusedGlobals } from "./rules/globals.js";
import { importMeta } from "./rules/import-meta.js";
import { hostModules, unbundledFiles } from "./rules/imports.js";
import { superCall } from "./rules/super.js";
import { using } from "./rules/using.js";
import { withStatement } from "./rules/with.js";

const RULES: readonly Rule[] = [
  refusedGlobals,
  evaluation,
  hostModules,
  unbundledFiles,
  dynamicImport,
  using,
  withStatement,
  decorators,
  superCall,
  deleteVariable,
  importMeta,
];

export interface CheckedModule {
  readonly program: NodePath<t.Program>;
  /** For places. */
  readonly file: string;
  readonly source: string;
  /** Name of the npm package that the module belongs to; undefined for the user's own. */
  readonly packageName: string | undefined;
}

/** Applies all rules that hold for the module. */
export function checkModule({ program, file, source, packageName }: CheckedModule): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const rule of RULES) {
    if (packageName !== undefined && !rule.packages) continue;
    rule.check(program, (node, message, remedy) => {
      diagnostics.push({
        code: rule.code,
        severity: "error",
        message: packageName === undefined ? message : `${message} (in the package \`${packageName}\`)`,
        remedy: packageName === undefined ? remedy : packageRemedy(packageName),
        file,
        source,
        ...placeOf(node),
      });
    });
  }
  return diagnostics;
}

function packageRemedy(name: string): string {
  return `Use \`${name}\` in tasks only; an import for its effects (\`import "${name}"\`) belongs in a file that defines no workflow.`;
}

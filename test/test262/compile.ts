/**
 * Scripts that share a global scope, compiled as one program: the conformance harness and its test. Differences between
 * a script and a module are evened out: `this` at the top level is the global object, and `export` says nothing.
 */
import { types as t } from "@babel/core";
import { lower } from "#compiler/lower/index.js";
import { assign, children } from "#compiler/lower/tree.js";
import { copyTree, generateText } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";
import { Fault } from "#runtime/protocol/fault.js";
import { HELPER_NAMES } from "#runtime/protocol/helpers.js";

export interface Script {
  readonly source: string;
  readonly module: boolean;
  readonly harness: readonly { readonly name: string; readonly source: string }[];
}

const OPENING = `(function($helpers){"use strict";const {${HELPER_NAMES.join(",")}}=$helpers;(function(){`;
/** What the harness looks for in the global object. */
const GLOBALS = `if (typeof $DONE === "function") globalThis.$DONE = $DONE;`;
const CLOSING = "\n})()})";

/** The program: an expression that evaluates to a function of the helpers. Throws Fault for what cannot be compiled. */
export function compileScripts({ source, module, harness }: Script): string {
  const parts = [...harness.map((part) => part.source), GLOBALS, source];
  const file = copyTree(parseModule(parts.join("\n;"), "test.js", module ? "module" : "unambiguous"));
  if (!module) replaceTopLevelThis(file.program);
  file.program.body = file.program.body.flatMap(withoutExport);
  file.program.body.unshift(...harness.flatMap((part) => globalFunctions(part, file.program)));
  lower(file, "test.js");
  return `${OPENING}${generateText(file)}${CLOSING}`;
}

// function $DONE() {}   →   globalThis.$DONE = $DONE;      what the harness looks for there
function globalFunctions({ source }: { readonly source: string }, program: t.Program): t.Statement[] {
  const declared = program.body.map((each) => (each.type === "FunctionDeclaration" ? each.id?.name : undefined));
  const names = [...source.matchAll(/^function ([\w$]+)/gm)].flatMap(([, name]) =>
    declared.includes(name) ? [name ?? ""] : [],
  );
  return names.map((name) =>
    assign(t.memberExpression(t.identifier("globalThis"), t.identifier(name)), t.identifier(name)),
  );
}

function withoutExport(statement: t.Statement): t.Statement[] {
  switch (statement.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      throw new Fault("EV3101", "imports are not part of this run", { remedy: "Bundle the modules first." });
    case "ExportNamedDeclaration":
      return statement.declaration ? [statement.declaration] : [];
    case "ExportDefaultDeclaration":
      return [t.isExpression(statement.declaration) ? t.expressionStatement(statement.declaration) : statement];
    default:
      return [statement];
  }
}

function replaceTopLevelThis(root: t.Node): void {
  for (const child of children(root)) {
    if (child.type === "ThisExpression") {
      Object.assign(child, t.identifier("globalThis"));
    } else if (!(t.isFunction(child) && child.type !== "ArrowFunctionExpression") && child.type !== "ClassBody") {
      replaceTopLevelThis(child);
    }
  }
}

/**
 * Makes the classes of a program's modules known on the host, so that their instances cross between task and workflow
 * as instances. In the guest every top-level binding is known anyway.
 */
import { types as t } from "@babel/core";

/** Gives every class declaration of the module's top level a block that says its id. Changes the tree. */
export function knowClasses({ program }: t.File, moduleId: string): void {
  for (const statement of program.body) {
    const declared = t.isExportDeclaration(statement) && "declaration" in statement ? statement.declaration : statement;
    if (declared?.type !== "ClassDeclaration" || !declared.id) continue;
    declared.body.body.unshift(t.staticBlock([know(`${moduleId}#${declared.id.name}`)]));
  }
}

// globalThis[Symbol.for("eventual.host")].knowClass("…", this)
function know(id: string): t.Statement {
  const symbol = t.callExpression(t.memberExpression(t.identifier("Symbol"), t.identifier("for")), [
    t.stringLiteral("eventual.host"),
  ]);
  const host = t.memberExpression(t.identifier("globalThis"), symbol, true);
  const call = t.callExpression(t.memberExpression(host, t.identifier("knowClass")), [
    t.stringLiteral(id),
    t.thisExpression(),
  ]);
  return t.expressionStatement(call);
}

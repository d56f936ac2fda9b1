/**
 * A class's own name in its heritage and computed keys (ECMA-262 15.7.14): code there cannot use it yet, but a function
 * made there can later. Since these parts leave the class, they share a variable with it:
 *
 *   class C extends f(() => C) {}   →   let $own1 = $TDZ; … class C extends f(() => $init($own1, "C")) { static { $own1 = this; } }
 */
import { type NodePath, types as t } from "@babel/core";
import { helper, helperValue, type ModuleContext } from "../context.js";
import { assign, putAt } from "../tree.js";
import { infoOf } from "./info.js";

/** Gives such classes that variable. True if there were any: scopes are stale then. */
export function shareOwnNames(program: NodePath<t.Program>, context: ModuleContext): boolean {
  let changed = false;
  program.traverse({
    ClassExpression(path) {
      const { id, body } = path.node;
      if (!id || !infoOf(path.node).atRunTime) return;
      const uses = path.scope.getOwnBinding(id.name)?.referencePaths.filter((use) => isOutside(use, path)) ?? [];
      const block = path.findParent((parent) => parent.isBlockStatement() || parent.isStaticBlock())?.node;
      if (uses.length === 0 || (block?.type !== "BlockStatement" && block?.type !== "StaticBlock")) return;
      const variable = context.unique("$own");
      for (const use of uses) putAt(use, helper("$init", t.identifier(variable), t.stringLiteral(id.name)));
      block.body.unshift(
        t.variableDeclaration("let", [t.variableDeclarator(t.identifier(variable), helperValue("$TDZ"))]),
      );
      body.body.unshift(t.staticBlock([assign(variable, t.thisExpression())]));
      changed = true;
    },
  });
  return changed;
}

/** True for a place in the heritage or in a computed key of the class. */
function isOutside(use: NodePath, owner: NodePath): boolean {
  let at = use;
  while (at.parentPath && at.parentPath !== owner) {
    const body = at.parentPath.parentPath;
    if (body?.isClassBody() && body.parentPath === owner) return at.key === "key";
    at = at.parentPath;
  }
  return at.key === "superClass";
}

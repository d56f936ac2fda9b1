/** Names that a module uses and that nothing in it declares: globals. */
import type { NodePath, types as t } from "@babel/core";

/** Visits every use of a global but `typeof name`, which asks whether it exists. */
export function eachGlobal(program: NodePath<t.Program>, visit: (path: NodePath, name: string) => void): void {
  program.traverse({
    Identifier(path) {
      const { name } = path.node;
      if (!path.isReferencedIdentifier() && !isAssigned(path)) return;
      if (path.scope.hasBinding(name, true)) return;
      if (path.parentPath.isUnaryExpression({ operator: "typeof" })) return;
      visit(path, name);
    },
  });
}

function isAssigned({ parentPath, key }: NodePath): boolean {
  return (parentPath?.isAssignmentExpression() === true && key === "left") || parentPath?.isUpdateExpression() === true;
}

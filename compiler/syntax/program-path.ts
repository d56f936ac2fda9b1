/** The entry into a tree for passes that need Babel's scopes. */
import { type NodePath, type types as t, traverse } from "@babel/core";

/** The program path of a tree, with scopes computed from the tree as it is now. */
export function programPath(tree: t.File): NodePath<t.Program> {
  let found: NodePath<t.Program> | undefined;
  traverse(tree, {
    Program(path) {
      found = path;
      path.stop();
    },
  });
  if (found === undefined) throw new TypeError("a file without a program");
  found.scope.crawl();
  return found;
}

/**
 * A module's top level as a list of items, each of which stays or leaves as a whole: a statement, or one declarator of
 * a variable declaration. Imports and export lists are not items; they follow what they name.
 */
import type { NodePath, types as t } from "@babel/core";
import { memberName } from "./definitions.js";
import { defaultLocal } from "./table.js";

type Binding = NonNullable<ReturnType<NodePath["scope"]["getBinding"]>>;

export interface Item {
  /** The statement or declarator; for `export const …` the parts of the declaration inside. */
  readonly path: NodePath;
  /** Local names that it declares at the module's top level. */
  readonly declares: Set<string>;
  /** Names of the module's top level (imports too) that it mentions. */
  readonly references: Map<string, Mention>;
}

/** How an item mentions a name: which matters when the name stands for a whole module. */
export interface Mention {
  /** The properties taken from it: `a.b`. */
  readonly members: Set<string>;
  /** It is also used otherwise. */
  whole: boolean;
}

/** Splits the top level into items. The scopes of `program` must be up to date. */
export function listItems(program: NodePath<t.Program>): readonly Item[] {
  const items = program.get("body").flatMap(itemPaths).map(newItem);
  const byNode = new Map(items.map((item) => [item.path.node, item]));
  for (const [name, binding] of Object.entries(program.scope.bindings)) connect(name, binding, byNode);
  for (const item of items) {
    if (item.path.isExportDefaultDeclaration()) item.declares.add(defaultLocal(item.path.node));
  }
  return items;
}

function itemPaths(statement: NodePath<t.Statement>): readonly NodePath[] {
  if (statement.isImportDeclaration() || statement.isExportAllDeclaration()) return [];
  if (statement.isExportNamedDeclaration()) {
    const declaration = statement.get("declaration");
    return declaration.isVariableDeclaration() ? declaration.get("declarations") : declaration.node ? [statement] : [];
  }
  return statement.isVariableDeclaration() ? statement.get("declarations") : [statement];
}

function newItem(path: NodePath): Item {
  return { path, declares: new Set(), references: new Map() };
}

function connect(name: string, binding: Binding, byNode: ReadonlyMap<t.Node, Item>): void {
  const home = itemOf(binding.path, byNode);
  home?.declares.add(name);
  for (const path of [...binding.referencePaths, ...binding.constantViolations]) {
    // Babel counts `export const a` as a use of a: it is none.
    if (path.isExportDeclaration()) continue;
    const references = itemOf(path, byNode)?.references;
    if (references !== undefined) mention(references, name, path);
  }
}

function mention(references: Map<string, Mention>, name: string, { parentPath, key }: NodePath): void {
  const known = references.get(name) ?? { members: new Set(), whole: false };
  references.set(name, known);
  const member = parentPath?.isMemberExpression() && key === "object" ? memberName(parentPath.node) : undefined;
  if (member === undefined) known.whole = true;
  else known.members.add(member);
}

function itemOf(path: NodePath, byNode: ReadonlyMap<t.Node, Item>): Item | undefined {
  for (let at: NodePath | null = path; at !== null; at = at.parentPath) {
    const item = byNode.get(at.node);
    if (item !== undefined) return item;
  }
  return undefined;
}

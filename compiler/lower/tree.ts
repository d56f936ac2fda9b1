/**
 * Walking Babel's trees by shape alone. After `rename` every local name of one outermost function is unique, so the
 * passes of this folder need no scopes: a name is its variable.
 */
import { type NodePath, types as t } from "@babel/core";
import type { FunctionKind } from "../../runtime/protocol/helpers.js";

/** What a rewriting visitor answers: undefined to go on, "skip" to leave the subtree alone, a node to put in place. */
export type Rewrite = t.Node | "skip" | undefined;

type Slot = { [key: string]: t.Node | (t.Node | null)[] | null | undefined };

function slots(node: t.Node): Slot {
  return node as unknown as Slot;
}

/** Calls `visit` for every node below and including `root`, parents first; "skip" leaves out the children. */
export function walk(
  root: t.Node,
  visit: (node: t.Node, parent: t.Node | undefined, grandparent: t.Node | undefined) => "skip" | undefined,
): void {
  const stack: [t.Node, t.Node | undefined, t.Node | undefined][] = [[root, undefined, undefined]];
  while (stack.length > 0) {
    const [node, parent, grandparent] = stack.pop()!;
    if (visit(node, parent, grandparent) === "skip") continue;
    for (const child of children(node).reverse()) stack.push([child, node, parent]);
  }
}

/** The direct children of a node, in source order. */
export function children(node: t.Node): t.Node[] {
  const found: t.Node[] = [];
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const value = slots(node)[key];
    if (Array.isArray(value)) for (const item of value) item !== null && found.push(item);
    else if (value) found.push(value);
  }
  return found;
}

/** Puts a node in the place of another; what Babel remembers of paths and scopes is stale then. */
export function putAt({ container, key, node: old }: NodePath, node: t.Node): void {
  if (container === null || key === null) throw new TypeError("the root has no place");
  // The index of a path may be older than its list.
  const place = Array.isArray(container) ? (container as t.Node[]).indexOf(old) : key;
  (container as unknown as Record<string | number, t.Node>)[place] = node;
}

/** Replaces each direct child by what `replace` gives for it. */
export function replaceChildren(node: t.Node, replace: (child: t.Node) => t.Node): void {
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const value = slots(node)[key];
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item = value[i];
        if (item) value[i] = replace(item);
      }
    } else if (value) slots(node)[key] = replace(value);
  }
}

/** Replaces nodes below `root` (not the root itself) as the visitor says, parents first. */
export function rewrite(
  root: t.Node,
  visit: (node: t.Node, parent: t.Node, grandparent: t.Node | undefined) => Rewrite,
  grandparent?: t.Node,
): void {
  for (const key of t.VISITOR_KEYS[root.type] ?? []) {
    const value = slots(root)[key];
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item = value[i];
        if (item) value[i] = rewriteOne(item, root, grandparent, visit);
      }
    } else if (value) slots(root)[key] = rewriteOne(value, root, grandparent, visit);
  }
}

function rewriteOne(
  node: t.Node,
  parent: t.Node,
  grandparent: t.Node | undefined,
  visit: (node: t.Node, parent: t.Node, grandparent: t.Node | undefined) => Rewrite,
): t.Node {
  const answer = visit(node, parent, grandparent);
  if (answer === "skip") return node;
  if (answer !== undefined) return answer;
  rewrite(node, visit, parent);
  return node;
}

/** True where an identifier stands for a variable that is read or assigned, not for a key, a label or a declaration. */
export function isVariable(node: t.Identifier, parent: t.Node | undefined, grandparent: t.Node | undefined): boolean {
  if (parent === undefined) return true;
  if (t.isReferenced(node, parent, grandparent)) return true;
  switch (parent.type) {
    case "AssignmentExpression":
    case "AssignmentPattern":
      return parent.left === node;
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === node;
    case "ArrayPattern":
      return true;
    case "RestElement":
      return grandparent === undefined || !t.isFunction(grandparent);
    case "ObjectProperty":
      return parent.value === node && grandparent?.type === "ObjectPattern";
    default:
      return false;
  }
}

/** Names of the variables that occur below `root`, declarations left out. */
export function variablesIn(root: t.Node): Set<string> {
  const names = new Set<string>();
  walk(root, (node, parent, grandparent) => {
    if (node.type === "Identifier" && isVariable(node, parent, grandparent)) names.add(node.name);
    return undefined;
  });
  return names;
}

/** All identifiers below `root`, whatever they stand for. */
export function identifiersIn(root: t.Node): Set<string> {
  const names = new Set<string>();
  walk(root, (node) => {
    if (node.type === "Identifier") names.add(node.name);
    return undefined;
  });
  return names;
}

/** Renames a binding everywhere; Babel's own renaming misses the second of two targets in one pattern: `[x, ...x] = y`. */
export function renameBinding(scope: NodePath["scope"], from: string, to: string): void {
  const repeated = (scope.getOwnBinding(from)?.constantViolations ?? []).flatMap(({ node }) =>
    (node.type === "AssignmentExpression" || t.isForXStatement(node)) && t.isPattern(node.left) ? [node.left] : [],
  );
  scope.rename(from, to);
  for (const pattern of repeated) renameIn(pattern, from, to);
}

/** Renames a variable below `root`, except where a function, block or class declares the name anew. */
export function renameIn(root: t.Node, from: string, to: string): void {
  walk(root, (node, parent, grandparent) => {
    if (node !== root && redeclares(node, from)) return "skip";
    if (node.type === "ObjectProperty" && node.shorthand && t.isIdentifier(node.key, { name: from })) {
      node.shorthand = false;
      node.key = t.identifier(from);
    }
    if (node.type !== "Identifier" || node.name !== from || !parent) return undefined;
    const declared = t.isBinding(node, parent, grandparent) && !t.isMethod(parent);
    if (declared || isVariable(node, parent, grandparent)) node.name = to;
    return undefined;
  });
}

/** True if a function, block, loop, catch clause or class declares the name for what is in it. */
export function redeclares(node: t.Node, name: string): boolean {
  const binds = (inner: t.Node | null | undefined) =>
    inner != null && Object.hasOwn(t.getBindingIdentifiers(inner), name);
  const declares = (inner: t.Node | null | undefined) =>
    inner != null && isLexical(inner) && Object.hasOwn(t.getBindingIdentifiers(inner), name);
  if (t.isFunction(node)) {
    if (node.type === "FunctionExpression" && node.id?.name === name) return true;
    return node.params.some(binds) || declaresVar(node.body, name) || redeclares(node.body, name);
  }
  if (t.isClass(node)) return node.type === "ClassExpression" && node.id?.name === name;
  switch (node.type) {
    case "CatchClause":
      return binds(node.param);
    case "ForStatement":
      return declares(node.init);
    case "ForInStatement":
    case "ForOfStatement":
      return declares(node.left);
    case "SwitchStatement":
      return node.cases.some(({ consequent }) => consequent.some(declares));
    case "BlockStatement":
      return node.body.some(declares);
    default:
      return false;
  }
}

function isLexical(node: t.Node): boolean {
  if (node.type === "VariableDeclaration") return node.kind !== "var";
  return node.type === "FunctionDeclaration" || node.type === "ClassDeclaration";
}

function declaresVar(body: t.Node, name: string): boolean {
  let found = false;
  walk(body, (inner) => {
    if (found || t.isFunction(inner) || t.isClass(inner)) return "skip";
    if (inner.type === "VariableDeclaration" && inner.kind === "var")
      found = Object.hasOwn(t.getBindingIdentifiers(inner), name);
    return undefined;
  });
  return found;
}

/** True if a function or class is there. */
export function containsFunction(node: t.Node): boolean {
  let found = false;
  walk(node, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) found = true;
    return found ? "skip" : undefined;
  });
  return found;
}

/** True for a function whose calls are frames. */
export function isCoroutine(node: t.Function): boolean {
  return Boolean(node.async || node.generator);
}

/** Which kind of frame. */
export function kindOf(node: t.Function): FunctionKind | undefined {
  if (node.generator) return node.async ? "asyncGenerator" : "generator";
  return node.async ? "async" : undefined;
}

/** True if a function's own body suspends here or below: nested functions do not count. */
export function suspends(node: t.Node | null | undefined): boolean {
  if (!node) return false;
  const known = suspendsCache.get(node);
  if (known !== undefined) return known;
  const answer =
    node.type === "AwaitExpression" ||
    node.type === "YieldExpression" ||
    (t.isFunction(node)
      ? t.isMethod(node) && node.computed === true && suspends(node.key)
      : children(node).some(suspends));
  suspendsCache.set(node, answer);
  return answer;
}
const suspendsCache = new WeakMap<t.Node, boolean>();

/** `void 0` */
export function undefinedNode(): t.Expression {
  return t.unaryExpression("void", t.numericLiteral(0));
}

/** `target = value;` */
export function assign(target: string | t.LVal, value: t.Expression): t.ExpressionStatement {
  const left = typeof target === "string" ? t.identifier(target) : target;
  return t.expressionStatement(t.assignmentExpression("=", left as t.MemberExpression, value));
}

/** Columns per line, for comparing places: lines of source are shorter than this. */
const LINE = 1_000_000;

/** A number that grows along the source, for where a node starts; undefined for nodes that the author did not write. */
export function startOf(node: t.Node): number | undefined {
  return node.loc ? node.loc.start.line * LINE + node.loc.start.column : undefined;
}

/** The same for where a node ends. (Copies of a tree keep `loc`, but not `start` and `end`.) */
export function endOf(node: t.Node): number | undefined {
  return node.loc ? node.loc.end.line * LINE + node.loc.end.column : undefined;
}

/** An anonymous function definition (ECMAScript 8.4.3). */
export function isAnonymous(node: t.Expression): boolean {
  if (node.type === "ArrowFunctionExpression") return true;
  return (node.type === "FunctionExpression" || node.type === "ClassExpression") && !node.id;
}

/**
 * Environment records. A variable that a nested function shares and that changes after the function was made lives in
 * a record object; the nested function captures the record. All other captured variables can be copied.
 *
 *   let n = 0; const f = () => n++;      →   const $e1 = { n: void 0 }; $e1.n = 0; const f = () => $e1.n++;
 *   for (let i = 0; …; i++) g(() => i);  →   { const… $e1 = { i: 0 }; for (; …; $e1 = { i: $e1.i }, $e1.i++) … }
 *
 *   E1  After this pass every captured variable is initialised before and unchanged after the capturing function is made.
 *   E2  A record is made anew each time its scope is entered, and per iteration where ECMAScript does so (14.7.4.4).
 *   E3  A variable that may be read before its declaration ran holds `$TDZ` and is read through `$init`.
 */
import type { NodePath } from "@babel/core";
import { types as t } from "@babel/core";
import { boundNames } from "../syntax/bound-names.js";
import { cannotLower, helper, helperValue, type ModuleContext } from "./context.js";
import {
  assign,
  containsFunction,
  endOf,
  isCoroutine,
  isVariable,
  putAt,
  renameBinding,
  rewrite,
  startOf,
  undefinedNode,
  walk,
} from "./tree.js";

type Scope = NodePath["scope"];
type Binding = NonNullable<ReturnType<Scope["getBinding"]>>;

interface Recorded {
  readonly record: string;
  readonly key: string;
  readonly dead: boolean;
}

/** Where each recorded variable lives, by its unique name. */
export type RecordedVariables = ReadonlyMap<string, { readonly record: string; readonly key: string }>;

/** Moves the variables that need it into records; scopes are stale afterwards. */
export function makeEnvironments(program: NodePath<t.Program>, context: ModuleContext): RecordedVariables {
  const recorded = new Map<string, Recorded>();
  const byScope = new Map<Scope, Binding[]>();
  program.traverse({
    Scope(path) {
      if (path.scope === program.scope || byScope.has(path.scope)) return;
      // A class declaration's scope lists the variable outside, too.
      const own = Object.values(path.scope.bindings).filter((binding) => binding.scope === path.scope);
      const needed = own.filter((binding) => !context.copied.has(binding.identifier.name) && needsRecord(binding));
      if (needed.length > 0) byScope.set(path.scope, needed);
    },
  });
  for (const [scope, bindings] of byScope) {
    const record = context.unique("$e");
    context.locals.add(record);
    for (const binding of bindings) {
      const before = binding.identifier.name;
      const key = context.originalNames.get(before) ?? before;
      // Recorded names are unique in the whole module: uses are found by name.
      const name = context.unique(`${key}$r`);
      renameBinding(scope, before, name);
      context.originalNames.set(name, key);
      context.locals.add(name);
      const unique = [...recorded.values()].some((other) => other.record === record && other.key === key) ? name : key;
      recorded.set(name, { record, key: unique, dead: startsDead(binding) });
    }
    placeRecord(scope, record, bindings, recorded, context);
  }
  if (recorded.size > 0) {
    rewriteDeclarations(program.node, recorded, context);
    rewriteUses(program.node, recorded);
  }
  return recorded;
}

function needsRecord(binding: Binding): boolean {
  if (binding.kind === "module" || binding.kind === "local") return false;
  const home = binding.scope.getFunctionParent();
  const captures = usesOf(binding).filter((use) => outermostMaker(use, home) !== undefined);
  if (captures.length > 0 && !changesBetweenIterations(binding, captures)) {
    if (!binding.constant || binding.kind === "var") return true;
    if (captures.some((use) => madeBefore(use, binding, home))) return true;
  }
  return usedEarly(binding, home);
}

/**
 * True for the variable of a `for` loop that only the loop's update changes, captured by functions of its body alone: it
 * stays as it is for the whole of an iteration, so the functions can copy it.
 */
function changesBetweenIterations(
  { kind, scope, constantViolations }: Binding,
  captures: readonly NodePath[],
): boolean {
  const loop = scope.block;
  if (kind !== "let" || loop.type !== "ForStatement") return false;
  const isIn = (part: t.Node | null | undefined) => (use: NodePath) =>
    use.find((path) => path.parent === loop)?.node === part;
  return (
    constantViolations.length > 0 && constantViolations.every(isIn(loop.update)) && captures.every(isIn(loop.body))
  );
}

/** The capturing function may exist before the variable is initialised. */
function madeBefore(use: NodePath, binding: Binding, home: Scope | null): boolean {
  const maker = outermostMaker(use, home);
  if (maker === undefined) return false;
  if (binding.kind === "param") return false;
  if (binding.kind === "hoisted") return maker.node.type === "FunctionDeclaration";
  if (maker.node.type === "FunctionDeclaration") return true;
  return (startOf(maker.node) ?? 0) < declarationEnd(binding);
}

/** The outermost function or class, within the variable's function, that captures the variable for this use. */
function outermostMaker(use: NodePath, home: Scope | null): NodePath | undefined {
  let found: NodePath | undefined;
  let path = use;
  while (path.parentPath) {
    const parentPath: NodePath = path.parentPath;
    const { key } = path;
    if (home !== null && path.node === home.block) break;
    if (t.isFunction(path.node) || t.isClass(path.node)) {
      if (path !== use || !t.isClass(path.node)) found = path;
    }
    // Computed keys and heritage are evaluated where the class or the literal is.
    if (key === "key" && (parentPath.isMethod() || parentPath.isProperty())) {
      const owner: NodePath = parentPath.parentPath!;
      path = owner.isClassBody() ? owner.parentPath : owner;
    } else if (key === "superClass") path = parentPath;
    if (!path.parentPath) break;
    path = path.parentPath;
  }
  return found;
}

/** In code that is cut into states the engine no longer checks the temporal dead zone: we do, where it can matter. */
function usedEarly(binding: Binding, home: Scope | null): boolean {
  if (binding.kind !== "let" && binding.kind !== "const") return false;
  if (!home || !t.isFunction(home.block) || !isCoroutine(home.block)) return false;
  const end = declarationEnd(binding);
  if (binding.scope.block.type === "SwitchStatement") {
    const caseOf = (path: NodePath) => path.findParent((parent) => parent.node.type === "SwitchCase")?.node;
    if (binding.referencePaths.some((use) => caseOf(use) !== caseOf(binding.path))) return true;
  }
  if (isLoopHead(binding)) return false;
  return usesOf(binding).some((use) => (startOf(use.node) ?? end) < end);
}

function usesOf(binding: Binding): NodePath[] {
  return [...binding.referencePaths, ...binding.constantViolations];
}

/** Where the variable is initialised; catch parameters and made-up declarations always are. */
function declarationEnd(binding: Binding): number {
  const node = binding.path.node;
  return node.type === "VariableDeclarator" ? (endOf(node) ?? -1) : -1;
}

function isLoopHead(binding: Binding): boolean {
  return binding.path.parentPath?.parent !== undefined && t.isForXStatement(binding.path.parentPath.parent);
}

/** False for `const f = () => f()`: nobody can call f before it is there. */
function startsDead(binding: Binding): boolean {
  if (binding.kind !== "let" && binding.kind !== "const") return false;
  const declarator = binding.path.node;
  if (declarator.type !== "VariableDeclarator") return false;
  const end = endOf(declarator) ?? -1;
  const home = binding.scope.getFunctionParent();
  if (binding.scope.block.type === "SwitchStatement") return true;
  return usesOf(binding).some((use) => {
    const maker = outermostMaker(use, home);
    if (maker === undefined) return (startOf(use.node) ?? end) < end;
    if (maker.node.type === "FunctionDeclaration") return true;
    if (maker.isClass()) return (startOf(maker.node) ?? end) < end;
    return maker.node !== declarator.init && (startOf(maker.node) ?? end) < end;
  });
}

/** Identifiers of declarations: what initialises a variable may find it uninitialised. */
const initialising = new WeakSet<t.Node>();

/** Identifiers that stand for the variable itself although it has a record. */
const kept = new WeakSet<t.Node>();
function keep<T extends t.Node>(node: T): T {
  kept.add(node);
  return node;
}

function placeRecord(
  scope: Scope,
  record: string,
  bindings: readonly Binding[],
  recorded: ReadonlyMap<string, Recorded>,
  context: ModuleContext,
): void {
  const node = scope.block;
  if (node.type === "ForStatement") return placeLoopRecord(node, scope, record, bindings, recorded, context);
  const given = bindings.filter(
    (binding) =>
      binding.kind === "param" ||
      t.isForXStatement(node) ||
      (node.type === "CatchClause" && binding.identifier === (node.param as t.Node | null)),
  );
  const heads = t.isForXStatement(node) ? [] : given;
  const declaration = recordDeclaration(record, bindings, heads, recorded, context);
  if (t.isFunction(node)) {
    if (node.body.type === "BlockStatement") insertAtStart(node.body, declaration);
  } else if (node.type === "StaticBlock") {
    node.body.unshift(declaration);
  } else if (node.type === "BlockStatement" || node.type === "CatchClause") {
    insertAtStart(node.type === "CatchClause" ? node.body : node, declaration);
  } else if (node.type === "SwitchStatement") {
    surround(scope.path, [declaration]);
  } else if (t.isForXStatement(node)) {
    placeForXRecord(node, declaration, context);
  } else {
    throw cannotLower(context, node, `a variable shared by closures in a ${node.type}`);
  }
}

function recordDeclaration(
  record: string,
  bindings: readonly Binding[],
  given: readonly Binding[],
  recorded: ReadonlyMap<string, Recorded>,
  context: ModuleContext,
): t.VariableDeclaration {
  const properties = bindings.map((binding) => {
    const { key, dead } = recorded.get(binding.identifier.name)!;
    const value = given.includes(binding)
      ? keep(t.identifier(binding.identifier.name))
      : dead
        ? helperValue("$TDZ")
        : undefinedNode();
    return t.objectProperty(t.identifier(key), value);
  });
  const declaration = t.variableDeclaration("let", [
    t.variableDeclarator(t.identifier(record), t.objectExpression(properties)),
  ]);
  context.records.add(declaration);
  return declaration;
}

function insertAtStart(block: t.BlockStatement, ...statements: t.Statement[]): void {
  // `$caught(e)` stays first in a catch block, on the parameter itself: the record is made of it.
  const first = block.body[0];
  const guard = first?.type === "ExpressionStatement" ? first.expression : undefined;
  const guarded = guard?.type === "CallExpression" && t.isIdentifier(guard.callee, { name: "$caught" });
  if (guarded) for (const argument of guard.arguments) kept.add(argument);
  block.body.splice(guarded ? 1 : 0, 0, ...statements);
}

/** Puts statements before a statement, in a block around it and its labels. */
function surround(path: NodePath, before: readonly t.Statement[]): void {
  let target = path;
  while (target.parentPath?.node.type === "LabeledStatement") target = target.parentPath;
  const inner = target.node as t.Statement;
  const block = t.blockStatement([...before, inner]);
  putAt(target, block);
}

// for (let i = 0, n = m; test; update) body
//   →  { let $e1 = { i: void 0 }; let n; $e1.i = 0; n = m; for (; test; $e1 = { i: $e1.i }, update) body }
function placeLoopRecord(
  node: t.ForStatement,
  scope: Scope,
  record: string,
  bindings: readonly Binding[],
  recorded: ReadonlyMap<string, Recorded>,
  context: ModuleContext,
): void {
  const declaration = recordDeclaration(record, bindings, [], recorded, context);
  const init = node.init;
  if (init?.type !== "VariableDeclaration") throw cannotLower(context, node, "this loop");
  const copy = t.assignmentExpression(
    "=",
    t.identifier(record),
    t.objectExpression(
      bindings.map((binding) => {
        const { key } = recorded.get(binding.identifier.name)!;
        return t.objectProperty(t.identifier(key), t.memberExpression(t.identifier(record), t.identifier(key)));
      }),
    ),
  );
  const closesOverInit = init.declarations.some((declarator) => declarator.init && containsFunction(declarator.init));
  node.update = node.update ? t.sequenceExpression([copy, node.update]) : copy;
  node.init = null;
  const before: t.Statement[] = [declaration, init];
  if (closesOverInit) before.push(t.expressionStatement(t.cloneNode(copy)));
  surround(scope.path, before);
}

// for (const [a, b] of xs) body   →   for (const $item1 of xs) { let $e1 = { a: void 0 }; const [a, b] = $item1; body }
function placeForXRecord(node: t.ForXStatement, declaration: t.VariableDeclaration, context: ModuleContext): void {
  const left = node.left;
  if (left.type !== "VariableDeclaration") throw cannotLower(context, node, "this loop");
  const item = context.unique("$item");
  context.locals.add(item);
  const pattern = left.declarations[0]!.id;
  node.left = t.variableDeclaration("const", [t.variableDeclarator(t.identifier(item))]);
  const unpack = t.variableDeclaration(left.kind, [t.variableDeclarator(pattern, t.identifier(item))]);
  node.body = t.blockStatement([declaration, unpack, node.body]);
}

// let a = 1, b = 2   →   $e1.a = 1; let b = 2;          const { a, b } = v   →   let b; ({ a: $e1.a, b } = v);
function rewriteDeclarations(program: t.Node, recorded: ReadonlyMap<string, Recorded>, context: ModuleContext): void {
  rewrite(program, (node, parent) => {
    const head = loopHead(node);
    if (head?.init?.type === "VariableDeclaration" && boundNames(head.init).some((name) => recorded.has(name))) {
      const block = t.blockStatement([head.init, node as t.Statement]);
      head.init = null;
      rewriteDeclarations(block, recorded, context);
      return block;
    }
    if (node.type !== "VariableDeclaration" || context.records.has(node)) return undefined;
    if (!boundNames(node).some((name) => recorded.has(name))) return undefined;
    if (t.isForXStatement(parent) && parent.left === node) {
      const all = boundNames(node).every((name) => recorded.has(name));
      if (node.kind !== "var" || !all) throw cannotLower(context, node, "this loop head");
      return node.declarations[0]!.id;
    }
    const statements = node.declarations.flatMap((declarator) => splitDeclarator(node, declarator, recorded));
    for (const statement of statements) rewriteDeclarations(statement, recorded, context);
    const result =
      statements.length === 1 ? statements[0]! : Object.assign(t.blockStatement(statements), { flatten: true });
    return t.inherits(result, node);
  });
  flattenBlocks(program);
}

/** The `for` loop that a statement is, behind its labels. */
function loopHead(node: t.Node): t.ForStatement | undefined {
  let inner = node;
  while (inner.type === "LabeledStatement") inner = inner.body;
  return inner.type === "ForStatement" ? inner : undefined;
}

function splitDeclarator(
  node: t.VariableDeclaration,
  declarator: t.VariableDeclarator,
  recorded: ReadonlyMap<string, Recorded>,
): t.Statement[] {
  const names = boundNames(declarator.id);
  if (!names.some((name) => recorded.has(name))) return [t.variableDeclaration(node.kind, [declarator])];
  const target = declarator.id as t.LVal;
  for (const identifier of Object.values(t.getBindingIdentifiers(target))) initialising.add(identifier);
  if (target.type === "Identifier") {
    if (!declarator.init && node.kind === "var") return [];
    return [t.inherits(assign(target, declarator.init ?? undefinedNode()), declarator)];
  }
  const others = names.filter((name) => !recorded.has(name));
  const plain = others.map((name) => t.variableDeclarator(t.identifier(name)));
  const before = plain.length > 0 ? [t.variableDeclaration("let", plain)] : [];
  return [...before, assign(target, declarator.init ?? undefinedNode())];
}

/** Declarations that became several statements join the list that they stood in. */
function flattenBlocks(root: t.Node): void {
  walk(root, (node) => {
    const list = t.isBlock(node) ? node.body : node.type === "SwitchCase" ? node.consequent : undefined;
    if (list === undefined) return undefined;
    for (let i = 0; i < list.length; i++) {
      const item = list[i]!;
      if (item.type === "BlockStatement" && (item as { flatten?: boolean }).flatten) {
        list.splice(i, 1, ...item.body);
        i--;
      }
    }
    return undefined;
  });
}

function keepBound(pattern: t.Node): void {
  for (const identifier of Object.values(t.getBindingIdentifiers(pattern))) kept.add(identifier);
}

function rewriteUses(program: t.Node, recorded: ReadonlyMap<string, Recorded>): void {
  const visit = (node: t.Node, parent: t.Node, grandparent: t.Node | undefined): t.Node | "skip" | undefined => {
    // Parameters keep their own bindings; the record is filled from them.
    if (t.isFunction(node)) for (const param of node.params) keepBound(param);
    if (node.type === "ObjectProperty" && node.shorthand) unshorten(node, recorded);
    if (node.type !== "Identifier" || kept.has(node)) return undefined;
    const place = recorded.get(node.name);
    if (place === undefined || !isVariable(node, parent, grandparent)) return undefined;
    const member = t.inherits(t.memberExpression(t.identifier(place.record), t.identifier(place.key)), node);
    if (isTarget(node, parent, grandparent)) {
      if (!place.dead || initialising.has(node)) return member;
      const live = helper("$live", t.identifier(place.record), t.stringLiteral(place.key));
      return t.inherits(t.memberExpression(live, t.identifier(place.key)), node);
    }
    const value = place.dead ? helper("$init", member, t.stringLiteral(place.key)) : member;
    const called =
      ((t.isCallExpression(parent) || t.isOptionalCallExpression(parent)) && parent.callee === node) ||
      (parent.type === "TaggedTemplateExpression" && parent.tag === node);
    return called && value === member ? t.sequenceExpression([t.numericLiteral(0), value]) : value;
  };
  rewrite(program, visit);
}

function unshorten(node: t.ObjectProperty, recorded: ReadonlyMap<string, Recorded>): void {
  const inner = node.value.type === "AssignmentPattern" ? node.value.left : node.value;
  if (inner.type !== "Identifier" || !recorded.has(inner.name) || kept.has(inner)) return;
  node.shorthand = false;
  // Key and value may be one node: the value will be replaced, the key must stay.
  if (node.key.type === "Identifier") node.key = t.identifier(node.key.name);
}

function isTarget(node: t.Node, parent: t.Node, grandparent: t.Node | undefined): boolean {
  if (parent.type === "AssignmentExpression") return parent.left === node;
  if (parent.type === "UpdateExpression") return true;
  return !t.isReferenced(node, parent, grandparent);
}

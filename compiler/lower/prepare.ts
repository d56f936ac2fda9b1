/**
 * Brings a module into the shape that the later passes rely on:
 *
 *   P1  every catch clause has a plain parameter and begins with `$caught(…)`;
 *   P2  no `var` in a function whose calls are frames (they become `let` at its top);
 *   P3  `export default` has a name; functions of module level whose calls are frames are variables at its top;
 *   P4  local names are unique within one outermost function and differ from module names, globals and helpers;
 *   P5  every function has its stable id (language §8), taken from the names that the author wrote;
 *   P6  assignments to constants assign to a property of `$constants`, which fails;
 *   P7  `globalThis` is a constant of the module: the execution's own global object.
 */
import { type NodePath, types as t, traverse } from "@babel/core";
import { HELPER_NAMES } from "../../runtime/protocol/helpers.js";
import { boundNames } from "../syntax/bound-names.js";
import { programPath } from "../syntax/program-path.js";
import { sharePrivates } from "./classes/key-privates.js";
import { shareOwnNames } from "./classes/own-name.js";
import { prepareClasses } from "./classes/prepare.js";
import { type FunctionName, helper, helperValue, type ModuleContext } from "./context.js";
import { desugar } from "./desugar.js";
import {
  assign,
  containsFunction,
  isAnonymous,
  isCoroutine,
  isVariable,
  renameBinding,
  rewrite,
  walk,
} from "./tree.js";

type Scope = NodePath["scope"];

/** Runs the pass; afterwards the program's scopes are up to date. `names`: all identifiers of the module. */
export function prepare(file: t.File, names: ReadonlySet<string>, context: ModuleContext): NodePath<t.Program> {
  if (names.has("globalThis")) shareGlobal(file);
  desugar(file, context);
  sharePrivates(freshProgramPath(file), context);
  prepareClasses(file, context);
  nameDefaultExport(file.program);
  walk(file, (node) => {
    if (node.type === "CatchClause") guardCatch(node, context);
    if (node.type === "AssignmentExpression") keepUnnamed(node);
    if (t.isFunction(node) && isCoroutine(node)) hoistVars(node);
    return undefined;
  });
  hoistCoroutines(file);
  let program = freshProgramPath(file);
  nameFunctions(program, context);
  if (unhideOwnNames(program, context)) program = freshProgramPath(file);
  if (shareOwnNames(program, context)) program = freshProgramPath(file);
  makeNamesUnique(program, context);
  program.scope.crawl();
  return program;
}

// globalThis.x = 1   →   const $globalThis = $global(); … $globalThis.x = 1
function shareGlobal(file: t.File): void {
  let used = false;
  freshProgramPath(file).traverse({
    ReferencedIdentifier({ node, parent, scope }: NodePath<t.Identifier>) {
      if (node.name !== "globalThis" || scope.hasBinding("globalThis", true)) return;
      if (parent.type === "ObjectProperty" && parent.shorthand) {
        parent.shorthand = false;
        parent.key = t.identifier("globalThis");
      }
      node.name = "$globalThis";
      used = true;
    },
  } as never);
  if (!used) return;
  const { body } = file.program;
  const firstOwn = body.findIndex((statement) => statement.type !== "ImportDeclaration");
  const declarator = t.variableDeclarator(t.identifier("$globalThis"), helper("$global"));
  body.splice(Math.max(firstOwn, 0), 0, t.variableDeclaration("const", [declarator]));
}

// async function f() {}   →   const f = async function () {};      at the top of the module
function hoistCoroutines(file: t.File): void {
  const { body } = file.program;
  const { scope } = freshProgramPath(file);
  const hoisted: t.Statement[] = [];
  for (let i = 0; i < body.length; i++) {
    const statement = body[i]!;
    const exported = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const declaration = exported ? statement.declaration : statement;
    if (declaration?.type !== "FunctionDeclaration" || !isCoroutine(declaration) || !declaration.id) continue;
    const { id, params, body: code, generator, async } = declaration;
    const fn = t.inherits(t.functionExpression(null, params, code, generator, async), declaration);
    const kind = scope.getBinding(id.name)?.constant === false ? "let" : "const";
    const variable = t.inherits(t.variableDeclaration(kind, [t.variableDeclarator(id, fn)]), declaration);
    hoisted.push(variable);
    const specifier = (name: string) => t.exportSpecifier(t.identifier(id.name), t.identifier(name));
    if (!exported) body.splice(i--, 1);
    else {
      const name = statement.type === "ExportDefaultDeclaration" ? "default" : id.name;
      body[i] = t.inherits(t.exportNamedDeclaration(null, [specifier(name)]), statement);
    }
  }
  const firstOwn = body.findIndex((statement) => statement.type !== "ImportDeclaration");
  body.splice(firstOwn < 0 ? body.length : firstOwn, 0, ...hoisted);
}

/** The root path of a file whose tree was changed by hand: nothing that Babel remembers of it holds any more. */
export function freshProgramPath(file: t.File): NodePath<t.Program> {
  traverse.cache.clear();
  return programPath(file);
}

// export default async () => {}   →   const $default = async () => {}; export { $default as default };
function nameDefaultExport(program: t.Program): void {
  const index = program.body.findIndex((statement) => statement.type === "ExportDefaultDeclaration");
  const node = program.body[index];
  if (node?.type !== "ExportDefaultDeclaration") return;
  const value = node.declaration;
  if (t.isDeclaration(value) && "id" in value && value.id) return;
  const expression = t.isFunctionDeclaration(value) || t.isClassDeclaration(value) ? t.toExpression(value) : value;
  if (!t.isExpression(expression)) return;
  program.body.splice(
    index,
    1,
    t.inherits(t.variableDeclaration("const", [t.variableDeclarator(t.identifier("$default"), expression)]), node),
    t.exportNamedDeclaration(null, [t.exportSpecifier(t.identifier("$default"), t.identifier("default"))]),
  );
}

// catch ({ message }) { … }   →   catch ($error1) { $caught($error1); let { message } = $error1; { … } }
function guardCatch(node: t.CatchClause, context: ModuleContext): void {
  const param = node.param;
  const name = param?.type === "Identifier" ? param.name : context.unique("$error");
  const guard: t.Statement[] = [t.expressionStatement(helper("$caught", t.identifier(name)))];
  if (param && param.type !== "Identifier") {
    guard.push(t.variableDeclaration("let", [t.variableDeclarator(param, t.identifier(name))]));
    // Functions in the pattern do not see what the block declares.
    if (containsFunction(param)) node.body = t.inherits(t.blockStatement([node.body]), node.body);
  }
  if (param?.type !== "Identifier") node.param = t.identifier(name);
  node.body.body.unshift(...guard);
}

// (f) = () => {}   →   f = (0, () => {})      which gives the function no name
function keepUnnamed(node: t.AssignmentExpression): void {
  const { left, right } = node;
  if (left.type !== "Identifier" || left.extra?.parenthesized !== true || !isAnonymous(right)) return;
  node.right = t.sequenceExpression([t.numericLiteral(0), right]);
}

function hoistVars(fn: t.Function): void {
  if (fn.body.type !== "BlockStatement") return;
  const names = new Set<string>();
  rewrite(fn.body, (node, parent) => {
    if (t.isFunction(node) || t.isClass(node)) return "skip";
    if (node.type !== "VariableDeclaration" || node.kind !== "var") return undefined;
    for (const name of boundNames(node)) names.add(name);
    const inHead = (parent.type === "ForInStatement" || parent.type === "ForOfStatement") && parent.left === node;
    if (inHead) return node.declarations[0]!.id;
    const assignments = node.declarations
      .filter((declarator) => declarator.init)
      .map((declarator) => assign(declarator.id as t.LVal, declarator.init!));
    if (parent.type === "ForStatement") {
      return t.sequenceExpression([t.numericLiteral(0), ...assignments.map((statement) => statement.expression)]);
    }
    return t.inherits(assignments.length === 1 ? assignments[0]! : t.blockStatement(assignments), node);
  });
  for (const name of boundNames(...fn.params)) names.delete(name);
  // A variable of the same name: a function of the body, or a parameter that is bound there.
  for (const statement of fn.body.body) {
    if (statement.type === "FunctionDeclaration") names.delete(statement.id!.name);
    if (statement.type !== "VariableDeclaration" || statement.kind !== "let") continue;
    for (const name of boundNames(statement)) names.delete(name);
  }
  if (names.size === 0) return;
  const declarators = [...names].map((name) => t.variableDeclarator(t.identifier(name)));
  fn.body.body.unshift(t.variableDeclaration("let", declarators));
}

// (function f() { let f = 1; return f; })   →   (function f() { let f$own1 = 1; return f$own1; })
// Nobody can use the name of such a function expression, and Babel takes both for one variable.
function unhideOwnNames(program: NodePath<t.Program>, context: ModuleContext): boolean {
  let changed = false;
  program.traverse({
    FunctionExpression({ node, scope }) {
      const binding = node.id ? scope.getOwnBinding(node.id.name) : undefined;
      if (!node.id || binding?.kind !== "local" || !binding.constantViolations.some(isDeclaring)) return;
      const { name } = node.id;
      const fresh = context.unique(`${name}$own`);
      context.originalNames.set(fresh, name);
      renameBinding(scope, name, fresh);
      node.id = t.inherits(t.identifier(name), node.id);
      changed = true;
    },
  });
  return changed;
}

/** False for what assigns only. */
function isDeclaring(path: NodePath): boolean {
  return !(path.isAssignmentExpression() || path.isUpdateExpression() || path.isForXStatement());
}

/** Names that stand for globals somewhere in the module. */
function unboundNames(program: NodePath<t.Program>): Set<string> {
  const names = new Set<string>();
  program.traverse({
    Identifier({ node, parent, parentPath, scope }) {
      if (names.has(node.name) || !isVariable(node, parent, parentPath?.parent)) return;
      if (!scope.hasBinding(node.name, true)) names.add(node.name);
    },
  });
  return names;
}

function makeNamesUnique(program: NodePath<t.Program>, context: ModuleContext): void {
  const reserved = new Set([...Object.keys(program.scope.bindings), ...unboundNames(program), ...HELPER_NAMES]);
  const takenByRoot = new Map<Scope, Set<string>>();
  program.traverse({
    Scope(path) {
      const scope = path.scope;
      if (scope === program.scope) return;
      const root = rootScope(scope, program.scope);
      const taken = takenByRoot.get(root) ?? new Set(reserved);
      takenByRoot.set(root, taken);
      // A class declaration's own name stands for the outer binding.
      if (path.isClassDeclaration()) return;
      for (const name of Object.keys(scope.bindings)) {
        const binding = scope.bindings[name]!;
        if (binding.kind === "const" || binding.kind === "local") {
          for (const violation of binding.constantViolations) assignToNothing(violation.node, name);
        }
        const fresh = context.isOurs(name) ? name : freeName(name, taken);
        if (fresh !== name) {
          renameBinding(scope, name, fresh);
          context.originalNames.set(fresh, name);
        }
        taken.add(fresh);
        context.locals.add(fresh);
      }
    },
  });
}

/** Turns what a statement or expression assigns to the constant `name` into a property that cannot be assigned. */
function assignToNothing(node: t.Node, name: string): void {
  if (node.type === "AssignmentExpression" && isLogical(node) && t.isIdentifier(node.left, { name })) {
    // x ||= v   →   x || ($constants.x = v)
    const assigned = t.assignmentExpression("=", node.left, node.right);
    assignToNothing(assigned, name);
    const operator = node.operator.slice(0, -1) as t.LogicalExpression["operator"];
    Object.assign(node, t.logicalExpression(operator, t.identifier(name), assigned), { loc: node.loc });
    return;
  }
  rewrite(node, (inner, parent, grandparent) => {
    if (t.isFunction(inner)) return "skip";
    if (inner.type !== "Identifier" || inner.name !== name || !isAssigned(inner, parent, grandparent)) return undefined;
    if (parent.type === "ObjectProperty" && parent.shorthand) {
      parent.shorthand = false;
      parent.key = t.identifier(name);
    }
    return t.memberExpression(helperValue("$constants"), t.identifier(name));
  });
}

function isLogical({ operator }: t.AssignmentExpression): boolean {
  return operator === "&&=" || operator === "||=" || operator === "??=";
}

function isAssigned(node: t.Identifier, parent: t.Node, grandparent: t.Node | undefined): boolean {
  if (parent.type === "UpdateExpression") return true;
  if (parent.type === "AssignmentExpression") return parent.left === node;
  return isVariable(node, parent, grandparent) && !t.isReferenced(node, parent, grandparent);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const fixed = /^\$(f|m|v|c|k|w|x|pc|this|arguments|newTarget|slots|run|default|error|parent|names|born|o|t\d+)$/;
  if (!taken.has(name) && !fixed.test(name)) return name;
  for (let n = 1; ; n++) if (!taken.has(`${name}$${n}`)) return `${name}$${n}`;
}

function rootScope(scope: Scope, program: Scope): Scope {
  let current = scope;
  while (current.parent && current.parent !== program) current = current.parent;
  return current;
}

function nameFunctions(program: NodePath<t.Program>, context: ModuleContext): void {
  const used = new Map<string, number>();
  const visit = (path: NodePath<t.Function> | NodePath<t.Class>) => {
    const outer = path.getFunctionParent();
    const prefix = outer ? `${context.ids.get(outer.node)!.id}/` : `${context.moduleId}#`;
    const name = inferredName(path);
    const what = path.isClass() ? "class " : "";
    const pin = context.identities.pinOf(path.node);
    const base = pin === undefined ? `${prefix}${qualifier(path)}${what}${name || role(path)}` : `${prefix}@${pin}`;
    const count = (used.get(base) ?? 0) + 1;
    used.set(base, count);
    const entry: FunctionName = { id: count === 1 ? base : `${base}~${count}`, name };
    context.ids.set(path.node, entry);
    const shape = path.isClass() ? context.identities.classOf(path.node) : undefined;
    if (shape !== undefined) context.classes.push({ ...entry, ...shape });
  };
  program.traverse({ Function: visit, Class: visit });
}

/** The name that ECMAScript's NamedEvaluation gives (13.2.5, 15.2.5). */
function inferredName(path: NodePath<t.Function> | NodePath<t.Class>): string {
  const { node, parent } = path;
  if ("id" in node && node.id) return node.id.name;
  if ("key" in node) return keyName(node.key, "computed" in node && node.computed === true);
  if (parent.type === "VariableDeclarator" && parent.id.type === "Identifier") return parent.id.name;
  if (parent.type === "AssignmentExpression" && parent.left.type === "Identifier") return parent.left.name;
  if (parent.type === "AssignmentPattern" && parent.left.type === "Identifier") return parent.left.name;
  if (parent.type === "ClassPrivateProperty") return keyName(parent.key, false);
  if (parent.type === "ObjectProperty" || parent.type === "ClassProperty") {
    return keyName(parent.key, parent.computed === true);
  }
  return "";
}

function keyName(key: t.Node, computed: boolean): string {
  if (key.type === "StringLiteral") return key.value;
  if (key.type === "NumericLiteral") return String(key.value);
  if (key.type === "BigIntLiteral") return key.value;
  if (computed) return "";
  if (key.type === "PrivateName") return `#${key.id.name}`;
  return key.type === "Identifier" ? key.name : "";
}

function qualifier(path: NodePath<t.Function> | NodePath<t.Class>): string {
  const owner = path.parentPath?.parentPath?.node;
  const className = owner && t.isClass(owner) ? (owner.id?.name ?? "class") : undefined;
  if (className === undefined) return "";
  const isStatic = "static" in path.node && path.node.static === true;
  return `${className}.${isStatic ? "" : "prototype."}`;
}

/** What an anonymous function is for: the call that it is an argument of, or λ. */
function role(path: NodePath<t.Function> | NodePath<t.Class>): string {
  const { parent, node } = path;
  if (parent.type !== "CallExpression" && parent.type !== "NewExpression") return "λ";
  const index = parent.arguments.indexOf(node as t.Expression);
  const callee = parent.callee;
  const first = parent.arguments[0];
  if (callee.type === "Identifier") {
    const label = first?.type === "StringLiteral" ? `(${first.value})` : "";
    return `${callee.name}${label}[${index}]`;
  }
  if (callee.type === "MemberExpression" && callee.property.type === "Identifier")
    return `${callee.property.name}[${index}]`;
  return "λ";
}

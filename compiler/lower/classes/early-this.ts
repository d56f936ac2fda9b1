/**
 * Arrow functions of a derived class's constructor that may be made before `super()` has returned find `this` in a
 * variable, and `super()` in a function:
 *
 *   constructor() { const f = () => this.x; super(); }   →
 *     constructor() { let $self1 = $TDZ; const f = () => $init($self1, "this").x; $self1 = super(); }
 *
 *   constructor() { (() => super(1))(); }   →
 *     constructor() { let $self1 = $TDZ; const $super1 = (...$items) => ($self1 = super(...$items)); (() => $super1(1))(); }
 *
 * So they are closures like any other. Only `$super1` stays native: who holds it while the execution waits is in no
 * checkpoint.
 */
import { types as t } from "@babel/core";
import { helper, helperValue, type ModuleContext } from "../context.js";
import { bindParameters } from "../parameters.js";
import { children, rewrite } from "../tree.js";
import { arrowsIn, type ClassInfo, hasComputedKey, rewriteOuterParts } from "./info.js";

/** Prepares a constructor of a class that extends another: before the `super` properties of its arrow functions go. */
export function bindEarlySuper(method: t.ClassMethod, info: ClassInfo, context: ModuleContext): void {
  if (earlyArrows(method).length === 0) return;
  bindParameters(method, context, true);
  const self = context.unique("$self");
  const arrows = earlyArrows(method);
  for (const arrow of arrows) info.earlyArrows.set(arrow, self);
  const own: t.Statement[] = [declare("let", self, helperValue("$TDZ"))];
  if (arrows.some(callsSuper)) {
    const caller = context.unique("$super");
    for (const arrow of arrows) rewriteLexically(arrow, (node) => callOf(node, caller));
    const items = () => t.identifier("$items");
    const call = t.callExpression(t.super(), [t.spreadElement(items())]);
    const native = t.arrowFunctionExpression([t.restElement(items())], call);
    info.nativeArrows.add(native);
    own.push(declare("const", caller, native));
  }
  method.body.body.unshift(...own);
  rewriteLexically(method.body, (node) => {
    if (!isSuperCall(node)) return undefined;
    for (let i = 0; i < node.arguments.length; i++) {
      const holder = t.arrayExpression([node.arguments[i] as t.Expression]);
      rewriteLexically(holder, (inner) => (isSuperCall(inner) ? assigned(self, inner) : undefined));
      node.arguments[i] = holder.elements[0] as t.Expression;
    }
    return assigned(self, node);
  });
}

/** Replaces `this` in those arrow functions, once it is all that is left of `super`. */
export function bindEarlyThis(method: t.ClassMethod, info: ClassInfo): void {
  for (const arrow of [...method.params, method.body].flatMap(arrowsIn)) {
    const self = info.earlyArrows.get(arrow);
    if (self === undefined) continue;
    rewriteLexically(arrow, (node) =>
      node.type === "ThisExpression"
        ? t.inherits(helper("$init", t.identifier(self), t.stringLiteral("this")), node)
        : undefined,
    );
  }
}

function declare(kind: "let" | "const", name: string, value: t.Expression): t.Statement {
  return t.variableDeclaration(kind, [t.variableDeclarator(t.identifier(name), value)]);
}

function assigned(name: string, call: t.CallExpression): t.Expression {
  return t.inherits(t.assignmentExpression("=", t.identifier(name), call), call);
}

type SuperCall = t.CallExpression & { readonly callee: t.Super };

function isSuperCall(node: t.Node): node is SuperCall {
  return node.type === "CallExpression" && node.callee.type === "Super";
}

function callOf(node: t.Node, caller: string): undefined {
  if (isSuperCall(node)) (node as t.CallExpression).callee = t.identifier(caller);
  return undefined;
}

/** The outermost arrow functions that may be made before `super()` has returned, or call it themselves. */
function earlyArrows(method: t.ClassMethod): t.ArrowFunctionExpression[] {
  const { body } = method.body;
  const called = body.findIndex(
    (statement) => statement.type === "ExpressionStatement" && isSuperCall(statement.expression),
  );
  const early = called < 0 ? body : body.slice(0, called + 1);
  const before = new Set([...method.params, ...early].flatMap(arrowsIn));
  return [...method.params, ...body]
    .flatMap(arrowsIn)
    .filter((arrow) => callsSuper(arrow) || (before.has(arrow) && mentionsThis(arrow)));
}

function callsSuper(arrow: t.ArrowFunctionExpression): boolean {
  return lexically(arrow, isSuperCall);
}

function mentionsThis(arrow: t.ArrowFunctionExpression): boolean {
  return lexically(arrow, (node) => node.type === "ThisExpression" || node.type === "Super");
}

/** True if a node of the arrow function, arrow functions in it included, passes the test. */
function lexically(root: t.Node, test: (node: t.Node) => boolean): boolean {
  const search = (node: t.Node): boolean => {
    if (test(node)) return true;
    if (t.isFunction(node) && node.type !== "ArrowFunctionExpression") return false;
    if (t.isClass(node)) {
      const outer = node.body.body.filter(hasComputedKey).map((member) => member.key);
      return [...(node.superClass ? [node.superClass] : []), ...outer].some(search);
    }
    return children(node).some(search);
  };
  return search(root);
}

/** Rewrites what shares the `this` of `root`. */
function rewriteLexically(root: t.Node, replace: (node: t.Node) => t.Node | undefined): void {
  const visit: Parameters<typeof rewrite>[1] = (node) => {
    if (t.isFunction(node) && node.type !== "ArrowFunctionExpression") return "skip";
    if (t.isClass(node)) {
      rewriteOuterParts(node, visit);
      return "skip";
    }
    return replace(node);
  };
  rewrite(root, visit);
}

/**
 * A class's private names in its own computed keys. Code there runs before any object has the private elements, but a
 * function made there can use them later. Since keys leave the class, they reach its private elements through functions
 * of it, which do not know any object at first:
 *
 *   class C { #x; [f((o) => o.#x++)]; }   →
 *     let $of1 = …, $has1 = …;
 *     class C { static { $of1 = (o) => ({ get x() { return o.#x; }, set x(v) { o.#x = v; } }); … } #x; [f((o) => $of1(o).x++)]; }
 *
 *   o.#m(a)   →   $of1(o).call_m(a)          #x in o   →   $has1(o, "x")          o?.#x   →   $of1(o, true)?.x
 */
import { type NodePath, types as t } from "@babel/core";
import { helper, type ModuleContext } from "../context.js";
import { assign, children, rewrite, undefinedNode } from "../tree.js";
import { hasComputedKey, privatesOf } from "./info.js";

/** Rewrites such keys of all classes; scopes are stale then. */
export function sharePrivates(program: NodePath<t.Program>, context: ModuleContext): void {
  program.traverse({
    Class: {
      exit(path) {
        const names = new Set(privatesOf(path.node).map(({ name }) => name));
        const keyed = path.node.body.body.filter(hasComputedKey).filter(({ key }) => mentions(key, names));
        if (keyed.length === 0) return;
        const access = { of: context.unique("$of"), has: context.unique("$has") };
        for (const member of keyed) {
          const holder = t.arrayExpression([member.key]);
          replacePrivates(holder, names, access);
          member.key = holder.elements[0] as t.Expression;
        }
        path.node.body.body.unshift(t.staticBlock(known([...names], access)));
        blockAround(path).splice(0, 0, unknown(access));
      },
    },
  });
}

interface Access {
  readonly of: string;
  readonly has: string;
}

const OBJECT = "$o";

/** The list of statements in which the class is evaluated once per run. */
function blockAround(path: NodePath<t.Class>): t.Statement[] {
  const owner = path.findParent((parent) => parent.isBlock() || parent.isStaticBlock() || isShortArrow(parent))!;
  const { node } = owner;
  if (node.type === "ArrowFunctionExpression") {
    const result = t.returnStatement(node.body as t.Expression);
    node.body = t.blockStatement([result]);
    return node.body.body;
  }
  return (node as t.BlockStatement).body;
}

function isShortArrow({ node }: NodePath): boolean {
  return node.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement";
}

/** Private names in a key, other than those of classes in it. */
function mentions(key: t.Node, names: ReadonlySet<string>): boolean {
  if (key.type === "PrivateName") return names.has(key.id.name);
  const visible = t.isClass(key) ? visibleIn(key, names) : names;
  return visible.size > 0 && children(key).some((child) => mentions(child, visible));
}

function visibleIn(node: t.Class, names: ReadonlySet<string>): ReadonlySet<string> {
  const own = new Set(privatesOf(node).map(({ name }) => name));
  return new Set([...names].filter((name) => !own.has(name)));
}

function replacePrivates(root: t.Node, names: ReadonlySet<string>, access: Access): void {
  const isOurs = (node: t.Node): node is t.PrivateName => node.type === "PrivateName" && names.has(node.id.name);
  rewrite(root, (node, parent) => {
    if (t.isClass(node)) {
      const visible = visibleIn(node, names);
      if (visible.size > 0) replacePrivates(node, visible, access);
      return "skip";
    }
    if (node.type === "BinaryExpression" && isOurs(node.left)) {
      const { name } = node.left.id;
      replacePrivates(node, names, access);
      return t.inherits(t.callExpression(t.identifier(access.has), [node.right, t.stringLiteral(name)]), node);
    }
    if ((node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") || !isOurs(node.property)) {
      return undefined;
    }
    const { name } = node.property.id;
    replacePrivates(node, names, access);
    const inChain = node.type === "OptionalMemberExpression";
    const args = [node.object, ...(inChain ? [t.booleanLiteral(true)] : [])];
    const object = t.callExpression(t.identifier(access.of), args);
    const isCalled =
      ((t.isCallExpression(parent) || t.isOptionalCallExpression(parent)) && parent.callee === node) ||
      (t.isTaggedTemplateExpression(parent) && parent.tag === node);
    const key = t.identifier(isCalled ? `call_${name}` : `own_${name}`);
    return t.inherits(
      inChain ? t.optionalMemberExpression(object, key, false, true) : t.memberExpression(object, key),
      node,
    );
  });
}

// let $of1 = ($o, $maybe) => $maybe && $o == null ? $o : throw …, $has1 = ($o) => ("" in $o, false);
function unknown({ of, has }: Access): t.Statement {
  const missing = t.stringLiteral("a private element of an object without it");
  const failure = helper("$call", undefinedNode(), undefinedNode(), t.arrayExpression([]), missing);
  const object = t.identifier(OBJECT);
  const none = t.sequenceExpression([t.binaryExpression("in", t.stringLiteral(""), object), t.booleanLiteral(false)]);
  return t.variableDeclaration("let", [
    t.variableDeclarator(t.identifier(of), accessTo(failure)),
    t.variableDeclarator(t.identifier(has), t.arrowFunctionExpression([t.identifier(OBJECT)], none)),
  ]);
}

/** A function from an object to its private elements. */
function accessTo(elements: t.Expression): t.Expression {
  const maybe = () => t.identifier("$maybe");
  const isNothing = t.binaryExpression("==", t.identifier(OBJECT), t.nullLiteral());
  const result = t.conditionalExpression(t.logicalExpression("&&", maybe(), isNothing), t.identifier(OBJECT), elements);
  return t.arrowFunctionExpression([t.identifier(OBJECT), maybe()], result);
}

function known(names: readonly string[], { of, has }: Access): t.Statement[] {
  const place = (name: string) => t.memberExpression(t.identifier(OBJECT), t.privateName(t.identifier(name)));
  const elements = t.objectExpression(
    names.flatMap((name) => {
      const value = () => t.identifier("$value");
      const read = t.blockStatement([t.returnStatement(place(name))]);
      const write = t.blockStatement([assign(place(name), value())]);
      const items = () => t.identifier("$items");
      const call = t.callExpression(t.memberExpression(t.identifier("$fn"), t.identifier("call")), [
        t.identifier(OBJECT),
        t.spreadElement(items()),
      ]);
      const caller = t.blockStatement([
        t.variableDeclaration("const", [t.variableDeclarator(t.identifier("$fn"), place(name))]),
        t.returnStatement(t.arrowFunctionExpression([t.restElement(items())], call)),
      ]);
      return [
        t.objectMethod("get", t.identifier(`own_${name}`), [], read),
        t.objectMethod("set", t.identifier(`own_${name}`), [value()], write),
        t.objectMethod("get", t.identifier(`call_${name}`), [], caller),
      ];
    }),
  );
  const tests = names.reduceRight<t.Expression>(
    (rest, name) =>
      t.conditionalExpression(
        t.binaryExpression("===", t.identifier("$name"), t.stringLiteral(name)),
        t.binaryExpression("in", t.privateName(t.identifier(name)), t.identifier(OBJECT)),
        rest,
      ),
    t.booleanLiteral(false),
  );
  return [
    assign(of, accessTo(elements)),
    assign(has, t.arrowFunctionExpression([t.identifier(OBJECT), t.identifier("$name")], tests)),
  ];
}

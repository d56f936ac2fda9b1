/**
 * What the passes know about a class. Each class evaluation has a kit (protocol/helpers.ts): the way from code that
 * lives outside of the class body to what only code inside can reach.
 *
 *   K1  A class of the module's top level stays where it is, and its kit is a variable of the module. Every other class
 *       is made at run time by a factory, and its kit is a variable of the factory: others capture it.
 *   K2  Code that mentions private names is bound to a class: it lies in the kit of the innermost class that declares
 *       one of them.
 */
import { types as t } from "@babel/core";
import { children, rewrite } from "../tree.js";

export interface PrivateElement {
  readonly name: string;
  readonly isStatic: boolean;
  /** It holds a value of its own in each object. */
  readonly isField: boolean;
}

export interface ClassInfo {
  readonly node: t.Class;
  /** The variable that holds the kit. */
  readonly kit: string;
  /** Made by a factory. */
  readonly atRunTime: boolean;
  readonly privates: readonly PrivateElement[];
  /** Code finds the home of `super` in the kit, wherever it will lie. */
  isHome: boolean;
  /** Private methods that are used otherwise than by being called. */
  readonly escaping: ReadonlySet<string>;
  /** Functions that have to lie inside the class. */
  readonly codes: t.Expression[];
  /** Arrow functions that stay native, because `super()` is in them. */
  readonly nativeArrows: WeakSet<t.Node>;
  /** Arrow functions of the constructor that find `this` in a variable, and which. */
  readonly earlyArrows: WeakMap<t.Node, string>;
}

const infos = new WeakMap<t.Node, ClassInfo>();

/** Notes what is known about a class. */
export function noteClass(info: ClassInfo): ClassInfo {
  infos.set(info.node, info);
  return info;
}

/** What is known about a class that `prepareClasses` has seen. */
export function infoOf(node: t.Class): ClassInfo {
  const info = infos.get(node);
  if (info === undefined) throw new TypeError("a class that was not prepared");
  return info;
}

/** Names that a class brings with it: its own and its kit's. */
export function namesOfClass(node: t.Class): string[] {
  const { kit } = infoOf(node);
  return node.id ? [kit, node.id.name] : [kit];
}

export type Member = t.ClassBody["body"][number];

/** The private elements that a class declares; a getter and its setter are one. */
export function privatesOf(node: t.Class): PrivateElement[] {
  const found = new Map<string, PrivateElement>();
  for (const member of node.body.body) {
    if (!("key" in member) || member.key.type !== "PrivateName") continue;
    const name = member.key.id.name;
    const isField = member.type === "ClassPrivateProperty";
    found.set(name, { name, isStatic: "static" in member && member.static === true, isField });
  }
  return [...found.values()];
}

/** True if its objects carry a brand: private elements that are not static. */
export function isBranded({ privates }: ClassInfo): boolean {
  return privates.some(({ isStatic }) => !isStatic);
}

/** Where computed keys and the heritage are evaluated: outside of the class. */
export function outerParts(node: t.Class): t.Expression[] {
  const parts: t.Expression[] = node.superClass ? [node.superClass] : [];
  for (const member of node.body.body) if (hasComputedKey(member)) parts.push(member.key as t.Expression);
  return parts;
}

/** Rewrites what of a class belongs to the code around: what its body says of `this` is its own. */
export function rewriteOuterParts(node: t.Class, visit: Visitor): void {
  const holder = t.arrayExpression(outerParts(node));
  rewrite(holder, visit);
  const parts = holder.elements as t.Expression[];
  replaceOuterParts(node, () => parts.shift()!);
}

/** Replaces heritage and computed keys, in the order in which they are evaluated. */
export function replaceOuterParts(node: t.Class, replace: (part: t.Expression) => t.Expression): void {
  if (node.superClass) node.superClass = replace(node.superClass);
  for (const member of node.body.body) if (hasComputedKey(member)) member.key = replace(member.key);
}

type Visitor = Parameters<typeof rewrite>[1];

/** True for a member with a key in brackets. */
export function hasComputedKey(member: Member): member is Member & { key: t.Expression } {
  return "computed" in member && member.computed === true;
}

/** The classes whose private names occur in `node`, innermost last; those that classes below `node` declare are not meant. */
export function privateNamesIn(node: t.Node, classes: readonly ClassInfo[]): ClassInfo[] {
  const used = new Set<ClassInfo>();
  if (classes.length === 0) return [];
  const visit = (inner: t.Node, hidden: ReadonlySet<string>): void => {
    if (inner.type === "PrivateName") {
      const { name } = inner.id;
      const owner = hidden.has(name)
        ? undefined
        : classes.findLast(({ privates }) => privates.some((element) => element.name === name));
      if (owner) used.add(owner);
      return;
    }
    if (!t.isClass(inner)) {
      for (const child of children(inner)) visit(child, hidden);
      return;
    }
    const below = new Set([...hidden, ...privatesOf(inner).map(({ name }) => name)]);
    // Private names are in scope in computed keys too, but not in the heritage.
    if (inner.superClass) visit(inner.superClass, hidden);
    visit(inner.body, below);
  };
  visit(node, new Set());
  return classes.filter((info) => used.has(info));
}

/** The outermost arrow functions of a part, not those of functions and classes in it. */
export function arrowsIn(root: t.Node): t.ArrowFunctionExpression[] {
  const found: t.ArrowFunctionExpression[] = [];
  const visit = (node: t.Node): void => {
    if (node.type === "ArrowFunctionExpression") {
      found.push(node);
      return;
    }
    if (t.isFunction(node)) return;
    if (t.isClass(node)) {
      if (node.superClass) visit(node.superClass);
      for (const member of node.body.body) if (hasComputedKey(member)) visit(member.key);
      return;
    }
    for (const child of children(node)) visit(child);
  };
  visit(root);
  return found;
}

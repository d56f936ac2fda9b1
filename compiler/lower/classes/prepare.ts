/**
 * Classes before names are made unique:
 *
 *   P1  A class declaration that is not at the top level of the module becomes `let C = class C { … }`.
 *   P2  No `super` where code will leave its class: in methods whose calls are frames, and in arrow functions.
 *   P3  No `this` and no `super()` in arrow functions that may be made before `super()` has returned (early-this.ts).
 *   P4  The constructor of a class with private elements has plain parameters, so that it can be left at once when an
 *       object is restored.
 */
import { types as t } from "@babel/core";
import { helper, type ModuleContext } from "../context.js";
import { withoutDead } from "../dead.js";
import { bindParameters } from "../parameters.js";
import { usesSuper, withoutSuper } from "../super.js";
import { isCoroutine, rewrite, undefinedNode, walk } from "../tree.js";
import { bindEarlySuper, bindEarlyThis } from "./early-this.js";
import {
  arrowsIn,
  type ClassInfo,
  hasComputedKey,
  isBranded,
  type Member,
  noteClass,
  privatesOf,
  replaceOuterParts,
} from "./info.js";

/** Brings the classes of a module into that shape. */
export function prepareClasses(file: t.File, context: ModuleContext): void {
  new Preparation(context).visit(file.program, false);
}

class Preparation {
  readonly #context: ModuleContext;

  constructor(context: ModuleContext) {
    this.#context = context;
  }

  /** `nested`: a class here may be made more than once. */
  visit(root: t.Node, nested: boolean): void {
    rewrite(root, (node) => {
      if (node.type === "ClassDeclaration" && nested) {
        const { id, superClass, body } = node;
        const expression = t.inherits(t.classExpression(id, superClass, body), node);
        this.#class(expression, true);
        const declarator = t.variableDeclarator(t.identifier(id!.name), expression);
        return t.inherits(t.variableDeclaration("let", [t.inherits(declarator, node)]), node);
      }
      if (t.isClass(node)) {
        this.#class(node, nested);
        return "skip";
      }
      if (nested || !(t.isFunction(node) || t.isBlock(node) || t.isLoop(node) || node.type === "SwitchStatement")) {
        return undefined;
      }
      this.visit(node, true);
      return "skip";
    });
  }

  #class(node: t.Class, atRunTime: boolean): void {
    addGetters(node);
    const kit = this.#context.unique("$kit");
    if (atRunTime) this.#context.locals.add(kit);
    const info = noteClass({
      node,
      kit,
      atRunTime,
      privates: privatesOf(node),
      escaping: escapingNames(node),
      codes: [],
      isHome: false,
      nativeArrows: new WeakSet(),
      earlyArrows: new WeakMap(),
    });
    // The class's own name is not there yet while its heritage and its keys are evaluated.
    if (node.id && atRunTime) replaceOuterParts(node, (part) => withoutDead(part, node.id!.name, false));
    if (node.superClass) this.visit(t.expressionStatement(node.superClass), atRunTime);
    for (const member of node.body.body) this.#member(member, info);
  }

  #member(member: Member, info: ClassInfo): void {
    if (hasComputedKey(member)) this.visit(t.expressionStatement(member.key), info.atRunTime);
    const isConstructor = member.type === "ClassMethod" && member.kind === "constructor";
    if (isConstructor && isBranded(info)) bindParameters(member, this.#context, true);
    for (const part of innerParts(member)) this.visit(part, true);
    const isDerived = isConstructor && info.node.superClass;
    if (isDerived) bindEarlySuper(member, info, this.#context);
    this.#moveSuper(member, info);
    if (isDerived) bindEarlyThis(member, info);
  }

  #moveSuper(member: Member, info: ClassInfo): void {
    const isStatic = member.type === "StaticBlock" || ("static" in member && member.static === true);
    const kit = () => {
      info.isHome = true;
      return t.memberExpression(t.identifier(info.kit), t.identifier("home"));
    };
    const home = {
      home: () => (isStatic ? kit() : t.memberExpression(kit(), t.identifier("prototype"))),
      declare: (block: t.BlockStatement) => this.#declare(block),
      context: this.#context,
    };
    if (t.isFunction(member) && (isCoroutine(member) || isTaken(member, info))) {
      if (usesSuper(member)) withoutSuper(member, home);
      return;
    }
    for (const part of innerParts(member)) {
      for (const arrow of arrowsIn(part)) {
        if (!info.nativeArrows.has(arrow) && usesSuper(arrow)) withoutSuper(arrow, home);
      }
    }
  }

  #declare(block: t.BlockStatement): string {
    const name = this.#context.unique("$home");
    block.body.unshift(t.variableDeclaration("let", [t.variableDeclarator(t.identifier(name), undefinedNode())]));
    return name;
  }
}

/** True for a private method that is used as a value: it lies in the class's kit. */
function isTaken(method: t.Function, { escaping }: ClassInfo): boolean {
  return method.type === "ClassPrivateMethod" && method.kind === "method" && escaping.has(method.key.id.name);
}

// set #x(v) { … }   →   get #x() { $call(void 0, …); } set #x(v) { … }
// Of a setter alone the engine says that no object has it (`#x in object`).
function addGetters(node: t.Class): void {
  const accessors = node.body.body.filter((member) => member.type === "ClassPrivateMethod");
  for (const { kind, key, static: isStatic } of accessors) {
    if (kind !== "set" || accessors.some((other) => other.kind === "get" && other.key.id.name === key.id.name))
      continue;
    const what = t.stringLiteral(`the getter of #${key.id.name}`);
    const failure = helper("$call", undefinedNode(), undefinedNode(), t.arrayExpression([]), what);
    const body = t.blockStatement([t.expressionStatement(failure)]);
    node.body.body.push(t.classPrivateMethod("get", t.cloneNode(key), [], body, isStatic ?? false));
  }
}

/** Private names that occur otherwise than in `o.#name(…)`. */
function escapingNames(node: t.Class): Set<string> {
  const found = new Set<string>();
  walk(node.body, (inner, parent, grandparent) => {
    if (inner.type !== "PrivateName" || !(t.isMemberExpression(parent) || t.isOptionalMemberExpression(parent))) {
      return undefined;
    }
    const isCall = t.isCallExpression(grandparent) || t.isOptionalCallExpression(grandparent);
    if (!isCall || grandparent.callee !== parent) found.add(inner.id.name);
    return undefined;
  });
  return found;
}

/** What of a member is evaluated inside of the class, wrapped so that each part can be replaced. */
function innerParts(member: Member): t.Node[] {
  if (t.isFunction(member)) return [...member.params, member.body];
  if (member.type === "StaticBlock") return [member];
  return "value" in member && member.value ? [t.expressionStatement(member.value as t.Expression)] : [];
}

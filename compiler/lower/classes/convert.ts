/**
 * Classes made at run time become factories; the code in their bodies that a checkpoint must be able to name leaves
 * them, or lies in their kit.
 *
 *   class C extends B { [k] = a; async m() { … } }   →
 *     $class($k2, $heritage(B), [$key(k)], [a])      with
 *     $k2 = $code("…", ($c) => { const a = $c[0]; let $kit1;
 *       return ($parent, $names, $born) => ({ "C": class extends $parent { static { $kit1 = $born(this, { … }); } … } })["C"]; })
 *
 *   C3  Heritage and computed keys are evaluated outside, in order; what is in the body sees them by `$names`.
 *   C4  The kit's block comes first of all static elements, so it is there whenever code of the class runs.
 *   C5  While `$restoring.on`, making a class or an object runs no code of the user.
 */
import { types as t } from "@babel/core";
import { cannotLower, helper, helperValue, type ModuleContext } from "../context.js";
import { assign, isAnonymous, isCoroutine, kindOf, undefinedNode, variablesIn } from "../tree.js";
import { type ClassInfo, hasComputedKey, infoOf, isBranded, type Member, outerParts, privateNamesIn } from "./info.js";

/** What the conversion of functions offers for those in class bodies. */
export interface Conversion {
  readonly context: ModuleContext;
  /** The classes around, innermost last. */
  readonly classes: readonly ClassInfo[];
  /** Converts everything below `root`, as code of the class body if `within` is given. */
  below(root: t.Node, within?: ClassInfo): void;
  /** Variables of enclosing functions that the class's body uses. */
  freeVariables(node: t.Class): string[];
  /** Makes a method whose calls are frames a plain one; `self` is how it reaches its own function object. */
  method(node: t.ClassMethod | t.ClassPrivateMethod, within: ClassInfo, self: t.Expression | undefined): void;
  /** Registers the code of a class; gives the variable that holds it. */
  code(node: t.Class, make: t.Expression, captures: readonly string[], bound: ClassInfo | undefined): string;
}

/** Gives what stands for the class now, or "skip" if it stays where it is. */
export function convertClass(node: t.Class, conversion: Conversion): t.Expression | "skip" {
  const info = infoOf(node);
  return new ClassConversion(node, info, conversion).run();
}

class ClassConversion {
  readonly #node: t.Class;
  readonly #info: ClassInfo;
  readonly #conversion: Conversion;
  readonly #context: ModuleContext;
  /** Private methods that are values: of these the class keeps function objects of its own. */
  readonly #methods: t.Expression[] = [];
  /** `[isStatic, key, kind, …]` of methods whose function objects need the prototype of their kind. */
  readonly #dress: t.Expression[] = [];
  #keys = 0;

  constructor(node: t.Class, info: ClassInfo, conversion: Conversion) {
    this.#node = node;
    this.#info = info;
    this.#conversion = conversion;
    this.#context = conversion.context;
  }

  run(): t.Expression | "skip" {
    const node = this.#node;
    const info = this.#info;
    const outer = privateNamesIn(node, this.#conversion.classes);
    const { heritage, keys } = this.#takeOuterParts();
    const captured = info.atRunTime
      ? [
          ...outer
            .filter(({ atRunTime }) => atRunTime)
            .map(({ kit }) => kit)
            .reverse(),
          ...this.#conversion.freeVariables(node),
        ]
      : [];
    const captures = [...new Set(captured)];
    this.#findDress();
    const members = node.body.body;
    for (let i = 0; i < members.length; i++) members[i] = this.#member(members[i]!);
    if (isBranded(info)) this.#guardConstructor();
    if (isBranded(info) && node.superClass) members.unshift(this.#stamp());
    const name = this.#className();
    const ownVariable = this.#ownVariable(name);
    this.#placeKit(ownVariable);
    if (!info.atRunTime) return this.#stay(name, ownVariable);
    const parameters = ["$parent", "$names", "$born"].map((each) => t.identifier(each));
    const factory = t.arrowFunctionExpression(parameters, this.#anonymous(name));
    const make = t.arrowFunctionExpression(
      [t.identifier("$c")],
      t.blockStatement([
        ...(captures.length > 0 ? [unpack(captures)] : []),
        ...this.#variables(ownVariable),
        t.returnStatement(factory),
      ]),
    );
    const code = this.#conversion.code(node, make, captures, outer.at(-1));
    const made = helper(
      "$class",
      t.identifier(code),
      heritage ? helper("$heritage", heritage) : undefinedNode(),
      t.arrayExpression(keys),
      t.arrayExpression(captures.map((each) => t.identifier(each))),
    );
    return t.inherits(made, node);
  }

  /** Heritage and keys as expressions of the code around; in the body there are references to them. */
  #takeOuterParts(): { heritage: t.Expression | undefined; keys: t.Expression[] } {
    const node = this.#node;
    const info = this.#info;
    const holder = t.arrayExpression(outerParts(node));
    this.#conversion.below(holder);
    const parts = holder.elements as t.Expression[];
    const heritage = node.superClass ? parts.shift() : undefined;
    if (node.superClass) node.superClass = info.atRunTime ? t.identifier("$parent") : heritage!;
    const computed = node.body.body.filter(hasComputedKey);
    const keys: t.Expression[] = [];
    computed.forEach((member, i) => {
      const part = parts[i]!;
      if (!info.atRunTime) {
        member.key = part;
        return;
      }
      member.key = t.memberExpression(t.identifier("$names"), t.numericLiteral(keys.length), true);
      keys.push(helper("$key", part));
    });
    return { heritage, keys };
  }

  /** A static class remembers a computed key in a variable when it is needed again. */
  #heldKey(member: Member & { key: t.Expression }): t.Expression {
    if (this.#info.atRunTime) return t.cloneNode(member.key);
    if (member.key.type === "AssignmentExpression") return t.cloneNode(member.key.left as t.Identifier);
    const variable = `${this.#info.kit}key${++this.#keys}`;
    this.#context.codes.push(t.variableDeclaration("let", [t.variableDeclarator(t.identifier(variable))]));
    member.key = t.assignmentExpression("=", t.identifier(variable), helper("$key", member.key));
    return t.identifier(variable);
  }

  /** The last definition of a key decides what kind of function is there. */
  #findDress(): void {
    const methods = this.#node.body.body.filter(
      (member): member is t.ClassMethod => member.type === "ClassMethod" && member.kind !== "constructor",
    );
    if (!methods.some(isCoroutine)) return;
    const computed = methods.some(hasComputedKey);
    methods.forEach((method, i) => {
      const later = methods.slice(i + 1).some((other) => sameKey(method, other));
      if (!computed && (!isCoroutine(method) || later)) return;
      const kind = kindOf(method);
      this.#dress.push(
        t.booleanLiteral(method.static),
        hasComputedKey(method) ? this.#heldKey(method as Member & { key: t.Expression }) : keyValue(method),
        kind ? t.stringLiteral(kind) : undefinedNode(),
      );
    });
  }

  #member(member: Member): Member {
    const info = this.#info;
    switch (member.type) {
      case "ClassMethod":
        return this.#method(member);
      case "ClassPrivateMethod":
        return this.#privateMethod(member);
      case "ClassProperty":
      case "ClassPrivateProperty": {
        if (!member.value) return member;
        const anonymous = isAnonymous(member.value);
        const holder = t.arrayExpression([member.value]);
        this.#conversion.below(holder, info);
        const converted = holder.elements[0] as t.Expression;
        const value = anonymous ? this.#named(member, converted) : converted;
        const guarded = member.static ? info.atRunTime : isBranded(info);
        member.value = guarded && !isHarmless(value) ? unlessRestoring(value) : value;
        return member;
      }
      case "StaticBlock":
        this.#conversion.below(member, info);
        if (info.atRunTime && member.body.length > 0) {
          member.body = [t.ifStatement(t.unaryExpression("!", restoring()), t.blockStatement(member.body))];
        }
        return member;
      default:
        throw cannotLower(this.#context, member, "this member of a class");
    }
  }

  /** An anonymous function or class that is the value of a field with a computed key gets the key as its name. */
  #named(member: t.ClassProperty | t.ClassPrivateProperty, value: t.Expression): t.Expression {
    if (member.type === "ClassPrivateProperty" || !hasComputedKey(member)) return value;
    return helper("$named", value, this.#heldKey(member as Member & { key: t.Expression }));
  }

  #method(method: t.ClassMethod): Member {
    if (!isCoroutine(method)) return this.#plain(method);
    const self = method.generator ? this.#selfOf(method) : undefined;
    this.#conversion.method(method, this.#info, self);
    return method;
  }

  #plain<M extends t.ClassMethod | t.ClassPrivateMethod>(method: M): M {
    for (const part of [...method.params, method.body]) this.#conversion.below(part, this.#info);
    return method;
  }

  /** How a generator method reaches its function object: by the list of those that have got their prototypes. */
  #selfOf(method: t.ClassMethod): t.Expression {
    const key = hasComputedKey(method) ? this.#heldKey(method as Member & { key: t.Expression }) : keyValue(method);
    const at = this.#dress.findLastIndex(
      (part, i) =>
        i % 3 === 1 &&
        t.isNodesEquivalent(part, key) &&
        t.isBooleanLiteral(this.#dress[i - 1], { value: method.static }),
    );
    if (at < 0) return undefinedNode();
    const dressed = t.memberExpression(t.identifier(this.#info.kit), t.identifier("dressed"));
    return t.memberExpression(dressed, t.numericLiteral((at - 1) / 3), true);
  }

  // #m() { … }, used as a value   →   get #m() { return $kit1.methods[0]; }
  #privateMethod(method: t.ClassPrivateMethod): Member {
    if (method.kind !== "method") return this.#plain(method);
    const kind = kindOf(method);
    if (kind === undefined && !this.#escapes(method)) return this.#plain(method);
    const info = this.#info;
    const place = t.memberExpression(
      t.memberExpression(t.identifier(info.kit), t.identifier("methods")),
      t.numericLiteral(this.#methods.length),
      true,
    );
    if (kind === undefined) this.#plain(method);
    else this.#conversion.method(method, info, t.cloneNode(place));
    const name = `#${method.key.id.name}`;
    const named = t.stringLiteral(name);
    const own = t.objectMethod("method", t.stringLiteral(name), method.params as t.ObjectMethod["params"], method.body);
    const fn = t.memberExpression(t.objectExpression([own]), named, true);
    this.#methods.push(kind ? helper("$kind", fn, t.stringLiteral(kind)) : fn);
    const getter = t.classPrivateMethod(
      "get",
      method.key,
      [],
      t.blockStatement([t.returnStatement(place)]),
      method.static,
    );
    return t.inherits(getter, method);
  }

  /** True if the method is used otherwise than by being called. */
  #escapes(method: t.ClassPrivateMethod): boolean {
    return this.#info.escaping.has(method.key.id.name);
  }

  // class C extends B { #x; … }   →   class C extends B { #$stamp = $restoring.on || $stamp(this, $kit1); #x; … }
  #stamp(): t.ClassPrivateProperty {
    let name = "$stamp";
    while (this.#info.privates.some((element) => element.name === name)) name += "$";
    const note = helper("$stamp", t.thisExpression(), t.identifier(this.#info.kit));
    return t.classPrivateProperty(privateName(name), t.logicalExpression("||", restoring(), note), []);
  }

  // constructor(a) { … }   →   constructor(a) { if ($restoring.on) return; … }
  #guardConstructor(): void {
    const own = this.#node.body.body.find((member) => member.type === "ClassMethod" && member.kind === "constructor");
    if (own?.type !== "ClassMethod") return;
    const leave: t.Statement[] = [t.returnStatement()];
    if (this.#node.superClass) leave.unshift(t.expressionStatement(t.callExpression(t.super(), [])));
    own.body.body.unshift(t.ifStatement(restoring(), t.blockStatement(leave)));
  }

  #className(): string {
    return this.#context.ids.get(this.#node)?.name ?? "";
  }

  /** The variable for the class's own name, where the class gets its name another way. */
  #ownVariable(name: string): string | undefined {
    const { id, body } = this.#node;
    if (!id) return undefined;
    if (!this.#info.atRunTime && (this.#node.type === "ClassDeclaration" || id.name === name)) return undefined;
    return variablesIn(body).has(id.name) ? id.name : undefined;
  }

  #placeKit(ownVariable: string | undefined): void {
    const info = this.#info;
    const parts = this.#kitParts();
    const statements: t.Statement[] = ownVariable ? [assign(ownVariable, t.thisExpression())] : [];
    if (info.atRunTime)
      statements.push(assign(info.kit, t.callExpression(t.identifier("$born"), [t.thisExpression(), parts])));
    else if (parts.properties.length > 0 || info.isHome || info.codes.length > 0) {
      statements.push(assign(info.kit, helper("$kit", t.thisExpression(), parts)));
      this.#context.codes.push(t.variableDeclaration("let", [t.variableDeclarator(t.identifier(info.kit))]));
    }
    if (statements.length > 0) this.#node.body.body.unshift(t.staticBlock(statements));
  }

  #kitParts(): t.ObjectExpression {
    const { privates, codes } = this.#info;
    const property = (name: string, value: t.Expression) => t.objectProperty(t.identifier(name), value);
    const parts: t.ObjectProperty[] = [];
    if (codes.length > 0) parts.push(property("code", t.arrayExpression(codes)));
    if (this.#methods.length > 0) parts.push(property("methods", t.arrayExpression(this.#methods)));
    if (this.#dress.length > 0) parts.push(property("dress", t.arrayExpression(this.#dress)));
    const branded = privates.filter(({ isStatic }) => !isStatic);
    if (branded.length > 0) {
      const test = t.binaryExpression("in", privateName(branded[0]!.name), t.identifier("$o"));
      if (!this.#node.superClass) parts.push(property("base", t.booleanLiteral(true)));
      parts.push(property("has", t.arrowFunctionExpression([t.identifier("$o")], test)));
      parts.push(
        ...valueParts(
          "",
          branded.filter(({ isField }) => isField).map(({ name }) => name),
        ),
      );
    }
    parts.push(
      ...valueParts(
        "static",
        privates.filter(({ isStatic, isField }) => isStatic && isField).map(({ name }) => name),
      ),
    );
    return t.objectExpression(parts);
  }

  #variables(ownVariable: string | undefined): t.Statement[] {
    const names = [this.#info.kit, ...(ownVariable ? [ownVariable] : [])];
    return [
      t.variableDeclaration(
        "let",
        names.map((each) => t.variableDeclarator(t.identifier(each))),
      ),
    ];
  }

  /** The class as an anonymous one that gets its name from a property. */
  #anonymous(name: string): t.Expression {
    const { superClass, body } = this.#node;
    const expression = t.inherits(t.classExpression(null, superClass, body), this.#node);
    if (name === "" || name === "__proto__") return expression;
    return t.memberExpression(
      t.objectExpression([t.objectProperty(t.stringLiteral(name), expression)]),
      t.stringLiteral(name),
      true,
    );
  }

  #stay(name: string, ownVariable: string | undefined): t.Expression | "skip" {
    if (this.#node.type === "ClassDeclaration" || !this.#node.id || this.#node.id.name === name) return "skip";
    if (ownVariable)
      this.#context.codes.push(t.variableDeclaration("let", [t.variableDeclarator(t.identifier(ownVariable))]));
    return this.#anonymous(name);
  }
}

function unpack(captures: readonly string[]): t.Statement {
  return t.variableDeclaration(
    "const",
    captures.map((name, i) =>
      t.variableDeclarator(t.identifier(name), t.memberExpression(t.identifier("$c"), t.numericLiteral(i), true)),
    ),
  );
}

function restoring(): t.Expression {
  return t.memberExpression(helperValue("$restoring"), t.identifier("on"));
}

function unlessRestoring(value: t.Expression): t.Expression {
  return t.conditionalExpression(restoring(), undefinedNode(), value);
}

/** True for an initialiser that does nothing but give a value. */
function isHarmless(value: t.Expression): boolean {
  if (t.isTemplateLiteral(value)) return value.expressions.length === 0;
  if (t.isLiteral(value)) return value.type !== "RegExpLiteral";
  if (value.type === "ArrayExpression") return value.elements.length === 0;
  if (value.type === "ObjectExpression") return value.properties.length === 0;
  if (value.type === "UnaryExpression") return value.operator !== "delete" && isHarmless(value.argument);
  return false;
}

function privateName(name: string): t.PrivateName {
  return t.privateName(t.identifier(name));
}

// get: ($o) => [$o.#a, $o.#b], set: ($o, $v) => { $o.#a = $v[0]; $o.#b = $v[1]; }
function valueParts(prefix: "" | "static", names: readonly string[]): t.ObjectProperty[] {
  if (names.length === 0) return [];
  const place = (name: string) => t.memberExpression(t.identifier("$o"), privateName(name));
  const get = t.arrowFunctionExpression([t.identifier("$o")], t.arrayExpression(names.map(place)));
  const sets = names.map((name, i) =>
    assign(place(name), t.memberExpression(t.identifier("$v"), t.numericLiteral(i), true)),
  );
  const set = t.arrowFunctionExpression([t.identifier("$o"), t.identifier("$v")], t.blockStatement(sets));
  const key = (name: string) => t.identifier(prefix ? `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}` : name);
  return [t.objectProperty(key("get"), get), t.objectProperty(key("set"), set)];
}

function keyValue(method: t.ClassMethod): t.Expression {
  return method.key.type === "Identifier"
    ? t.stringLiteral(method.key.name)
    : (t.cloneNode(method.key) as t.Expression);
}

function sameKey(a: t.ClassMethod, b: t.ClassMethod): boolean {
  if (a.static !== b.static || hasComputedKey(a) || hasComputedKey(b)) return false;
  const text = (method: t.ClassMethod) => {
    const key = keyValue(method);
    return "value" in key ? String(key.value) : "";
  };
  return text(a) === text(b);
}

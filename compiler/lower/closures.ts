/**
 * Functions made at run time become pairs of code and captured values, innermost first; async functions become frames.
 *
 *   (y) => x + y               →   $k1(x)    with   $k1 = $maker("…", (x) => (y) => { if ($asking.on) return [x]; return x + y; })
 *   async (y) => await g(y)    →   $k2(g)    with   $k2 = $maker("…", ($c, $k) => (y) => { …; return $async([$k, 0, void 0, void 0, $c, y]); }, step)
 *
 * What cannot tell, because its code lies in a class or its parameters run code, is registered when it is made:
 *
 *   (y) => this.#x + y         →   $clo($k3, [$kit1])    with   $k3 = $code("…", ($c) => $c[0].code[0]($c))
 *
 *   C1  A function of module level stays where it is: the runtime knows it by its module's table of names.
 *   C2  `this`, `arguments` and `new.target` of an arrow function are captured values.
 */
import { types as t } from "@babel/core";
import { FRAME } from "../../runtime/protocol/helpers.js";
import { boundNames } from "../syntax/bound-names.js";
import { convertClass } from "./classes/convert.js";
import { type ClassInfo, namesOfClass, privateNamesIn, rewriteOuterParts } from "./classes/info.js";
import { helper, type ModuleContext, positionOf } from "./context.js";
import type { RecordedVariables } from "./environments.js";
import { buildStep, type StepParts } from "./machine/step.js";
import {
  directMaker,
  frameMaker,
  isAccessor,
  namedStep,
  neverWaits,
  newFrame,
  plainMaker,
  takesAnything,
} from "./makers.js";
import { assign, isCoroutine, isVariable, kindOf, rewrite, undefinedNode, variablesIn, walk } from "./tree.js";

/** Runs the pass over a prepared program. */
export function convertFunctions(program: t.Program, recorded: RecordedVariables, context: ModuleContext): void {
  convertBelow(program, { inFunction: false, classes: [], recorded, context });
}

interface Surroundings {
  readonly inFunction: boolean;
  /** The classes around, innermost last. */
  readonly classes: readonly ClassInfo[];
  readonly recorded: RecordedVariables;
  readonly context: ModuleContext;
}

function convertBelow(root: t.Node, around: Surroundings): void {
  if (isBlock(root)) hoistFunctions(root, around);
  rewrite(root, (node, parent) => {
    if (isBlock(node)) hoistFunctions(node, around);
    if (t.isClass(node)) return convertOneClass(node, around);
    if (node.type === "SwitchStatement") {
      const block = hoistOutOfSwitch(node, around);
      if (block) return block;
    }
    if (node.type === "ObjectExpression") {
      const replaced = convertAccessors(node, around);
      if (replaced) return replaced;
    }
    if (node.type === "ObjectProperty" && parent.type === "ObjectExpression") {
      const replaced = convertNamedByKey(node, around);
      if (replaced) return replaced;
    }
    if (!t.isFunction(node)) return undefined;
    return convertFunction(node, around) ?? "skip";
  });
}

// { [k]: () => {} }   →   { ...$property(k, $k1(…)) }
function convertNamedByKey(node: t.ObjectProperty, around: Surroundings): t.SpreadElement | undefined {
  const { value, key } = node;
  const anonymous =
    value.type === "ArrowFunctionExpression" ||
    ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);
  if (!node.computed || !anonymous || t.isStringLiteral(key) || t.isNumericLiteral(key)) return undefined;
  const closure = t.isClass(value) ? convertOneClass(value, around) : convertFunction(value, around);
  if (closure === undefined || closure === "skip") return undefined;
  const holder = t.expressionStatement(key as t.Expression);
  convertBelow(holder, around);
  return t.inherits(t.spreadElement(helper("$property", holder.expression, closure as t.Expression)), node);
}

function convertOneClass(node: t.Class, around: Surroundings): t.Expression | "skip" {
  const { context, classes } = around;
  return convertClass(node, {
    context,
    classes,
    below: (root, within) =>
      convertBelow(root, within ? { ...around, inFunction: true, classes: [...classes, within] } : around),
    freeVariables: (one) => freeVariables(one, context),
    method: (method, within, self) =>
      convertMethod(method, self, { ...around, inFunction: true, classes: [...classes, within] }),
    code: (one, make, captures, bound) => {
      const code = context.unique("$k");
      pushCode(one, code, make, undefined, [...captures], bound, context);
      return code;
    },
  });
}

function isBlock(node: t.Node): node is t.BlockStatement | t.StaticBlock {
  return node.type === "BlockStatement" || node.type === "StaticBlock";
}

/** Function declarations of a block become closures made at its start. */
function hoistFunctions(block: t.BlockStatement | t.StaticBlock, around: Surroundings): void {
  const made = takeFunctions([block.body], around);
  const lastRecord = block.body.findLastIndex((statement) => around.context.records.has(statement));
  block.body.splice(lastRecord + 1, 0, ...made);
}

// switch (x) { case 1: function f() {} … }   →   { let f = $k1(…); switch (x) { case 1: … } }
function hoistOutOfSwitch(node: t.SwitchStatement, around: Surroundings): t.Statement | undefined {
  const made = takeFunctions(
    node.cases.map((one) => one.consequent),
    around,
  );
  if (made.length === 0) return undefined;
  const block = t.blockStatement([...made, node]);
  convertBelow(block, around);
  return block;
}

/** Takes the functions out of lists of statements that share a scope; of several with one name the last counts. */
function takeFunctions(lists: readonly t.Statement[][], around: Surroundings): t.Statement[] {
  const made = new Map<string, t.Statement>();
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const declaration = list[i]!;
      if (declaration.type !== "FunctionDeclaration" || !isMadeAtRunTime(declaration, around)) continue;
      const closure = convertFunction(declaration, around) as t.CallExpression;
      const name = declaration.id!.name;
      const place = around.recorded.get(name);
      const target = place && t.memberExpression(t.identifier(place.record), t.identifier(place.key));
      made.set(
        name,
        target
          ? assign(target, closure)
          : t.variableDeclaration("let", [t.variableDeclarator(t.identifier(name), closure)]),
      );
      list.splice(i--, 1);
    }
  }
  return [...made.values()];
}

function isMadeAtRunTime(node: t.Function, around: Surroundings): boolean {
  return around.inFunction || isCoroutine(node) || freeVariables(node, around.context).length > 0;
}

/** Local variables of enclosing functions or blocks that a function or a class's body uses, in order of their first use. */
function freeVariables(node: t.Function | t.Class, context: ModuleContext): string[] {
  const params = t.isFunction(node) ? node.params : [];
  const declared = new Set<string>(t.isFunction(node) ? boundNames(...params) : namesOfClass(node));
  if ("id" in node && node.id) declared.add(node.id.name);
  walk(node.body, (inner) => {
    if (inner.type === "VariableDeclaration" || inner.type === "FunctionDeclaration") {
      for (const name of boundNames(inner)) declared.add(name);
    }
    if (t.isFunction(inner)) for (const name of boundNames(...inner.params)) declared.add(name);
    if (inner.type === "FunctionExpression" && inner.id) declared.add(inner.id.name);
    if (t.isClass(inner)) for (const name of namesOfClass(inner)) declared.add(name);
    if (inner.type === "CatchClause" && inner.param) for (const name of boundNames(inner.param)) declared.add(name);
    return undefined;
  });
  const used = new Set<string>();
  const parts: t.Node[] = [...params, node.body];
  for (const part of parts) for (const name of variablesIn(part)) used.add(name);
  return [...used].filter((name) => context.locals.has(name) && !declared.has(name));
}

/** Gives the expression that stands for the function now, or undefined if it was lowered in place. */
function convertFunction(
  node: t.Function,
  around: Surroundings,
): t.Expression | t.ObjectProperty | t.SpreadElement | undefined {
  const { context } = around;
  if (around.classes.at(-1)?.nativeArrows.has(node)) {
    convertBelow(node, around);
    return undefined;
  }
  const { captured, bound } = capturesOf(node, around);
  const nested = around.inFunction || captured.size > 0;
  if (nested && node.type === "ArrowFunctionExpression") captureLexicalThis(node, captured);
  convertBelow(node.body, { ...around, inFunction: true });
  for (const param of node.params) convertBelow(param, { ...around, inFunction: true });
  if (!nested && !isCoroutine(node)) return undefined;
  const closure = makeClosure(node, captured, bound, nested, context);
  if (node.type !== "ObjectMethod") return closure;
  return methodProperty(node, closure);
}

// { m() {} }   →   { m: $k1(…) }            a property named __proto__ would be the prototype: { ["__proto__"]: … }
// { [k]() {} } →   { ...$property(k, $k1(…)) }    the function is named by the key
function methodProperty(node: t.ObjectMethod, closure: t.Expression): t.ObjectProperty | t.SpreadElement {
  if (!node.computed) {
    const special = keyNameOf(node.key) === "__proto__";
    const key = special ? t.stringLiteral("__proto__") : node.key;
    return t.inherits(t.objectProperty(key, closure, special), node);
  }
  if (node.key.type === "StringLiteral") return t.inherits(t.objectProperty(node.key, closure, true), node);
  return t.inherits(t.spreadElement(helper("$property", node.key as t.Expression, closure)), node);
}

function keyNameOf(key: t.Node): string | undefined {
  if (key.type === "Identifier") return key.name;
  return key.type === "StringLiteral" ? key.value : undefined;
}

/** What a function captures; first of all the kit of the class that its code is bound to, if it is a captured one. */
function capturesOf(
  node: t.Function,
  { classes, context }: Surroundings,
): { readonly captured: Map<string, t.Expression>; readonly bound: ClassInfo | undefined } {
  const owners = privateNamesIn(node, classes);
  const captured = new Map<string, t.Expression>();
  for (const { kit, atRunTime } of [...owners].reverse()) if (atRunTime) captured.set(kit, t.identifier(kit));
  for (const name of freeVariables(node, context)) captured.set(name, t.identifier(name));
  return { captured, bound: owners.at(-1) };
}

/** A method of a class whose calls are frames stays a method; its body starts the frame. `self`: its function object. */
function convertMethod(
  node: t.ClassMethod | t.ClassPrivateMethod,
  self: t.Expression | undefined,
  around: Surroundings,
): void {
  const { context } = around;
  const { captured, bound } = capturesOf(node, around);
  convertBelow(node.body, around);
  for (const param of node.params) convertBelow(param, around);
  const names = [...captured.keys()];
  const code = context.unique("$k");
  const step = buildStep(node, names, context);
  pushCode(node, code, t.nullLiteral(), step, names, bound, context);
  const captures = t.arrayExpression([...captured.values()]);
  const frame = newFrame(code, t.thisExpression(), captures, step);
  const call = node.generator ? helper("$gen", self ?? undefinedNode(), frame) : helper("$async", frame);
  node.async = false;
  node.generator = false;
  node.params = step.wrapperParams as typeof node.params;
  node.body = t.blockStatement([t.returnStatement(call)]);
}

/** `nested`: what module level makes once is known by name, everything else must be possible to ask. */
function makeClosure(
  node: t.Function,
  captured: ReadonlyMap<string, t.Expression>,
  bound: ClassInfo | undefined,
  nested: boolean,
  context: ModuleContext,
): t.CallExpression {
  const names = [...captured.keys()];
  const code = context.unique("$k");
  const tells = nested && bound === undefined && takesAnything(node);
  const direct = neverWaits(node);
  const step = isCoroutine(node) && !direct ? buildStep(node, names, context) : undefined;
  const make = direct
    ? directMaker(node, names, tells, context)
    : step
      ? frameMaker(node, step, tells, context)
      : plainMaker(node, names, tells, context);
  pushCode(node, code, make, step, names, bound, context, tells);
  const values = [...captured.values()];
  if (tells) return t.inherits(t.callExpression(t.identifier(code), values), node);
  const args: t.Expression[] = [t.identifier(code)];
  if (values.length > 0) args.push(t.arrayExpression(values));
  return t.inherits(helper(nested ? "$clo" : "$fn", ...args), node);
}

/** Registers a code. `bound`: the class that it has to lie in; `tells`: see GuestHelpers.$maker. */
function pushCode(
  node: t.Function | t.Class,
  code: string,
  make: t.Expression,
  step: StepParts | undefined,
  captures: string[],
  bound: ClassInfo | undefined,
  context: ModuleContext,
  tells = false,
): void {
  const { id, name } = context.ids.get(node)!;
  const kind = t.isFunction(node) ? kindOf(node) : undefined;
  const args: t.Expression[] = [t.stringLiteral(id), make];
  if (step) args.push(namedStep(step, node as t.Function, context));
  else if (!tells || kind) args.push(t.nullLiteral());
  if (bound) {
    const frame = t.memberExpression(t.identifier("$f"), t.numericLiteral(FRAME.captures), true);
    if (make.type === "ArrowFunctionExpression") {
      args[1] = inKit(bound, make, boundNames(...make.params), t.identifier("$c"));
    }
    if (step) {
      const params = step.step.params.map((param) => (param as t.Identifier).name);
      args[2] = inKit(bound, args[2] as t.Expression, params, frame);
    }
  }
  if (kind) args.push(t.stringLiteral(kind));
  if (step?.eager) args.push(t.booleanLiteral(true));
  const call = helper(tells ? "$maker" : "$code", ...args);
  context.codes.push(t.variableDeclaration("const", [t.variableDeclarator(t.identifier(code), call)]));
  context.functions.push({
    id,
    name,
    position: positionOf(node),
    hash: context.identities.hashOf(node),
    params: t.isFunction(node) ? boundNames(...node.params) : [],
    captures,
    points: step?.points ?? [],
  });
}

// ($c) => function   →   ($c) => $c[0].code[2]($c)      with the function in the kit that is the first capture
function inKit(
  bound: ClassInfo,
  code: t.Expression,
  params: readonly string[],
  captures: t.Expression,
): t.ArrowFunctionExpression {
  const kit = bound.atRunTime ? t.memberExpression(captures, t.numericLiteral(0), true) : t.identifier(bound.kit);
  const index = bound.codes.push(code) - 1;
  const found = t.memberExpression(t.memberExpression(kit, t.identifier("code")), t.numericLiteral(index), true);
  const names = () => params.map((name) => t.identifier(name));
  return t.arrowFunctionExpression(names(), t.callExpression(found, names()));
}

/** Replaces `this`, `arguments`, `new.target` of an arrow function by captured values. */
function captureLexicalThis(arrow: t.ArrowFunctionExpression, captured: Map<string, t.Expression>): void {
  const visit = (node: t.Node, parent: t.Node, grandparent: t.Node | undefined): t.Node | "skip" | undefined => {
    if (t.isFunction(node) && node.type !== "ArrowFunctionExpression") return "skip";
    if (t.isClass(node)) {
      rewriteOuterParts(node, visit);
      return "skip";
    }
    const capture = (name: string, value: t.Expression): t.Identifier => {
      captured.set(name, value);
      return t.identifier(name);
    };
    if (node.type === "ThisExpression") return capture("$this", node);
    if (node.type === "MetaProperty" && node.meta.name === "new") return capture("$newTarget", node);
    if (node.type === "Identifier" && node.name === "arguments" && isVariable(node, parent, grandparent)) {
      return capture("$arguments", node);
    }
    return undefined;
  };
  rewrite(arrow, visit);
}

// { a, get x() { … }, b }   →   $extend($accessor({ a }, "x", "get", $k1(…)), { b })
function convertAccessors(node: t.ObjectExpression, around: Surroundings): t.Expression | undefined {
  if (!around.inFunction || !node.properties.some(isAccessor)) return undefined;
  let object: t.Expression | undefined;
  let part: t.ObjectExpression["properties"] = [];
  const flush = (): t.Expression => {
    const literal = t.objectExpression(part);
    convertBelow(literal, around);
    part = [];
    if (object === undefined) return literal;
    return literal.properties.length === 0 ? object : helper("$extend", object, literal);
  };
  for (const property of node.properties) {
    if (!isAccessor(property)) {
      part.push(property);
      continue;
    }
    object = flush();
    const key = property.computed ? property.key : literalKey(property.key);
    const holder = t.expressionStatement(key as t.Expression);
    convertBelow(holder, around);
    const fn = convertFunction(property, around);
    const closure = fn?.type === "ObjectProperty" ? fn.value : fn?.type === "SpreadElement" ? propertyFunction(fn) : fn;
    object = helper("$accessor", object, holder.expression, t.stringLiteral(property.kind), closure as t.Expression);
  }
  return t.inherits(flush(), node);
}

function literalKey(key: t.Node): t.Expression {
  return key.type === "Identifier" ? t.stringLiteral(key.name) : (key as t.Expression);
}

/** The function of `...$property(key, fn)`. */
function propertyFunction(spread: t.SpreadElement): t.Node | undefined {
  return spread.argument.type === "CallExpression" ? spread.argument.arguments[1] : undefined;
}

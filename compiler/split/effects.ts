/**
 * What running a piece of top-level code may change, as names of the module's top level. The answer errs on the side of
 * "may change": a statement that is kept needlessly is seen at once, one that is dropped wrongly is not.
 */
import type { NodePath, types as t } from "@babel/core";
import { memberName } from "./definitions.js";

/** A name of the top level, and the property that is taken from it (which decides when the name is a namespace). */
export interface Root {
  readonly local: string;
  readonly member: string | undefined;
}

export interface Effects {
  /** Assigned, or a property of them is. */
  readonly writes: Root[];
  /** They, or a method of them, are called for the effect, or they are handed to such a call: changed if they hold state. */
  readonly touches: Root[];
  /** Like `touches`, in a call whose result is used: counts for the program's own bindings, not for packages'. */
  readonly queries: Root[];
  /** Functions that are run. */
  readonly callees: Root[];
  /** Functions of whose result something is changed. */
  readonly returners: Root[];
  /** Changes a global object, such as `Array.prototype`. */
  ambient: boolean;
  /** Throws, so that it guards what it mentions. */
  throws: boolean;
}

/** Globals whose change concerns only the host. */
const HOST_GLOBALS = new Set(["process", "global", "window", "document", "console", "Buffer", "require"]);
/** Functions of these change their first argument, if anything. */
const CHANGERS = new Set(["Object", "Reflect"]);

/**
 * The effects of running `path`. With `bodies`, functions inside count as run; without, only those that are handed to
 * a call or called in place.
 */
export function effectsOf(path: NodePath, bodies: boolean): Effects {
  const effects: Effects = {
    writes: [],
    touches: [],
    queries: [],
    callees: [],
    returners: [],
    ambient: false,
    throws: false,
  };
  path.traverse({
    Function(inner) {
      if (!bodies && !isRunInPlace(inner)) inner.skip();
    },
    AssignmentExpression(inner) {
      for (const target of targetsOf(inner.node.left)) write(effects, inner, target);
    },
    UpdateExpression(inner) {
      write(effects, inner, inner.node.argument);
    },
    UnaryExpression(inner) {
      if (inner.node.operator === "delete") write(effects, inner, inner.node.argument);
    },
    ForXStatement(inner) {
      if (inner.node.left.type === "VariableDeclaration") return;
      for (const target of targetsOf(inner.node.left)) write(effects, inner, target);
    },
    ThrowStatement(inner) {
      if (inner.getFunctionParent() === null) effects.throws = true;
    },
    CallExpression: (inner) => call(effects, inner, inner.node),
    OptionalCallExpression: (inner) => call(effects, inner, inner.node),
    NewExpression: (inner) => call(effects, inner, inner.node),
    TaggedTemplateExpression(inner) {
      callee(effects, inner, inner.node.tag);
    },
  });
  return effects;
}

function isRunInPlace(path: NodePath): boolean {
  const parent = path.parentPath;
  return (parent?.isCallExpression() || parent?.isNewExpression() || parent?.isOptionalCallExpression()) === true;
}

function write(effects: Effects, path: NodePath, target: t.Node): void {
  const root = rootOf(target);
  if (root === undefined) return;
  if (isTopLevel(path, root.local)) effects.writes.push(root);
  else if (!path.scope.hasBinding(root.local, true) && !HOST_GLOBALS.has(root.local)) effects.ambient = true;
}

type Call = t.CallExpression | t.OptionalCallExpression | t.NewExpression;

function call(effects: Effects, path: NodePath, node: Call): void {
  callee(effects, path, node.callee);
  const root = rootOf(node.callee);
  const global = root !== undefined && !path.scope.hasBinding(root.local, true) ? root.local : undefined;
  if (global !== undefined && HOST_GLOBALS.has(global)) return;
  if (global !== undefined && CHANGERS.has(global)) {
    const first = node.arguments[0];
    if (first !== undefined) write(effects, path, first);
  } else if (isForEffect(path)) {
    for (const argument of node.arguments) handOver(effects, path, argument);
  }
}

function handOver(effects: Effects, path: NodePath, argument: t.Node): void {
  const node = argument.type === "SpreadElement" ? argument.argument : argument;
  if (node.type === "Identifier" && isTopLevel(path, node.name)) {
    effects.touches.push({ local: node.name, member: undefined });
  }
}

function callee(effects: Effects, path: NodePath, node: t.Node): void {
  const root = rootOf(node);
  if (root === undefined || !isTopLevel(path, root.local)) return;
  effects.callees.push(root);
  if (node.type === "Identifier") {
    // `enableMapSet();`, `configure({ … });`
    if (isForEffect(path)) effects.touches.push(root);
    return;
  }
  (isForEffect(path) ? effects.touches : effects.queries).push(root);
  if (passesThroughCall(node)) effects.returners.push(root);
}

/** True when the value of the expression is not used. */
function isForEffect(path: NodePath): boolean {
  const { parentPath } = path;
  if (parentPath === null || parentPath.isExpressionStatement()) return true;
  if (parentPath.isArrowFunctionExpression()) return path.key === "body";
  const passesOn =
    parentPath.isAwaitExpression() ||
    parentPath.isUnaryExpression() ||
    parentPath.isSequenceExpression() ||
    (parentPath.isLogicalExpression() && path.key === "right") ||
    (parentPath.isConditionalExpression() && path.key !== "test") ||
    // `f().catch(…)`: what counts is the use of the whole.
    (isMember(parentPath) && path.key === "object") ||
    ((parentPath.isCallExpression() || parentPath.isOptionalCallExpression()) && path.key === "callee");
  return passesOn && isForEffect(parentPath);
}

function isMember(path: NodePath): boolean {
  return path.isMemberExpression() || path.isOptionalMemberExpression();
}

function isTopLevel(path: NodePath, name: string): boolean {
  return path.scope.getBinding(name)?.scope.path.isProgram() === true;
}

/** The name at the left end of `a.b.c`, `a().b`, `a[b].c`, and the first property taken from it. */
function rootOf(node: t.Node): Root | undefined {
  let member: string | undefined;
  for (let at = node; ; ) {
    switch (at.type) {
      case "Identifier":
        return { local: at.name, member };
      case "MemberExpression":
      case "OptionalMemberExpression":
        member = memberName(at);
        at = at.object;
        break;
      case "CallExpression":
      case "OptionalCallExpression":
      case "NewExpression":
        member = undefined;
        at = at.callee;
        break;
      case "AwaitExpression":
        at = at.argument;
        break;
      default:
        return undefined;
    }
  }
}

function passesThroughCall(node: t.Node): boolean {
  for (let at = node; at.type === "MemberExpression" || at.type === "OptionalMemberExpression"; at = at.object) {
    if (at.object.type === "CallExpression" || at.object.type === "OptionalCallExpression") return true;
  }
  return false;
}

function targetsOf(pattern: t.Node): readonly t.Node[] {
  switch (pattern.type) {
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        targetsOf(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : targetsOf(element)));
    case "AssignmentPattern":
      return targetsOf(pattern.left);
    case "RestElement":
      return targetsOf(pattern.argument);
    default:
      return [pattern];
  }
}

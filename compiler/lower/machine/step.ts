/** From one async function to its step function: parameters, body, states, resume points. */
import { types as t } from "@babel/core";
import type { ResumePoint } from "../../../runtime/protocol/program.js";
import { cannotLower, type ModuleContext, positionOf } from "../context.js";
import { rewrite, undefinedNode, variablesIn } from "../tree.js";
import { emitStep } from "./emit.js";
import { explode } from "./expressions.js";
import { followers, Machine, resolveState, type State } from "./machine.js";
import { lowerStatements } from "./statements.js";

export interface StepParts {
  readonly step: t.ArrowFunctionExpression;
  readonly points: ResumePoint[];
  /** Parameters and arguments of the function that starts the frame; its `length` is the original's. */
  readonly wrapperParams: (t.Identifier | t.AssignmentPattern | t.RestElement)[];
  readonly wrapperArgs: t.Expression[];
  /** The function expression's own name, if its body uses it. */
  readonly usesOwnName: string | undefined;
}

/** Builds the step function of an async function whose nested functions are converted already. */
export function buildStep(node: t.Function, captures: readonly string[], context: ModuleContext): StepParts {
  if (node.generator) throw cannotLower(context, node, "an async generator");
  if (node.body.type !== "BlockStatement") throw cannotLower(context, node, "this function");
  replaceThis(node);
  const machine = new Machine(context, explode);
  const { wrapperParams, prologue } = splitParams(node, context);
  const slots = wrapperParams.map(parameterName);
  for (const slot of slots) machine.variable(slot);
  lowerStatements(machine, prologue);
  lowerStatements(machine, node.body.body);
  machine.finish({ kind: "leave" });
  const states = reachable(machine);
  const own = ownName(node);
  const emitted = emitStep({ machine, states, slots, captures, ownName: own });
  const points = emitted.suspensions.map(({ pc, source, slots: saved }, i): ResumePoint => {
    return {
      pc,
      id: `await${i}`,
      position: positionOf(source),
      slots: saved.map((name) => context.originalNames.get(name) ?? name),
    };
  });
  return {
    step: emitted.step,
    points,
    wrapperParams,
    wrapperArgs: slots.map((name) => t.identifier(name)),
    usesOwnName: own,
  };
}

function parameterName(param: t.Identifier | t.AssignmentPattern | t.RestElement): string {
  const target =
    param.type === "AssignmentPattern" ? param.left : param.type === "RestElement" ? param.argument : param;
  if (target.type !== "Identifier") throw new TypeError("a wrapper's parameter has a name");
  return target.name;
}

function ownName(node: t.Function): string | undefined {
  if (node.type !== "FunctionExpression" || !node.id) return undefined;
  return variablesIn(node.body).has(node.id.name) ? node.id.name : undefined;
}

/** `this` of the function is the frame's; an arrow's `this` has been captured, or is that of the module: undefined. */
function replaceThis(node: t.Function): void {
  const arrow = node.type === "ArrowFunctionExpression";
  rewrite(node.body, (inner) => {
    if (t.isFunction(inner) || t.isClass(inner)) return "skip";
    if (inner.type !== "ThisExpression") return undefined;
    return arrow ? undefinedNode() : t.memberExpression(t.identifier("$f"), t.identifier("self"));
  });
}

// async (a, { b }, c = 1, ...d) => …   →   (a, $item1, $item2 = void 0, ...d) and  let { b } = $item1; let c = $item2 === void 0 ? 1 : $item2;
function splitParams(
  node: t.Function,
  context: ModuleContext,
): { wrapperParams: StepParts["wrapperParams"]; prologue: t.Statement[] } {
  const prologue: t.Statement[] = [];
  const unpack = (pattern: t.Node, value: t.Expression) => {
    prologue.push(t.variableDeclaration("let", [t.variableDeclarator(pattern as t.Identifier, value)]));
  };
  const wrapperParams = node.params.map((param): t.Identifier | t.AssignmentPattern | t.RestElement => {
    if (param.type === "Identifier") return t.identifier(param.name);
    if (param.type === "RestElement" && param.argument.type === "Identifier")
      return t.restElement(t.identifier(param.argument.name));
    const name = context.unique("$item");
    const given = () => t.identifier(name);
    if (param.type === "RestElement") {
      unpack(param.argument, given());
      return t.restElement(given());
    }
    if (param.type !== "AssignmentPattern") {
      unpack(param, given());
      return given();
    }
    const missing = t.binaryExpression("===", given(), undefinedNode());
    unpack(param.left, t.conditionalExpression(missing, param.right, given()));
    return t.assignmentPattern(given(), undefinedNode());
  });
  return { wrapperParams, prologue };
}

/** The states that can be reached from the entry, in order of placement. */
function reachable(machine: Machine): State[] {
  const seen = new Set<State>();
  const work: State[] = [machine.states[0]!];
  while (work.length > 0) {
    const state = work.pop()!;
    if (seen.has(state)) continue;
    seen.add(state);
    work.push(...followers(state), ...state.jumps.map((jump) => resolveState(jump.to)));
    if (state.handler) work.push(state.handler);
  }
  return machine.states.filter((state) => seen.has(state));
}

/** From one async function to its step function: parameters, body, states, resume points. */
import { types as t } from "@babel/core";
import { FRAME } from "../../../runtime/protocol/helpers.js";
import type { ResumePoint } from "../../../runtime/protocol/program.js";
import { cannotLower, localIdsOf, type ModuleContext, positionOf } from "../context.js";
import { isBegin } from "../parameters.js";
import { isVariable, kindOf, rewrite, undefinedNode, variablesIn } from "../tree.js";
import { emitStep } from "./emit.js";
import { explode } from "./expressions.js";
import { followers, Machine, resolveState, type State } from "./machine.js";
import { lowerStatements } from "./statements.js";

export interface StepParts {
  readonly step: t.ArrowFunctionExpression | t.FunctionExpression;
  readonly points: ResumePoint[];
  /** Parameters and arguments of the function that starts the frame; its `length` is the original's. */
  readonly wrapperParams: t.Function["params"];
  readonly wrapperArgs: t.Expression[];
  /** The parameters are bound by the call, up to a resume point of their own. */
  readonly eager: boolean;
  /** The last argument is the function object, because its body uses its own name. */
  readonly usesOwnName: boolean;
}

/** The name of the function object in the code around it. */
export const WRAPPER = "$w";

/** Builds the step function of an async function whose nested functions are converted already. */
export function buildStep(node: t.Function, captures: readonly string[], context: ModuleContext): StepParts {
  if (node.body.type !== "BlockStatement") throw cannotLower(context, node, "this function");
  const usesArguments = replaceFunctionValues(node);
  const machine = new Machine(context, kindOf(node), explode);
  const slots = node.params.map(parameterName);
  const wrapperArgs = slots.map((name) => t.identifier(name));
  if (usesArguments) {
    slots.push("$arguments");
    wrapperArgs.push(t.identifier("arguments"));
  }
  const own = ownName(node);
  if (own !== undefined) {
    slots.push(own);
    wrapperArgs.push(t.identifier(WRAPPER));
  }
  for (const slot of slots) machine.variable(slot);
  const eager = node.body.body.some(isBegin);
  lowerStatements(machine, node.body.body);
  machine.finish({ kind: "leave" });
  const states = reachable(machine);
  const emitted = emitStep({ machine, states, slots, captures });
  const identify = context.identities.points();
  const localIds = localIdsOf(machine.variables, context);
  const points = emitted.suspensions.map(({ pc, name, source, slots: saved }): ResumePoint => {
    return {
      pc,
      ...identify(name, source),
      position: positionOf(source),
      slots: saved.map((slot) => context.originalNames.get(slot) ?? slot),
      locals: saved.map((slot) => localIds.get(slot) ?? slot),
    };
  });
  return {
    step: emitted.step,
    points,
    wrapperParams: node.params,
    wrapperArgs,
    eager,
    usesOwnName: own !== undefined,
  };
}

function parameterName(param: t.Function["params"][number]): string {
  const target =
    param.type === "AssignmentPattern" ? param.left : param.type === "RestElement" ? param.argument : param;
  if (target.type !== "Identifier") throw new TypeError("a wrapper's parameter has a name");
  return target.name;
}

function ownName(node: t.Function): string | undefined {
  if (node.type !== "FunctionExpression" || !node.id) return undefined;
  return variablesIn(node.body).has(node.id.name) ? node.id.name : undefined;
}

/**
 * `this` of the function is the frame's; an arrow's `this` has been captured, or is that of the module: undefined. Tells
 * whether the function wants its `arguments`.
 */
function replaceFunctionValues(node: t.Function): boolean {
  const arrow = node.type === "ArrowFunctionExpression";
  let usesArguments = false;
  rewrite(node.body, (inner, parent, grandparent) => {
    if (t.isFunction(inner)) return "skip";
    if (inner.type === "ClassBody") return "skip";
    if (inner.type === "ThisExpression") {
      return arrow ? undefinedNode() : t.memberExpression(t.identifier("$f"), t.numericLiteral(FRAME.self), true);
    }
    if (arrow) return undefined;
    if (inner.type === "MetaProperty" && inner.meta.name === "new") return undefinedNode();
    if (inner.type !== "Identifier" || inner.name !== "arguments" || !isVariable(inner, parent, grandparent)) {
      return undefined;
    }
    usesArguments = true;
    return t.identifier("$arguments");
  });
  return usesArguments;
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

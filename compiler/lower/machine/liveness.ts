/**
 * Which variables are live at the start of each state: backwards data flow over the states (Aho et al. 9.2.5).
 *
 *   L1  What a handler needs is live everywhere in its region; what a jump's target needs is live in the whole state.
 *   L2  Only a plain assignment to a variable, as a statement of its own, ends a life: the rest is overestimated.
 */
import { types as t } from "@babel/core";
import { boundNames } from "../../syntax/bound-names.js";
import { undefinedNode, walk } from "../tree.js";
import { followers, resolveState, type State } from "./machine.js";

export type Live = ReadonlyMap<State, ReadonlySet<string>>;

/** Live variables of each state, of those in `variables`. */
export function computeLiveness(states: readonly State[], variables: ReadonlySet<string>): Live {
  const effects = new Map(states.map((state) => [state, effectsOf(state, variables)]));
  for (const { end } of states) {
    if (end?.kind !== "suspend") continue;
    for (const name of readsOf(t.blockStatement(end.told))) {
      if (variables.has(name)) effects.get(end.to)!.reads.add(name);
    }
  }
  const live = new Map<State, Set<string>>(states.map((state) => [state, new Set()]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const state of [...states].reverse()) {
      const { reads, writes } = effects.get(state)!;
      const now = live.get(state)!;
      const before = now.size;
      for (const name of reads) now.add(name);
      for (const next of followers(state))
        for (const name of live.get(next) ?? []) if (!writes.has(name)) now.add(name);
      for (const { to, sets } of state.jumps)
        for (const name of live.get(resolveState(to))!) if (!sets.includes(name)) now.add(name);
      if (state.handler) for (const name of live.get(state.handler)!) now.add(name);
      if (now.size !== before) changed = true;
    }
  }
  return live;
}

interface Effects {
  /** Read before any plain assignment in the state. */
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

function effectsOf(state: State, variables: ReadonlySet<string>): Effects {
  const reads = new Set<string>();
  const writes = new Set<string>();
  const read = (node: t.Node) => {
    for (const name of readsOf(node)) if (variables.has(name) && !writes.has(name)) reads.add(name);
  };
  for (const statement of state.body) {
    const plain = plainAssignment(statement);
    if (plain === undefined) {
      read(t.blockStatement([statement]));
      continue;
    }
    read(t.expressionStatement(plain.right));
    read(t.expressionStatement(t.assignmentExpression("=", plain.left as t.Identifier, undefinedNode())));
    for (const name of boundNames(plain.left)) if (variables.has(name)) writes.add(name);
  }
  if (state.end?.kind === "branch") read(t.expressionStatement(state.end.test));
  if (state.end?.kind === "suspend") read(t.expressionStatement(state.end.value));
  return { reads, writes };
}

function plainAssignment(statement: t.Statement): { left: t.Node; right: t.Expression } | undefined {
  if (statement.type !== "ExpressionStatement") return undefined;
  const { expression } = statement;
  if (expression.type !== "AssignmentExpression" || expression.operator !== "=") return undefined;
  return expression;
}

/** Variables that are read somewhere below: not those that are only assigned. */
function readsOf(root: t.Node): Set<string> {
  const found = new Set<string>();
  walk(root, (node, parent, grandparent) => {
    if (node.type !== "Identifier" || !parent) return undefined;
    const updated = parent.type === "AssignmentExpression" && parent.left === node && parent.operator !== "=";
    if (updated || t.isReferenced(node, parent, grandparent)) found.add(node.name);
    return undefined;
  });
  return found;
}

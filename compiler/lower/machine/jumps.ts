/**
 * `break`, `continue` and `return` in a machine. A jump closes the iterators that it leaves and runs the finally blocks
 * that it crosses, innermost first; a finally block remembers in its completion where to go on.
 */
import { types as t } from "@babel/core";
import { cannotLower, helper } from "../context.js";
import { rewrite } from "../tree.js";
import { complete, type Machine, type State } from "./machine.js";

/** The statements of a `return value` at this point; `undefined` where a plain return does. */
export function returnCode(machine: Machine, value: t.Expression): t.Statement[] {
  return leave(machine, machine.entries.length - 1, -1, { value });
}

/** True if a `return` here has anything to cross. */
export function returnCrosses(machine: Machine): boolean {
  return machine.entries.some((entry) => entry.kind !== "target");
}

/** The statements of a `break` or `continue` at this point. */
export function jumpCode(machine: Machine, node: t.BreakStatement | t.ContinueStatement): t.Statement[] {
  const label = node.label?.name;
  for (let i = machine.entries.length - 1; i >= 0; i--) {
    const entry = machine.entries[i]!;
    if (entry.kind !== "target") continue;
    if (label !== undefined && !entry.labels.includes(label)) continue;
    if (node.type === "BreakStatement") {
      if (label === undefined && !entry.plain) continue;
      return leave(machine, machine.entries.length - 1, i, { to: entry.breakTo });
    }
    if (entry.continueTo === undefined) continue;
    return leave(machine, machine.entries.length - 1, i, { to: entry.continueTo });
  }
  throw cannotLower(machine.context, node, "a jump to an unknown label");
}

/** What a finally block does at its end for each way it was entered. The block's own entry is no longer on the stack. */
export function resumeExit(machine: Machine, state: State): t.Statement[] {
  const depth = machine.entries.findIndex(
    (entry) => entry.kind === "target" && (entry.breakTo === state || entry.continueTo === state),
  );
  return leave(machine, machine.entries.length - 1, depth, { to: state });
}

type Goal = { readonly to: State } | { readonly value: t.Expression };

function leave(machine: Machine, from: number, downTo: number, goal: Goal): t.Statement[] {
  const code: t.Statement[] = [];
  let target = goal;
  for (let i = from; i > downTo; i--) {
    const entry = machine.entries[i]!;
    if (entry.kind === "target") continue;
    if ("value" in target && target.value.type !== "Identifier") {
      const saved = machine.context.unique("$value");
      code.push(t.variableDeclaration("const", [t.variableDeclarator(t.identifier(saved), target.value)]));
      target = { value: t.identifier(saved) };
    }
    if (entry.kind === "iterator") {
      code.push(t.expressionStatement(helper("$close", t.identifier(entry.record))));
      continue;
    }
    const { completion } = entry;
    const sets = [completion.kindVariable, completion.valueVariable];
    if ("value" in target) {
      completion.returns = true;
      return [...code, ...complete(completion, 2, target.value), ...machine.goto(entry.entry, sets)];
    }
    let exit = completion.exits.indexOf(target.to);
    if (exit < 0) exit = completion.exits.push(target.to) - 1;
    return [...code, ...complete(completion, 3 + exit), ...machine.goto(entry.entry, sets)];
  }
  if ("value" in target) return [...code, t.returnStatement(target.value)];
  return [...code, ...machine.goto(target.to)];
}

interface Inner {
  readonly breakable: boolean;
  readonly loop: boolean;
  readonly labels: readonly string[];
}

/** A statement without suspensions stays as it is; only its jumps out of itself become machine jumps. */
export function redirectJumps(machine: Machine, statement: t.Statement): t.Statement {
  if (machine.entries.length === 0) return statement;
  const visitor =
    (inner: Inner) =>
    (node: t.Node): t.Node | "skip" | undefined => {
      if (t.isFunction(node) || t.isClass(node)) return "skip";
      switch (node.type) {
        case "BreakStatement":
          if (node.label ? inner.labels.includes(node.label.name) : inner.breakable) return "skip";
          return t.blockStatement(jumpCode(machine, node));
        case "ContinueStatement":
          if (node.label ? inner.labels.includes(node.label.name) : inner.loop) return "skip";
          return t.blockStatement(jumpCode(machine, node));
        case "ReturnStatement":
          if (!returnCrosses(machine)) return "skip";
          return t.blockStatement(returnCode(machine, node.argument ?? t.identifier("undefined")));
        case "LabeledStatement":
          rewrite(node, visitor({ ...inner, labels: [...inner.labels, node.label.name] }));
          return "skip";
        case "SwitchStatement":
          rewrite(node, visitor({ ...inner, breakable: true }));
          return "skip";
        default:
          if (!t.isLoop(node)) return undefined;
          rewrite(node, visitor({ ...inner, breakable: true, loop: true }));
          return "skip";
      }
    };
  const holder = t.blockStatement([statement]);
  rewrite(holder, visitor({ breakable: false, loop: false, labels: [] }));
  return holder.body[0]!;
}

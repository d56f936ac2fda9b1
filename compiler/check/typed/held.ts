/**
 * EV2035: a variable holds an object of the host, and is used on both sides of a suspension. While the workflow waits
 * its variables are saved; such an object cannot be.
 *
 * H1  A variable is alive over a suspension if control can go from its assignment to the suspension and on to a use.
 *     Where that is not plain from the nesting and order of the code, nothing is reported.
 */
import type { NodePath, types as t } from "@babel/core";
import { rangeOf } from "../../diagnostics/diagnostic.js";
import type { HostClass } from "../../project/facts.js";
import type { TypedRule } from "./rule.js";

type Binding = NonNullable<ReturnType<NodePath["scope"]["getBinding"]>>;

export const heldHostObjects: TypedRule = {
  code: "EV2035",
  severity: "error",
  check(program, facts, report) {
    program.traverse({
      Scope(path) {
        if (path.getFunctionParent() === null && !path.isFunction()) return;
        for (const [name, binding] of Object.entries(path.scope.bindings)) {
          if (!["const", "let", "var", "param"].includes(binding.kind)) continue;
          const held = suspensionOver(binding);
          const found = held === undefined ? undefined : facts.hostClass(binding.identifier);
          if (held === undefined || found === undefined) continue;
          const { suspension, use } = held;
          const from = binding.identifier.loc?.start.line ?? 0;
          const over = suspension.node.loc?.start.line ?? 0;
          report(
            binding.identifier,
            `\`${name}\` is ${describe(found)}, and is held from line ${from} over the ${wordFor(suspension)} of line ${over}: it cannot be saved`,
            "Use it inside one task and return plain data, or make it anew after the wait.",
            [
              {
                node: suspension.node,
                message: "the workflow can rest here for a long time, and be restored in another process",
              },
              { node: use.node, message: `\`${name}\` is used again here` },
            ],
          );
        }
      },
    });
  },
};

function describe({ name, base }: HostClass): string {
  return name === base
    ? `${withArticle(name)} of the host`
    : `${withArticle(name)}, which is ${withArticle(base)} of the host`;
}

function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

function wordFor(suspension: NodePath): string {
  if (suspension.isYieldExpression()) return "`yield`";
  return suspension.isAwaitExpression() ? "`await`" : "`for await`";
}

interface Held {
  readonly suspension: NodePath;
  readonly use: NodePath;
}

function suspensionOver(binding: Binding): Held | undefined {
  const home = functionAround(binding.path);
  for (const use of binding.referencePaths) {
    for (let at: NodePath = use; ; ) {
      const fn = functionAround(at);
      if (fn === null) break;
      const from = fn.node === home?.node ? declarationEnd(binding, fn) : startOf(fn);
      const suspension = suspensionsIn(fn).find((each) => isBetween(binding, from, each, at));
      if (suspension !== undefined) return { suspension, use };
      if (fn.node === home?.node) break;
      at = fn;
    }
  }
  return undefined;
}

/** The function in whose body a path is; for a parameter, its function. */
function functionAround(path: NodePath): NodePath<t.Function> | null {
  return path.findParent((at) => at.isFunction()) as NodePath<t.Function> | null;
}

function suspensionsIn(fn: NodePath<t.Function>): readonly NodePath[] {
  const found: NodePath[] = [];
  fn.traverse({
    Function: (path) => path.skip(),
    AwaitExpression: (path) => void found.push(path),
    YieldExpression: (path) => void found.push(path),
    ForOfStatement: (path) => void (path.node.await && found.push(path)),
  });
  return found;
}

/** Where the variable has its value: after its declarator, or for parameters where the body begins. */
function declarationEnd(binding: Binding, fn: NodePath<t.Function>): number {
  return binding.kind === "param" ? startOf(fn) : endOf(binding.path.node);
}

function startOf({ node }: NodePath): number {
  return rangeOf(node)?.start ?? 0;
}

function endOf(node: t.Node): number {
  return rangeOf(node)?.end ?? 0;
}

function isBetween(binding: Binding, from: number, suspension: NodePath, use: NodePath): boolean {
  const ends = endOf(suspension.isForOfStatement() ? suspension.node.right : suspension.node);
  if (startOf(suspension) < from) return false;
  if (binding.constantViolations.some((each) => startOf(each) >= from && startOf(each) !== startOf(use))) return false;
  const loop = commonLoop(suspension, use);
  if (loop !== undefined && startOf(loop) >= from) return true;
  return ends <= startOf(use) && reaches(suspension, use);
}

/** The innermost loop that both are in, and that goes round in their own function. */
function commonLoop(a: NodePath, b: NodePath): NodePath | undefined {
  const loop = a.findParent((at) => at.isFunction() || (at.isLoop() && b.isDescendant(at)));
  return loop?.isLoop() ? loop : undefined;
}

/** Whether control can go from `first` to `then`, which stands later in the text of the same function. */
function reaches(first: NodePath, then: NodePath): boolean {
  for (let at: NodePath = first; at.parentPath !== null; at = at.parentPath) {
    const parent = at.parentPath;
    if (then.isDescendant(parent)) {
      return (
        !(parent.isIfStatement() || parent.isConditionalExpression() || parent.isSwitchStatement()) ||
        at.key === "test" ||
        at.key === "discriminant"
      );
    }
    if (at.isStatement() && leaves(at)) return false;
  }
  return true;
}

/** True when a statement after this one in its list, or itself, certainly leaves the list. */
function leaves(statement: NodePath<t.Statement>): boolean {
  return [statement, ...statement.getAllNextSiblings()].some(
    (each) =>
      each.isReturnStatement() || each.isThrowStatement() || each.isBreakStatement() || each.isContinueStatement(),
  );
}

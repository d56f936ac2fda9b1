/**
 * Statements to states. A statement without a suspension is emitted verbatim; the others are taken apart, one function
 * per kind.
 */
import { types as t } from "@babel/core";
import { boundNames } from "../../syntax/bound-names.js";
import { cannotLower, helper } from "../context.js";
import { isBegin } from "../parameters.js";
import { assign, suspends, undefinedNode } from "../tree.js";
import { explode, suspendOnYield, toldValue } from "./expressions.js";
import { jumpCode, redirectJumps, resumeExit, returnCode, returnCrosses } from "./jumps.js";
import { complete, type Entry, type Machine, newCompletion, type State } from "./machine.js";
import { bindPattern } from "./patterns.js";

/** Lowers statements in order. */
export function lowerStatements(machine: Machine, statements: readonly t.Statement[]): void {
  for (const statement of statements) lowerStatement(machine, statement, []);
}

function lowerStatement(machine: Machine, node: t.Statement, labels: readonly string[]): void {
  machine.statement(() => {
    if (node.type === "VariableDeclaration") return lowerDeclaration(machine, node);
    if (isBegin(node)) {
      return machine.suspend("$begin", undefinedNode(), node, () => [t.returnStatement(toldValue())]);
    }
    if (!suspends(node) && !endsHere(node)) return machine.push(redirectJumps(machine, node));
    lowerSuspending(machine, node, labels);
  });
}

/** Statements that end the state even without a suspension. */
function endsHere(node: t.Statement): boolean {
  return (
    node.type === "ReturnStatement" ||
    node.type === "ThrowStatement" ||
    node.type === "BreakStatement" ||
    node.type === "ContinueStatement"
  );
}

function lowerSuspending(machine: Machine, node: t.Statement, labels: readonly string[]): void {
  switch (node.type) {
    case "BlockStatement":
      return lowerStatements(machine, node.body);
    case "ExpressionStatement":
      return lowerExpressionStatement(machine, node);
    case "IfStatement":
      return lowerIf(machine, node);
    case "ReturnStatement":
      return lowerReturn(machine, node);
    case "ThrowStatement":
      return machine.throwNow(t.inherits(explode(machine, node.argument), node.argument));
    case "BreakStatement":
    case "ContinueStatement":
      machine.push(...jumpCode(machine, node));
      return machine.finish({ kind: "leave" });
    case "LabeledStatement":
      return lowerLabeled(machine, node, labels);
    case "WhileStatement":
      return lowerWhile(machine, node, labels);
    case "DoWhileStatement":
      return lowerDoWhile(machine, node, labels);
    case "ForStatement":
      return lowerFor(machine, node, labels);
    case "ForOfStatement":
      return lowerForOf(machine, node, labels);
    case "ForInStatement":
      return lowerForIn(machine, node, labels);
    case "SwitchStatement":
      return lowerSwitch(machine, node, labels);
    case "TryStatement":
      return lowerTry(machine, node);
    default:
      throw cannotLower(machine.context, node, `an await inside a ${node.type}`);
  }
}

function lowerExpressionStatement(machine: Machine, node: t.ExpressionStatement): void {
  const expression = node.expression;
  if (expression.type === "AwaitExpression") {
    // The value is not used: no temporary.
    machine.suspend("$await", explode(machine, expression.argument), expression);
    return;
  }
  if (expression.type === "YieldExpression") return suspendOnYield(machine, expression);
  const value = explode(machine, expression);
  const unused = value.type === "Identifier" || value.type === "NumericLiteral";
  if (!unused) machine.push(t.inherits(t.expressionStatement(value), node));
}

/** Declarations become assignments: the variables belong to the whole step function. */
export function lowerDeclaration(machine: Machine, node: t.VariableDeclaration): void {
  for (const declarator of node.declarations) {
    const target = declarator.id;
    for (const name of boundNames(target)) machine.variable(name);
    machine.statement(() => {
      if (target.type === "Identifier") {
        const value = declarator.init ? explode(machine, declarator.init, true) : undefinedNode();
        machine.push(t.inherits(assign(target.name, value), declarator));
      } else {
        bindPattern(machine, target as t.LVal, explode(machine, declarator.init ?? undefinedNode(), true));
      }
    });
  }
}

function lowerIf(machine: Machine, node: t.IfStatement): void {
  const then = machine.newState();
  const after = machine.newState();
  const otherwise = node.alternate ? machine.newState() : after;
  machine.branch(explode(machine, node.test), then, otherwise);
  machine.place(then);
  lowerStatement(machine, node.consequent, []);
  machine.jump(after);
  if (node.alternate) {
    machine.place(otherwise);
    lowerStatement(machine, node.alternate, []);
  }
  machine.place(after);
}

function lowerReturn(machine: Machine, node: t.ReturnStatement): void {
  const value = node.argument ? explode(machine, node.argument, true) : undefined;
  if (returnCrosses(machine)) machine.push(...returnCode(machine, value ?? undefinedNode()));
  else machine.push(t.inherits(t.returnStatement(value ?? null), node));
  machine.finish({ kind: "leave" });
}

function lowerLabeled(machine: Machine, node: t.LabeledStatement, labels: readonly string[]): void {
  const all = [...labels, node.label.name];
  if (t.isLoop(node.body) || node.body.type === "SwitchStatement" || node.body.type === "LabeledStatement") {
    return lowerStatement(machine, node.body, all);
  }
  const after = machine.newState();
  const target: Entry = { kind: "target", labels: all, plain: false, breakTo: after, continueTo: undefined };
  machine.within(target, () => lowerStatement(machine, node.body, []));
  machine.place(after);
}

function loop(labels: readonly string[], breakTo: State, continueTo: State): Entry {
  return { kind: "target", labels, plain: true, breakTo, continueTo };
}

function lowerWhile(machine: Machine, node: t.WhileStatement, labels: readonly string[]): void {
  const head = machine.newState();
  const body = machine.newState();
  const after = machine.newState();
  machine.place(head);
  if (t.isBooleanLiteral(node.test, { value: true })) machine.jump(body);
  else machine.branch(explode(machine, node.test), body, after);
  machine.place(body);
  machine.within(loop(labels, after, head), () => lowerStatement(machine, node.body, []));
  machine.jump(head);
  machine.place(after);
}

function lowerDoWhile(machine: Machine, node: t.DoWhileStatement, labels: readonly string[]): void {
  const body = machine.newState();
  const test = machine.newState();
  const after = machine.newState();
  machine.place(body);
  machine.within(loop(labels, after, test), () => lowerStatement(machine, node.body, []));
  machine.place(test);
  machine.branch(explode(machine, node.test), body, after);
  machine.place(after);
}

function lowerFor(machine: Machine, node: t.ForStatement, labels: readonly string[]): void {
  if (node.init) {
    const init = node.init.type === "VariableDeclaration" ? node.init : t.expressionStatement(node.init);
    lowerStatement(machine, init, []);
  }
  const head = machine.newState();
  const body = machine.newState();
  const update = machine.newState();
  const after = machine.newState();
  machine.place(head);
  if (node.test) machine.branch(explode(machine, node.test), body, after);
  else machine.jump(body);
  machine.place(body);
  machine.within(loop(labels, after, update), () => lowerStatement(machine, node.body, []));
  machine.place(update);
  if (node.update) lowerStatement(machine, t.expressionStatement(node.update), []);
  machine.jump(head);
  machine.place(after);
}

function lowerForOf(machine: Machine, node: t.ForOfStatement, labels: readonly string[]): void {
  const record = machine.fresh("$iter");
  machine.push(assign(record, helper("$iter", explode(machine, node.right))));
  const failed = machine.newState();
  const after = machine.newState();
  lowerIteration(machine, node, record, labels, after, failed, { kind: "iterator", record });
  machine.place(failed);
  machine.push(t.expressionStatement(helper("$closeThrow", t.identifier(record))));
  machine.throwNow(t.identifier("$x"));
  machine.place(after);
}

function lowerForIn(machine: Machine, node: t.ForInStatement, labels: readonly string[]): void {
  const record = machine.fresh("$iter");
  machine.push(assign(record, helper("$keys", explode(machine, node.right))));
  const after = machine.newState();
  lowerIteration(machine, node, record, labels, after, machine.handler, undefined);
  machine.place(after);
}

/** The loop over an iterator record: `continue` stays inside it, `break` leaves it through `closing`. */
function lowerIteration(
  machine: Machine,
  node: t.ForXStatement,
  record: string,
  labels: readonly string[],
  after: State,
  handler: State | undefined,
  closing: Entry | undefined,
): void {
  const next = helper("$next", t.identifier(record));
  const value = t.memberExpression(t.identifier(record), t.identifier("value"));
  const run = () =>
    machine.region(handler, () => {
      const head = machine.newState();
      const body = machine.newState();
      const done = machine.newState();
      machine.place(head);
      machine.branch(next, body, done);
      machine.place(body);
      const target: Entry = { kind: "target", labels, plain: true, breakTo: done, continueTo: head };
      machine.within(target, () => {
        lowerForTarget(machine, node.left, value);
        lowerStatement(machine, node.body, []);
      });
      machine.jump(head);
      machine.place(done);
      if (closing) machine.push(t.expressionStatement(helper("$close", t.identifier(record))));
      machine.jump(after);
    });
  if (closing) machine.within(closing, run);
  else run();
}

function lowerForTarget(machine: Machine, left: t.ForXStatement["left"], value: t.Expression): void {
  machine.statement(() => {
    if (left.type === "VariableDeclaration") {
      for (const name of boundNames(left)) machine.variable(name);
      bindPattern(machine, left.declarations[0]!.id as t.LVal, value);
    } else bindPattern(machine, left as t.LVal, value);
  });
}

function lowerSwitch(machine: Machine, node: t.SwitchStatement, labels: readonly string[]): void {
  const discriminant = machine.save(explode(machine, node.discriminant));
  const bodies = node.cases.map(() => machine.newState());
  const after = machine.newState();
  node.cases.forEach((one, i) => {
    if (!one.test) return;
    const next = machine.newState();
    machine.branch(t.binaryExpression("===", discriminant, explode(machine, one.test)), bodies[i]!, next);
    machine.place(next);
  });
  const fallback = node.cases.findIndex((one) => !one.test);
  machine.jump(fallback < 0 ? after : bodies[fallback]!);
  const target: Entry = { kind: "target", labels, plain: true, breakTo: after, continueTo: undefined };
  machine.within(target, () => {
    node.cases.forEach((one, i) => {
      machine.place(bodies[i]!);
      lowerStatements(machine, one.consequent);
    });
  });
  machine.place(after);
}

function lowerTry(machine: Machine, node: t.TryStatement): void {
  if (!node.finalizer) return lowerCatch(machine, node);
  const finalizer = node.finalizer;
  const completion = newCompletion(machine);
  const entry = machine.newState();
  const failed = machine.newState();
  const after = machine.newState();
  machine.within({ kind: "finally", entry, completion }, () => {
    machine.region(failed, () => {
      if (node.handler) lowerCatch(machine, node);
      else lowerStatements(machine, node.block.body);
      machine.push(...complete(completion, 0));
    });
    machine.jump(entry);
  });
  machine.place(failed);
  machine.push(...complete(completion, 1, t.identifier("$x")));
  machine.jump(entry);
  machine.place(entry);
  lowerStatements(machine, finalizer.body);
  const kind = () => t.identifier(completion.kindVariable);
  const value = () => t.identifier(completion.valueVariable);
  const when = (n: number, code: t.Statement[]) =>
    machine.push(t.ifStatement(t.binaryExpression("===", kind(), t.numericLiteral(n)), t.blockStatement(code)));
  when(1, [t.throwStatement(value())]);
  if (completion.returns) when(2, returnCode(machine, value()));
  completion.exits.forEach((state, i) => {
    when(3 + i, resumeExit(machine, state));
  });
  machine.jump(after);
  machine.place(after);
}

function lowerCatch(machine: Machine, node: t.TryStatement): void {
  const clause = node.handler!;
  const failed = machine.newState();
  const after = machine.newState();
  machine.region(failed, () => lowerStatements(machine, node.block.body));
  machine.jump(after);
  machine.place(failed);
  if (clause.param?.type === "Identifier") {
    machine.variable(clause.param.name);
    machine.push(assign(clause.param.name, t.identifier("$x")));
  }
  // `$x` has been through `$caught` already: the clause's own call of it (prepare.ts, P1) would do nothing.
  const [guard, ...rest] = clause.body.body;
  lowerStatements(machine, guard !== undefined && isGuard(guard) ? rest : clause.body.body);
  machine.place(after);
}

function isGuard(statement: t.Statement): boolean {
  if (statement.type !== "ExpressionStatement" || statement.expression.type !== "CallExpression") return false;
  return t.isIdentifier(statement.expression.callee, { name: "$caught" });
}

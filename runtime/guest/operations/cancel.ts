/**
 * Cancellation: of the execution (an event of the host), and of a part of it (`cancelScope`). It rejects what waits for
 * something durable, tells the host that nobody waits for it any more, and lets the program's own `catch` and `finally`
 * do the rest; `uncancellable` lets them use durable operations.
 *
 * A child is told to cancel and gets time to clean up: the call rejects when the child has ended, or after the grace
 * time.
 */
import { caught, currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { seqOf } from "../numbers.js";
import { GPromise, REJECTED } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { type Cancellation, cancelledError, innerScope, isReached, type Scope, shield, within } from "../scope.js";
import { cancelConditions } from "./condition.js";
import { controlExecution } from "./control.js";
import { operationOf, requireExecution } from "./durable.js";
import { cancelWaiters } from "./signal.js";
import { graceTimer } from "./time.js";

/** How long a cancelled child may take before its parent goes on without it, ms. */
const GRACE_MS = 10_000;

/** The host cancels the execution. */
export function cancelExecution(reason: string | undefined): void {
  const { state } = currentTurn().instance;
  if (state.cancellation !== undefined) return;
  const cancellation = { reason };
  state.cancellation = cancellation;
  rejectWaiting(undefined, cancellation);
}

/** Rejects everything durable that waits in `scope` or inside of it. */
function rejectWaiting(scope: Scope | undefined, cancellation: Cancellation): void {
  const turn = currentTurn();
  const { operations } = turn.instance.state;
  for (const [key, entry] of [...operations]) {
    const { promise, kind, scope: of, execution } = operationOf(entry);
    if (!isReached(of, scope) || kind === "sent") continue;
    if (kind === "child") {
      cancelChild(execution ?? "", key, cancellation);
      continue;
    }
    operations.delete(key);
    if (kind !== "wait") turn.commands.push({ kind: kind === "task" ? "cancelTask" : "cancelTimer", seq: seqOf(key) });
    GPromise.settle(promise, REJECTED, cancelledError(cancellation));
  }
  const reaches = (of: Scope | undefined): boolean => isReached(of, scope);
  cancelConditions(reaches, () => cancelledError(cancellation));
  cancelWaiters(reaches, () => cancelledError(cancellation));
}

const graceOverCode = runtimeCode("rt:childGrace", ([key, cancellation]) => () => {
  const { operations } = currentTurn().instance.state;
  const entry = operations.get(key as number);
  if (entry === undefined) return;
  operations.delete(key as number);
  GPromise.settle(operationOf(entry).promise, REJECTED, cancelledError(cancellation as Cancellation));
});

function cancelChild(execution: string, key: number, cancellation: Cancellation): void {
  // Neither the message nor the grace time may be refused for being in what is cancelled.
  within(shield(), () => {
    void controlExecution(execution, "cancel", cancellation.reason);
    const timer = graceTimer(GRACE_MS);
    const fulfilled = makeClosure(graceOverCode, [key, cancellation]);
    GPromise.handle(timer, fulfilled, undefined);
    const entry = currentTurn().instance.state.operations.get(key);
    if (entry !== undefined) GPromise.setOrigin(operationOf(entry).promise, { kind: "limited", timeout: timer });
  });
}

function run(scope: Scope, body: unknown, args: readonly unknown[]): GPromise {
  return within(scope, () => {
    try {
      return toPromise(Reflect.apply(body as () => unknown, undefined, args as unknown[]));
    } catch (error) {
      return rejectedPromise(caught(error));
    }
  });
}

/**
 * `uncancellable(body)`: durable operations in `body` work although the execution, or the scope around, is cancelled.
 * Throws Fault EV5001 during initialisation, EV5004 for what is no function.
 */
export function uncancellable(body: unknown): GPromise {
  requireExecution("uncancellable()");
  if (typeof body !== "function") {
    throw invalidArgument("uncancellable() got no function", "Pass one: uncancellable(async () => { … }).");
  }
  return run(innerScope(true), body, []);
}

const cancelScopeCode = runtimeCode("rt:cancelScope", ([given]) => (reason?: unknown) => {
  const scope = given as Scope;
  if (scope.cancelled !== undefined) return;
  scope.cancelled = { reason: reason === undefined ? undefined : String(reason) };
  rejectWaiting(scope, scope.cancelled);
});

/**
 * `cancelScope(body)`: runs `body` with `{ cancel(reason) }`, which rejects what waits in it, and nothing else. Gives
 * what the body gives. Throws Fault EV5001 during initialisation, EV5004 for what is no function.
 */
export function cancelScope(body: unknown): GPromise {
  requireExecution("cancelScope()");
  if (typeof body !== "function") {
    throw invalidArgument("cancelScope() got no function", "Pass one: cancelScope(async (scope) => { … }).");
  }
  const scope = innerScope(false);
  return run(scope, body, [{ cancel: makeClosure(cancelScopeCode, [scope]) }]);
}

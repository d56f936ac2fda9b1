/**
 * `condition`: waits until a predicate gives true. Predicates are asked when the condition is made, and after every
 * event once no job is left, again and again until nothing moves: so they see what any continuation has changed.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { caught, currentTurn } from "../current.js";
import { checkOptions, invalidArgument } from "../errors.js";
import { FULFILLED, GPromise, REJECTED, whenSpent } from "../promise.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { isObject, releaseTimer } from "../resolve.js";
import type { Scope } from "../scope.js";
import { refusedByCancellation, requireExecution } from "./durable.js";
import { timeoutPromise } from "./time.js";

/** One entry of `state.conditions`. */
interface Condition {
  readonly predicate: AnyFunction;
  readonly promise: GPromise;
  timeout: GPromise | undefined;
  done: boolean;
  /** Absent: none. */
  readonly scope?: Scope;
}

const timedOutCode = runtimeCode("rt:conditionTimeout", ([entry]) => () => {
  settle(entry as Condition, FULFILLED, false);
});
const timeoutFailedCode = runtimeCode("rt:conditionTimeoutFailed", ([entry]) => (reason: unknown) => {
  settle(entry as Condition, REJECTED, reason);
});
whenSpent(timedOutCode, ([entry]) => (entry as Condition).done);
whenSpent(timeoutFailedCode, ([entry]) => (entry as Condition).done);

/**
 * `condition([{ timeout }], predicate)`: true when the predicate is, false when the timeout passes first; rejects when
 * the predicate throws. Throws Fault EV5001 during initialisation, EV5003 and EV5004 for wrong arguments.
 */
export function condition(...definition: readonly unknown[]): GPromise {
  requireExecution("condition()");
  const [options, predicate] = definition.length > 1 ? definition : [undefined, definition[0]];
  if (typeof predicate !== "function") {
    throw invalidArgument("the predicate of condition() is not a function", "Pass a function: condition(() => done).");
  }
  const { timeout } = checkOptions("condition()", options, ["timeout"]);
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  const { scope } = currentTurn();
  const base = { predicate, promise: new GPromise(), timeout: undefined, done: false };
  const entry: Condition = scope === undefined ? base : { ...base, scope };
  if (GPromise.is(timeout)) entry.timeout = timeout;
  if (ask(entry)) return entry.promise;
  entry.timeout = timeoutPromise("condition()", timeout);
  if (entry.timeout !== undefined) {
    GPromise.handle(entry.timeout, makeClosure(timedOutCode, [entry]), makeClosure(timeoutFailedCode, [entry]));
  }
  currentTurn().instance.state.conditions.push(entry);
  return entry.promise;
}

/** Asks all predicates. Tells whether a condition was settled. */
export function evaluateConditions(): boolean {
  const { state } = currentTurn().instance;
  if (state.conditions.length === 0) return false;
  let moved = false;
  const conditions = state.conditions as Condition[];
  for (let i = 0; i < conditions.length; i++) {
    const entry = conditions[i] as Condition;
    if (!entry.done && ask(entry)) moved = true;
  }
  state.conditions = conditions.filter(({ done }) => !done);
  return moved;
}

/** Rejects the conditions that belong to what is cancelled. */
export function cancelConditions(isCancelled: (scope: Scope | undefined) => boolean, error: () => Error): void {
  for (const entry of currentTurn().instance.state.conditions as Condition[]) {
    if (!entry.done && isCancelled(entry.scope)) settle(entry, REJECTED, error());
  }
}

/** Asks one predicate. Tells whether that settled the condition. */
function ask(entry: Condition): boolean {
  try {
    const answer: unknown = Reflect.apply(entry.predicate, undefined, []);
    if (isObject(answer) && "then" in answer) {
      throw invalidArgument(
        "the predicate of condition() gives a promise",
        "It must answer at once: compute the value elsewhere and let the predicate read it.",
      );
    }
    if (!answer) return false;
  } catch (error) {
    settle(entry, REJECTED, caught(error));
    return true;
  }
  settle(entry, FULFILLED, true);
  return true;
}

function settle(entry: Condition, state: typeof FULFILLED | typeof REJECTED, value: unknown): void {
  if (entry.done) return;
  entry.done = true;
  GPromise.settle(entry.promise, state, value);
  if (entry.timeout !== undefined) releaseTimer(entry.timeout);
}

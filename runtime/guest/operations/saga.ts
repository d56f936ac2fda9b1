/**
 * `saga`: steps with what undoes them. When the body throws or is cancelled, the undo steps of what was done run in
 * reverse order; they run although the execution is cancelled, and one that fails is tried again until it succeeds.
 */
import { caught, currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { writeLog } from "../globals/console.js";
import { inspect } from "../globals/inspect.js";
import { GPromise, REJECTED } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { innerScope, within } from "../scope.js";
import { requireExecution } from "./durable.js";
import { graceTimer } from "./time.js";

/** First and longest pause before an undo step is tried again, ms. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

interface Saga {
  readonly promise: GPromise;
  /** Undo steps, the last first. */
  readonly undo: (() => unknown)[];
  error: unknown;
  failures: number;
}

function call(fn: unknown): GPromise {
  try {
    return toPromise(Reflect.apply(fn as () => unknown, undefined, []));
  } catch (error) {
    return rejectedPromise(caught(error));
  }
}

function react(promise: GPromise, fulfilled: GuestFunction, rejected: GuestFunction): void {
  GPromise.handle(promise, fulfilled, rejected);
}
type GuestFunction = ReturnType<typeof makeClosure>;

const stepDoneCode = runtimeCode("rt:sagaStepDone", ([saga, undo, result]) => (value: unknown) => {
  if (undo !== undefined) (saga as Saga).undo.unshift(undo as () => unknown);
  GPromise.settle(result as GPromise, 1, value);
});
const stepFailedCode = runtimeCode("rt:sagaStepFailed", ([result]) => (error: unknown) => {
  GPromise.settle(result as GPromise, REJECTED, error);
});
const stepCode = runtimeCode("rt:sagaStep", ([saga]) => (action: unknown, undo?: unknown) => {
  if (typeof action !== "function" || (undo !== undefined && typeof undo !== "function")) {
    throw invalidArgument("a saga's step is not a function", "Pass two: s.step(() => charge(x), () => refund(x)).");
  }
  const result = new GPromise();
  react(call(action), makeClosure(stepDoneCode, [saga, undo, result]), makeClosure(stepFailedCode, [result]));
  return result;
});

const bodyDoneCode = runtimeCode("rt:sagaDone", ([saga]) => (value: unknown) => {
  GPromise.settle((saga as Saga).promise, 1, value);
});
const bodyFailedCode = runtimeCode("rt:sagaFailed", ([given]) => (error: unknown) => {
  const saga = given as Saga;
  saga.error = error;
  within(innerScope(true), () => undoNext(saga));
});
const undoneCode = runtimeCode("rt:sagaUndone", ([given]) => () => {
  const saga = given as Saga;
  saga.undo.shift();
  saga.failures = 0;
  undoNext(saga);
});
const undoFailedCode = runtimeCode("rt:sagaUndoFailed", ([given]) => (error: unknown) => {
  const saga = given as Saga;
  saga.failures++;
  writeLog("warn", `an undo step of a saga failed and will be tried again: ${inspect(error)}`);
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (saga.failures - 1), LONGEST_PAUSE_MS);
  react(graceTimer(pause), makeClosure(undoAgainCode, [saga]), makeClosure(undoAgainCode, [saga]));
});
const undoAgainCode = runtimeCode(
  "rt:sagaUndoAgain",
  ([saga]) =>
    () =>
      undoNext(saga as Saga),
);

function undoNext(saga: Saga): void {
  const next = saga.undo[0];
  if (next === undefined) {
    GPromise.settle(saga.promise, REJECTED, saga.error);
    return;
  }
  react(call(next), makeClosure(undoneCode, [saga]), makeClosure(undoFailedCode, [saga]));
}

/** `saga(async (s) => { await s.step(action, undo); … })`. Throws Fault EV5001 during initialisation, EV5004. */
export function saga(body: unknown): GPromise {
  requireExecution("saga()");
  if (typeof body !== "function")
    throw invalidArgument("saga() got no function", "Pass one: saga(async (s) => { … }).");
  const { scope } = currentTurn();
  const state: Saga = { promise: new GPromise(), undo: [], error: undefined, failures: 0 };
  const steps = { step: makeClosure(stepCode, [state]) };
  within(scope, () => {
    const run = call(() => Reflect.apply(body as (steps: object) => unknown, undefined, [steps]));
    react(run, makeClosure(bodyDoneCode, [state]), makeClosure(bodyFailedCode, [state]));
  });
  return state.promise;
}

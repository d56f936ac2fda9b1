/**
 * An execution's beginning and end: the handler is called with the first event; when its promise settles, or a signal
 * handler throws, the execution closes and nothing of it runs any more, unless another attempt follows (attempts.ts).
 */

import { dueMilliseconds } from "../../api/schedule.js";
import { CancelledError, UnserializableError } from "../../protocol/errors.js";
import type { Event } from "../../protocol/event.js";
import { caught, currentTurn } from "../current.js";
import { seedRandom } from "../globals/random.js";
import type { AttemptState, ExecutionState, WorkflowDefinition } from "../instance.js";
import { GPromise } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { clearJobs } from "../queue.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { within } from "../scope.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../values.js";
import { firstAttempt, giveUpAttempt, inheritState, nextAttemptAt } from "./attempts.js";
import { timerAt } from "./time.js";

const finishedCode = runtimeCode("rt:finished", () => (value: unknown) => {
  let result: Encoded;
  try {
    result = encode(value, "result");
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    failExecution(error);
    return;
  }
  if (!isOver(currentTurn().instance.state)) close({ ok: true, value: result });
});
const failedCode = runtimeCode("rt:failed", () => (error: unknown) => failExecution(error));

/** Calls the workflow's handler. Throws TypeError if there is none, or the execution has already begun. */
export function startExecution(event: Extract<Event, { kind: "start" }>): void {
  const { instance } = currentTurn();
  const { state } = instance;
  if (state.context !== undefined) throw new TypeError(`execution ${instance.execution} has already been started`);
  const definition = instance.workflows.get(event.workflow);
  if (definition === undefined) throw new TypeError(`this program has no workflow "${event.workflow}"`);
  state.context = { ...event.execution, workflow: event.workflow };
  state.random = seedRandom(event.seed);
  if (definition.retry !== undefined) state.attempt = firstAttempt(event.input, state);
  const at = event.timeoutAt ?? (definition.timeout && dueMilliseconds(definition.timeout, state.now));
  if (at !== undefined) currentTurn().commands.push({ kind: "deadline", at });
  begin(definition, event.input);
}

/** Calls the handler again, in the place of an instance whose attempt has failed: `old` is its state. */
export function startNextAttempt(old: ExecutionState): void {
  const { instance } = currentTurn();
  const attempt = inheritState(instance.state, old);
  const definition = instance.workflows.get(old.context?.workflow ?? "");
  if (attempt === undefined || definition === undefined) throw new TypeError("there is no attempt to be followed");
  begin(definition, attempt.input);
}

function begin(definition: WorkflowDefinition, input: Encoded): void {
  const { state } = currentTurn().instance;
  const { context, attempt } = state;
  if (context === undefined) throw new TypeError("the execution has not been started");
  const { workflow, ...execution } = context;
  const lastError = attempt?.lastError === undefined ? {} : { lastError: decode(attempt.lastError) };
  const given = {
    workflow: { name: workflow },
    execution: { ...execution, attempt: attempt?.number ?? 1, ...lastError },
  };
  const main = callHandler(definition.handler as (...args: unknown[]) => unknown, [decode(input), given]);
  state.main = main;
  GPromise.handle(main, makeClosure(finishedCode), makeClosure(failedCode));
}

function callHandler(handler: (...args: unknown[]) => unknown, args: unknown[]): GPromise {
  try {
    return toPromise(Reflect.apply(handler, undefined, args));
  } catch (error) {
    return rejectedPromise(caught(error));
  }
}

/** The execution has failed: it is closed with the error, or tried again. */
export function failExecution(error: unknown): void {
  const { state, workflows } = currentTurn().instance;
  if (isOver(state)) return;
  const at = nextAttemptAt(workflows.get(state.context?.workflow ?? "")?.retry, error);
  if (at !== undefined && state.attempt !== undefined) {
    restUntil(at, state.attempt, encodeError(error));
    return;
  }
  const gaveWay = state.cancellation !== undefined && error instanceof CancelledError;
  close({ ok: false, error: encodeError(error) }, gaveWay);
}

/** True when nothing of the workflow runs: it is closed, or waits for its next attempt. */
export function isOver({ closed, attempt }: ExecutionState): boolean {
  return closed || attempt?.failed !== undefined;
}

const dueCode = runtimeCode("rt:attemptDue", () => () => {
  const failed = currentTurn().instance.state.attempt?.failed;
  if (failed !== undefined) failed.due = true;
});
const pauseCancelledCode = runtimeCode("rt:attemptCancelled", () => (error: unknown) => {
  close({ ok: false, error: encodeError(error) }, true);
});

/** Ends the attempt; the next one begins at `at`. */
function restUntil(at: number, attempt: AttemptState, error: Encoded): void {
  giveUpAttempt(attempt, error);
  currentTurn().commands.push({ kind: "retry", attempt: attempt.number, at, error });
  letGo();
  within(undefined, () => {
    GPromise.handle(timerAt(at), makeClosure(dueCode), makeClosure(pauseCancelledCode));
  });
}

/** Gives the outcome to the host and lets go of everything that waits. */
function close(outcome: Outcome, cancelled = false): void {
  const { instance, commands } = currentTurn();
  const { state } = instance;
  if (state.closed) return;
  state.closed = true;
  commands.push({
    kind: "close",
    outcome,
    ...(cancelled ? { cancelled } : {}),
    ...(state.children === undefined ? {} : { children: state.children }),
  });
  letGo();
  state.signals.buffered.clear();
}

/** Nobody waits for anything any more. */
function letGo(): void {
  const { state } = currentTurn().instance;
  clearJobs();
  state.conditions = [];
  delete state.callbacks;
  state.operations.clear();
  state.signals.waiting.clear();
  state.signals.handlers.clear();
}

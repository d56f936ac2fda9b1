/**
 * Attempts of a workflow with the option `retry`: a function that throws is called again, after a pause.
 *
 * R1  Of an attempt that has failed nothing runs any more: its tasks and timers are taken back, its children hear what
 *     their `onParentClose` says, who waits for its replies is told.
 * R2  The next attempt begins with modules as new. Of the old state it has what belongs to the execution: its time
 *     limit, chance, numbers of operations, and the signals that nobody has taken.
 * R3  A child under a name of its own is started once: the next attempt that asks for it waits for the same one.
 */
import { pauseAfter } from "../../protocol/backoff.js";
import { EventualError } from "../../protocol/errors.js";
import type { RetryPolicy } from "../../protocol/task-policy.js";
import { currentTurn } from "../current.js";
import { withoutStack } from "../errors.js";
import { random } from "../globals/random.js";
import type { AttemptState, ExecutionState, Orphan } from "../instance.js";
import { keyOf, seqOf } from "../numbers.js";
import { shield, within } from "../scope.js";
import { type Encoded, encodeError, type Outcome } from "../values.js";
import { controlExecution } from "./control.js";
import { operationOf } from "./durable.js";

/** The state of the first attempt of an execution with that input. */
export function firstAttempt(input: Encoded, { seq }: ExecutionState): AttemptState {
  return { number: 1, input, after: seq, orphans: new Map() };
}

/** When the attempt after the one that has just failed with `thrown` begins, ms since the epoch; undefined for never. */
export function nextAttemptAt(retry: RetryPolicy | undefined, thrown: unknown): number | undefined {
  const { state } = currentTurn().instance;
  // What is to end is not begun again.
  if (retry === undefined || state.attempt === undefined || state.cancellation !== undefined) return undefined;
  const pause = pauseAfter(retry, state.attempt.number, thrown, random);
  return pause === undefined ? undefined : state.now + pause;
}

/** Ends an attempt: R1. What waited in it is left for its caller to clear. */
export function giveUpAttempt(attempt: AttemptState, error: Encoded): void {
  const { instance, commands } = currentTurn();
  const { state } = instance;
  attempt.failed = { error, due: false };
  for (const [key, entry] of [...state.operations]) {
    const { kind, execution, onClose = "abandon", input } = operationOf(entry);
    if (kind === "task") commands.push({ kind: "cancelTask", seq: seqOf(key) });
    else if (kind === "timer") commands.push({ kind: "cancelTimer", seq: seqOf(key) });
    if (kind !== "child" || execution === undefined) continue;
    if (input !== undefined) attempt.orphans.set(key, { execution, input, onClose });
    if (onClose !== "abandon") {
      within(shield(), () => void controlExecution(execution, onClose, "an attempt of its parent has failed"));
    }
  }
  const outcome: Outcome = {
    ok: false,
    error: encodeError(
      withoutStack(new EventualError("AttemptFailed", "the attempt that took the request has failed")),
    ),
  };
  for (const request of state.requests ?? []) commands.push({ kind: "reply", request, outcome });
  delete state.requests;
}

/** True when the next attempt is to begin. */
export function isAttemptDue({ attempt }: ExecutionState): boolean {
  return attempt?.failed?.due === true;
}

/** Makes `state`, which is new, that of the attempt after `old`: R2. */
export function inheritState(state: ExecutionState, old: ExecutionState): AttemptState | undefined {
  const { attempt } = old;
  state.context = old.context;
  state.now = old.now;
  state.random = old.random;
  state.seq = old.seq;
  state.signals = { ...state.signals, buffered: old.signals.buffered };
  if (old.children !== undefined) state.children = old.children;
  if (attempt === undefined) return undefined;
  const { number, input, orphans, failed } = attempt;
  const lastError = failed === undefined ? {} : { lastError: failed.error };
  state.attempt = { number: number + 1, input, after: old.seq, orphans, ...lastError };
  return state.attempt;
}

/** The answer to a child that nobody waits for now; false if it is none. */
export function keepForOrphan(seq: number, outcome: Outcome): boolean {
  const orphan = currentTurn().instance.state.attempt?.orphans.get(keyOf(seq));
  if (orphan === undefined) return false;
  orphan.outcome = outcome;
  return true;
}

/** Takes the child that an earlier attempt has started under that id with that input: R3. */
export function takeOrphan(execution: string, input: Encoded): readonly [key: number, orphan: Orphan] | undefined {
  const orphans = currentTurn().instance.state.attempt?.orphans;
  for (const [key, orphan] of orphans ?? []) {
    if (orphan.execution !== execution || orphan.input !== input) continue;
    orphans?.delete(key);
    return [key, orphan];
  }
  return undefined;
}

/** The first operation of this attempt, if there were others before it. */
export function sinceAttempt(): number | undefined {
  const { attempt } = currentTurn().instance.state;
  return attempt === undefined || attempt.number === 1 ? undefined : seqOf(attempt.after) + 1;
}

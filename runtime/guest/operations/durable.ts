/**
 * What all durable operations share: numbers, and promises that an event of the host will settle.
 *
 * O1  An operation of no scope that runs a task, or is a timer, is in `state.operations` as its bare promise: they are
 *     the many. Any other has a record.
 */
import type { Command, OnParentClose } from "../../protocol/command.js";
import { currentTurn } from "../current.js";
import { duringInitialisation } from "../errors.js";
import type { ExecutionState } from "../instance.js";
import { keyOf, nextKey, seqOf } from "../numbers.js";
import { FULFILLED, GPromise, REJECTED } from "../promise.js";
import { rejectedPromise } from "../promise-constructor.js";
import { releaseTimer } from "../resolve.js";
import { cancellationOf, cancelledError, type Scope } from "../scope.js";
import { decode, type Encoded, type Outcome } from "../values.js";

/**
 * What has to be done about an operation that is cancelled. `sent`: nothing, its answer is under way. `wait`: nobody has
 * to be told that its answer is not waited for any more.
 */
export type OperationKind = "task" | "timer" | "child" | "sent" | "wait";

export interface Operation extends Partial<ChildOperation> {
  /** Of a child its id; of a wait for an execution's end that one's. */
  readonly execution?: string;
  readonly promise: GPromise;
  readonly kind: OperationKind;
  readonly scope: Scope | undefined;
}

/** What has to be known of a child that is waited for. */
export interface ChildOperation {
  /** Its execution's id. */
  readonly execution: string;
  readonly onClose: OnParentClose;
  /** Its input, where the next attempt of this workflow may ask for it again. */
  readonly input?: Encoded;
}

/** Throws Fault EV5001 for `what` while modules are being evaluated. */
export function requireExecution(what: string): void {
  if (currentTurn().phase === "init") throw duringInitialisation(what);
}

/** A rejected promise if the running scope is cancelled: nothing durable begins there any more. */
export function refusedByCancellation(): GPromise | undefined {
  const cancellation = cancellationOf(currentTurn().scope);
  return cancellation === undefined ? undefined : rejectedPromise(cancelledError(cancellation));
}

/** Gives a command the next number and a promise for its answer; rejects instead where the running scope is cancelled. */
export function command(
  make: (seq: number) => Command,
  kind: OperationKind = "sent",
  child?: Partial<ChildOperation>,
): GPromise {
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  const { instance, commands } = currentTurn();
  const key = nextKey(instance);
  const promise = new GPromise();
  noteOperation(instance.state, key, promise, kind, child);
  commands.push(make(seqOf(key)));
  return promise;
}

/** Notes who waits for the operation with that key. */
export function noteOperation(
  state: ExecutionState,
  key: number,
  promise: GPromise,
  kind: OperationKind,
  child?: Partial<ChildOperation>,
): void {
  const { scope } = currentTurn();
  const isBare = scope === undefined && (kind === "task" || kind === "timer");
  const record: Operation = { promise, kind, scope, ...child };
  state.operations.set(key, isBare ? promise : record);
}

/** The record of an entry of `state.operations`. */
export function operationOf(entry: unknown): Operation {
  if (!GPromise.is(entry)) return entry as Operation;
  return { promise: entry, kind: GPromise.originOf(entry)?.kind === "timer" ? "timer" : "task", scope: undefined };
}

/** Takes the promise that waits for the answer to operation `seq`; undefined if none does. */
export function takeOperation(seq: number): GPromise | undefined {
  const { operations } = currentTurn().instance.state;
  const key = keyOf(seq);
  const entry = operations.get(key);
  operations.delete(key);
  return entry === undefined ? undefined : operationOf(entry).promise;
}

/** Settles a promise with an outcome. Decoded values are copies without functions, so never thenables. */
export function settleWith(promise: GPromise, outcome: Outcome): void {
  const origin = GPromise.originOf(promise);
  if (outcome.ok) GPromise.settle(promise, FULFILLED, decode(outcome.value));
  else GPromise.settle(promise, REJECTED, decode(outcome.error));
  if (origin?.kind !== "limited") return;
  GPromise.setOrigin(promise, undefined);
  releaseTimer(origin.timeout);
}

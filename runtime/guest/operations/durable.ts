/**
 * What all durable operations share: numbers, and promises that an event of the host will settle.
 */
import type { Command } from "../../protocol/command.js";
import { currentTurn } from "../current.js";
import { duringInitialisation } from "../errors.js";
import { keyOf, nextKey, seqOf } from "../numbers.js";
import { FULFILLED, GPromise, REJECTED } from "../promise.js";
import { releaseTimer } from "../resolve.js";
import type { Outcome } from "../values.js";
import { decode } from "../values.js";

/** Throws Fault EV5001 for `what` while modules are being evaluated. */
export function requireExecution(what: string): void {
  if (currentTurn().phase === "init") throw duringInitialisation(what);
}

/** Gives a command the next number and a promise for its answer. */
export function command(make: (seq: number) => Command): GPromise {
  const { instance, commands } = currentTurn();
  const key = nextKey(instance);
  const promise = new GPromise();
  instance.state.operations.set(key, promise);
  commands.push(make(seqOf(key)));
  return promise;
}

/** Takes the promise that waits for the answer to operation `seq`; undefined if none does. */
export function takeOperation(seq: number): GPromise | undefined {
  const { operations } = currentTurn().instance.state;
  const key = keyOf(seq);
  const promise = operations.get(key);
  operations.delete(key);
  return GPromise.is(promise) ? promise : undefined;
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

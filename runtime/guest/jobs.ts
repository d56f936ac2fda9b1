/** Running promise jobs: what to do with a settled promise's reaction, or with a thenable. */
import { FRAME } from "../protocol/helpers.js";
import { noteAwaiting } from "./async-stack.js";
import { caught, currentTurn } from "./current.js";
import type { AsyncFrame } from "./frame.js";
import {
  ELEMENT,
  type ElementReaction,
  FULFILLED,
  GPromise,
  REJECTED,
  type Reaction,
  SCOPED,
  type Settled,
  THROWN,
  type ThenReaction,
} from "./promise.js";
import { settleElement } from "./promise-combinators.js";
import { PromiseConstructor, then as pristineThen } from "./promise-constructor.js";
import { ASK, clearJobs, type Question, state, takeJob, target, value } from "./queue.js";
import { resolvePromise, resolvingFunctions, settleCapability, speciesConstructor } from "./resolve.js";
import { SUSPENDED } from "./suspended.js";

const { apply } = Reflect;
const { owner: OWNER } = FRAME;

/**
 * Runs jobs, oldest first, until `settled` holds or none is left; the rest is dropped when the execution closes or the
 * engine fails. All in one function, because each one in between would be one more line on every error's stack.
 */
export function drainJobs(settled?: () => boolean): void {
  const turn = currentTurn();
  const execution = turn.instance.state;
  const outer = turn.scope;
  while ((settled === undefined || !settled()) && takeJob()) {
    if (state === ASK) askThenable(target as GPromise, value as Question);
    else {
      let reaction = target as Reaction;
      if (reaction[0] === SCOPED) {
        turn.scope = reaction[1];
        reaction = reaction[2] as Reaction;
      }
      const code = reaction[0];
      const mode = state === THROWN ? REJECTED : state;
      if (typeof code !== "object") {
        if (code === ELEMENT) settleElement(reaction as ElementReaction, mode, value);
        else runHandler(reaction as ThenReaction, mode, value);
      } else if (code.resume !== undefined) code.resume(reaction as AsyncFrame, mode, value);
      else {
        const frame = reaction as AsyncFrame;
        if (state === REJECTED) noteAwaiting(frame, value);
        let result: unknown;
        try {
          result = code.step(frame, mode, value);
        } catch (error) {
          GPromise.settle(frame[OWNER], REJECTED, caught(error));
          result = SUSPENDED;
        }
        if (result !== SUSPENDED) resolvePromise(frame[OWNER], result);
      }
      turn.scope = outer;
    }
    if (turn.fault !== undefined || execution.closed) clearJobs();
  }
}

/** NewPromiseReactionJob. */
function runHandler(reaction: ThenReaction, settled: Settled, argument: unknown): void {
  const { 1: capability, 2: fulfilled, 3: rejected } = reaction;
  const handler = settled === FULFILLED ? fulfilled : rejected;
  let outcome = settled;
  let result = argument;
  if (handler !== undefined) {
    try {
      result = apply(handler, undefined, [argument]);
      outcome = FULFILLED;
    } catch (error) {
      result = caught(error);
      outcome = REJECTED;
    }
  }
  if (capability === undefined) return;
  try {
    settleCapability(capability, outcome, result);
  } catch (error) {
    // A job's own error goes nowhere, by the specification; only a foreign capability's functions can throw here.
    caught(error);
  }
}

/** NewPromiseResolveThenableJob. */
function askThenable(promise: GPromise, { 0: thenable, 1: then }: Question): void {
  try {
    if (
      then === pristineThen &&
      GPromise.is(thenable) &&
      speciesConstructor(thenable, PromiseConstructor) === PromiseConstructor
    ) {
      // The derived promise and the resolving functions would never be seen: hand the outcome straight on.
      GPromise.handle(thenable, undefined, undefined, promise);
      return;
    }
  } catch (error) {
    GPromise.settle(promise, REJECTED, caught(error));
    return;
  }
  const { resolve, reject } = resolvingFunctions(promise);
  try {
    apply(then as () => unknown, thenable, [resolve, reject]);
  } catch (error) {
    apply(reject, undefined, [caught(error)]);
  }
}

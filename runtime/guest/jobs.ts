/** Running promise jobs: what to do with a settled promise's reaction, or with a thenable. */
import { caught, currentTurn } from "./current.js";
import type { Frame } from "./frame.js";
import {
  ELEMENT,
  type ElementReaction,
  FULFILLED,
  GPromise,
  REJECTED,
  type Reaction,
  SCOPED,
  type Settled,
  THEN,
  type ThenReaction,
} from "./promise.js";
import { settleElement } from "./promise-combinators.js";
import { PromiseConstructor, then as pristineThen } from "./promise-constructor.js";
import { ASK, clearJobs, type Question, state, takeJob, target, value } from "./queue.js";
import { resolvingFunctions, settleCapability, speciesConstructor } from "./resolve.js";
import { within } from "./scope.js";

const { apply } = Reflect;

/** Runs jobs, oldest first, until none is left; the rest is dropped when the execution closes or the engine fails. */
export function drainJobs(): void {
  const turn = currentTurn();
  const execution = turn.instance.state;
  while (takeJob()) {
    // As in `runJob`, which would be one more line on every error's stack.
    const first = state === ASK ? undefined : (target as Reaction)[0];
    if (typeof first === "object") first.resume(target as Frame, state as Settled, value);
    else runJob();
    if (turn.fault !== undefined || execution.closed) clearJobs();
  }
}

/** Runs jobs, oldest first, until `settled` holds or none is left. For a wait on the stack of user code. */
export function drainUntil(settled: () => boolean): void {
  const turn = currentTurn();
  while (!settled() && turn.fault === undefined && takeJob()) runJob();
}

/** Runs the job that was taken. */
function runJob(): void {
  if (state === ASK) {
    const { 0: thenable, 1: then } = value as Question;
    askThenable(target as GPromise, thenable, then);
    return;
  }
  const first = (target as Reaction)[0];
  if (typeof first === "object") first.resume(target as Frame, state, value);
  else runOther(target as Exclude<Reaction, Frame>, state, value);
}

function runOther(reaction: Exclude<Reaction, Frame>, outcome: Settled, result: unknown): void {
  switch (reaction[0]) {
    case THEN:
      runHandler(reaction, outcome, result);
      break;
    case ELEMENT:
      settleElement(reaction, outcome, result);
      break;
    case SCOPED: {
      const { 1: scope, 2: inner } = reaction;
      within(scope, () => {
        if (typeof inner[0] === "object") inner[0].resume(inner as Frame, outcome, result);
        else runOther(inner as ThenReaction | ElementReaction, outcome, result);
      });
    }
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
function askThenable(promise: GPromise, thenable: object, then: unknown): void {
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

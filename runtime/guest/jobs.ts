/**
 * The job queue: what to do with a settled promise's reaction, or with a thenable. Jobs live in `state.jobs`, which is
 * empty between two turns.
 */
import { caught, currentTurn } from "./current.js";
import { Frame } from "./frame.js";
import { FULFILLED, GPromise, type Job, REJECTED, type Settled, type ThenReaction } from "./promise.js";
import { PromiseConstructor, then as pristineThen } from "./promise-constructor.js";
import { resolvingFunctions, settleCapability, speciesConstructor } from "./resolve.js";
import { within } from "./scope.js";

const { apply } = Reflect;

/** Runs jobs, oldest first, until none is left or the engine failed. Tells whether there were any. */
export function drainJobs(): boolean {
  const turn = currentTurn();
  const { state } = turn.instance;
  let ran = false;
  while (state.jobs.length > 0) {
    ran = true;
    // New jobs gather in a fresh list while this one is worked off: first in, first out, and nothing is shifted.
    const jobs = state.jobs as Job[];
    state.jobs = [];
    for (let i = 0; i < jobs.length && !state.closed; i++) {
      runJob(jobs[i] as Job);
      if (turn.fault !== undefined) return ran;
    }
  }
  return ran;
}

/** Runs jobs, oldest first, until `settled` holds or none is left. For a wait on the stack of user code. */
export function drainUntil(settled: () => boolean): void {
  const turn = currentTurn();
  const { state } = turn.instance;
  while (!settled() && state.jobs.length > 0 && turn.fault === undefined) runJob(state.jobs.shift() as Job);
}

function runJob(job: Job): void {
  if ("thenable" in job) {
    askThenable(job.promise, job.thenable, job.then);
  } else if ("scoped" in job.reaction) {
    const { scope, scoped } = job.reaction;
    within(scope, () => runPlain(scoped, job.state, job.value));
  } else {
    runPlain(job.reaction, job.state, job.value);
  }
}

function runPlain(reaction: Frame | ThenReaction, state: Settled, value: unknown): void {
  if (reaction instanceof Frame) reaction.resume(state, value);
  else runReaction(reaction, state, value);
}

/** NewPromiseReactionJob. */
function runReaction(reaction: ThenReaction, state: Settled, value: unknown): void {
  const handler = state === FULFILLED ? reaction.fulfilled : reaction.rejected;
  let outcome = state;
  let result = value;
  if (handler !== undefined) {
    try {
      result = apply(handler, undefined, [value]);
      outcome = FULFILLED;
    } catch (error) {
      result = caught(error);
      outcome = REJECTED;
    }
  }
  if (reaction.capability === undefined) return;
  try {
    settleCapability(reaction.capability, outcome, result);
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
      GPromise.react(thenable, { capability: promise, fulfilled: undefined, rejected: undefined });
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

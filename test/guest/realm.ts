/** The guest's promises in this process, for tests that compare them with the engine's own. */
import { setTurn, type Turn } from "#runtime/guest/current.js";
import { makeHelpers } from "#runtime/guest/helpers.js";
import { drainJobs } from "#runtime/guest/jobs.js";
import { combinators } from "#runtime/guest/promise-combinators.js";
import { assemblePromise, PromiseConstructor } from "#runtime/guest/promise-constructor.js";
import { initialState } from "#runtime/guest/state.js";
import type { GuestHelpers, StepFunction } from "#runtime/protocol/helpers.js";

assemblePromise(combinators);

/** %Promise% of the guest, typed as the engine's. */
export const GuestPromise = PromiseConstructor as unknown as typeof Promise;

let codes = 0;

export interface Realm {
  readonly turn: Turn;
  readonly helpers: GuestHelpers;
  /** An async function with the step function given; called without arguments. */
  lowered<T>(step: StepFunction): () => Promise<T>;
}

/** Runs `work` inside a turn of a fresh instance, then its jobs. */
export function inRealm<T>(work: (realm: Realm) => T): T {
  const instance = {
    execution: "x",
    code: new Map(),
    modules: [],
    workflows: new Map(),
    queries: new Map(),
    templates: new Map(),
    state: initialState([1, 2, 3, 4]),
  };
  const turn: Turn = { instance, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined };
  const helpers = makeHelpers(instance, {});
  setTurn(turn);
  try {
    const result = work({
      turn,
      helpers,
      lowered: <R>(step: StepFunction) => {
        const code = helpers.$code(`step${codes++}`, null, step);
        return () => helpers.$async([code, 0, undefined, undefined, []]) as Promise<R>;
      },
    });
    drainJobs();
    return result;
  } finally {
    setTurn(undefined);
  }
}

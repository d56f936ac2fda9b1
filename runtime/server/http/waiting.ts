/** Waiting for ends: however many requests wait for one execution, however often, the engine has one waiter for them. */

import type { ExecutionSummary } from "../../client/operations.js";
import type { Engine } from "../../engine/engine.js";

export class Waiting {
  readonly #engine: Pick<Engine, "result">;
  readonly #ends = new Map<string, Promise<ExecutionSummary>>();

  constructor(engine: Pick<Engine, "result">) {
    this.#engine = engine;
  }

  /** The execution when it is closed or suspended; undefined when `ms` pass or `signal` is aborted first. */
  async end(executionId: string, ms: number, signal: AbortSignal): Promise<ExecutionSummary | undefined> {
    return await within(this.#shared(executionId), ms, signal);
  }

  #shared(executionId: string): Promise<ExecutionSummary> {
    const waiting = this.#ends.get(executionId);
    if (waiting !== undefined) return waiting;
    const end = this.#engine.result(executionId);
    this.#ends.set(executionId, end);
    const forget = (): void => void this.#ends.delete(executionId);
    end.then(forget, forget);
    return end;
  }
}

/** What `promise` gives; undefined when `ms` pass or `signal` is aborted first. */
export async function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  let giveUp = (): void => {};
  const patience = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const timer = setTimeout(giveUp, ms);
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([promise, patience]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * A pool under test, programs from text, and barriers: tasks and test talk over a BroadcastChannel, so that a test
 * knows where a handler is and says when it goes on.
 */
import { BroadcastChannel } from "node:worker_threads";
import { decode, encode, type Outcome } from "#runtime/protocol/value.js";
import { POOL_LIMITS, type PoolLimits } from "#runtime/tasks/limits.js";
import { openTaskPool } from "#runtime/tasks/pool.js";
import type { HostProgram, TaskCall, TaskPool, TaskPoolOptions, ThreadDeath } from "#runtime/tasks/tasks.js";

export interface TestContext {
  after(action: () => Promise<void> | void): void;
}

/** First lines of host code: the API, and this side of the barriers. */
const PRELUDE = `
const { task, workflow } = globalThis[Symbol.for("eventual.host")];
const barrier = (name) => {
  const channel = new BroadcastChannel(name);
  const waiting = new Map();
  channel.onmessage = ({ data }) => { for (const go of waiting.get(data.release) ?? []) go(); waiting.delete(data.release); };
  channel.unref();
  return {
    tell: (text) => channel.postMessage({ told: text }),
    wait: (text) => new Promise((resolve) => { waiting.set(text, [...(waiting.get(text) ?? []), resolve]); channel.postMessage({ told: text }); }),
  };
};
const block = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
`;

let programs = 0;

/** A program of the host code `code`, in which task, workflow, barrier(name) and block() are at hand. */
export function programOf(code: string, more: Partial<HostProgram> = {}): HostProgram {
  programs++;
  return { hash: `program${programs}`, code: PRELUDE + code, map: "", resolveFrom: import.meta.dirname, ...more };
}

export class Harness {
  readonly pool: TaskPool;
  readonly deaths: ThreadDeath[] = [];
  /** Refs in the order in which they were answered. */
  readonly answered: string[] = [];
  readonly #outcomes = new Map<string, Outcome>();
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();

  constructor(t: TestContext, options: Partial<TaskPoolOptions> = {}, limits: Partial<PoolLimits> = {}) {
    this.pool = openTaskPool(
      {
        threads: 1,
        concurrency: 10,
        onSettled: (settled) => {
          for (const { ref, outcome } of settled) this.#answer(ref, outcome);
        },
        onThreadDeath: (death) => this.deaths.push(death),
        ...options,
      },
      { ...POOL_LIMITS, ...limits },
    );
    t.after(() => this.pool.close(0));
  }

  /** The outcome of a call, now or later. */
  outcome(ref: string): Promise<Outcome> {
    const known = this.#outcomes.get(ref);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.set(ref, resolve));
  }

  /** Submits one call and gives what the handler gave, or throws what it threw. */
  async run(program: HostProgram, task: string, input?: unknown, more: Partial<TaskCall> = {}): Promise<unknown> {
    const call = callOf(program, task, input, more);
    this.pool.submit([call]);
    return opened(await this.outcome(call.ref));
  }

  #answer(ref: string, outcome: Outcome): void {
    if (this.#outcomes.has(ref)) throw new Error(`${ref} was answered twice`);
    this.answered.push(ref);
    this.#outcomes.set(ref, outcome);
    this.#waiting.get(ref)?.(outcome);
  }
}

let refs = 0;

export function callOf(program: HostProgram, task: string, input?: unknown, more: Partial<TaskCall> = {}): TaskCall {
  refs++;
  return {
    ref: `call${refs}`,
    program: program.hash,
    task,
    input: encode(input),
    onCrash: "retry",
    context: {
      executionId: "checkout/1",
      workflowName: "checkout",
      scheduledTime: "2027-01-01T00:00:00.000Z",
      retry: 0,
      idempotencyKey: `key${refs}`,
      token: "t",
    },
    ...more,
  };
}

/** The value of an outcome; throws its error. */
export function opened(outcome: Outcome): unknown {
  if (outcome.ok) return decode(outcome.value);
  throw decode(outcome.error);
}

/** The test's side of the barriers of one name. */
export class Barrier {
  readonly told: string[] = [];
  readonly #channel: BroadcastChannel;
  readonly #waiting = new Map<string, { count: number; resolve: () => void }>();

  constructor(t: TestContext, name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (message: unknown) => this.#hear(message);
    t.after(() => this.#channel.close());
  }

  /** Resolves when a task has told `text`, `count` times in all. */
  heard(text: string, count = 1): Promise<void> {
    if (this.#count(text) >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(text, { count, resolve }));
  }

  /** Lets go on all who wait for `text`. */
  release(text: string): void {
    this.#channel.postMessage({ release: text });
  }

  #count(text: string): number {
    return this.told.filter((told) => told === text).length;
  }

  #hear(message: unknown): void {
    const { data } = message as { data: { told?: string } };
    if (data.told === undefined) return;
    this.told.push(data.told);
    const waiting = this.#waiting.get(data.told);
    if (waiting !== undefined && this.#count(data.told) >= waiting.count) waiting.resolve();
  }
}

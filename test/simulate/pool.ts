/** Handlers that are the simulation's: it decides when a call ends, and notes every start. */
import { type Declarations, subscriptionTask } from "#runtime/protocol/declarations.js";
import type { HostRequest } from "#runtime/protocol/host-request.js";
import { decode, encode, encodeError, type Outcome } from "#runtime/protocol/value.js";
import type { SettledTask, TaskCall, TaskPool } from "#runtime/tasks/tasks.js";
import { taskResult } from "./script.js";

export const SUBSCRIPTION = "tally";
export const HANDLER = subscriptionTask(SUBSCRIPTION);
export const SCHEDULE = "tick";
/** How long closed executions stay, ms. */
export const RETENTIONS: ReadonlyMap<string, number> = new Map([
  ["tick", 3_600_000],
  ["child", 2000],
]);
const MOST_ATTEMPTS = 3;

/** What the program of the simulation declares, its handlers being no code. */
const DECLARATIONS: Declarations = {
  subscriptions: [
    {
      name: SUBSCRIPTION,
      events: ["happened"],
      retry: {
        ...{ maxAttempts: MOST_ATTEMPTS, initialInterval: 1000, backoffCoefficient: 2 },
        ...{ jitter: false, nonRetryable: [] },
      },
    },
  ],
  schedules: [
    { name: SCHEDULE, when: { every: 1_800_000 }, workflow: "tick", input: encode(1), overlap: "allow", catchUp: 2 },
  ],
  retentions: [...RETENTIONS].map(([workflow, ms]) => ({ workflow, ms })),
};

/** What the outside world has seen of tasks, over all lives of the engine. */
export class Ledger {
  /** Starts by idempotency key. */
  readonly starts = new Map<string, { readonly task: string; count: number }>();

  note(call: TaskCall): void {
    const key = call.context.idempotencyKey;
    const known = this.starts.get(key);
    if (known === undefined) this.starts.set(key, { task: call.task, count: 1 });
    else known.count++;
  }

  /** How many different calls of a task were started. */
  calls(task: string): number {
    return [...this.starts.values()].filter((start) => start.task === task).length;
  }
}

export interface PoolHooks {
  readonly onSettled: (settled: readonly SettledTask[]) => void;
  readonly onRequest: (request: HostRequest, program: string) => Promise<Outcome>;
  /** Told of each call before its handler starts. */
  readonly check: (call: TaskCall) => void;
}

export class SimulatedPool implements TaskPool {
  /** Calls that can be ended. */
  readonly running: TaskCall[] = [];
  readonly #ledger: Ledger;
  readonly #hooks: PoolHooks;
  /** Calls whose handlers wait for the database. */
  readonly #waiting = new Set<string>();
  #closed = false;

  constructor(ledger: Ledger, hooks: PoolHooks) {
    this.#ledger = ledger;
    this.#hooks = hooks;
  }

  get pending(): number {
    return this.running.length + this.#waiting.size;
  }

  async load(): Promise<Declarations> {
    return DECLARATIONS;
  }

  submit(calls: readonly TaskCall[]): void {
    for (const call of calls) {
      if (this.#closed) continue;
      this.#hooks.check(call);
      this.#ledger.note(call);
      if (call.task === "book") void this.#write(call);
      else this.running.push(call);
    }
  }

  cancel(refs: readonly string[]): void {
    for (const ref of refs) {
      this.#waiting.delete(ref);
      this.#take(ref);
    }
  }

  /** Ends one call. */
  settle(ref: string): void {
    const call = this.#take(ref);
    if (call !== undefined) this.#hooks.onSettled([{ ref, outcome: outcomeOf(call) }]);
  }

  async close(): Promise<void> {
    this.kill();
  }

  kill(): void {
    this.#closed = true;
    this.running.length = 0;
    this.#waiting.clear();
  }

  /** The statement of a handler with a transaction; after it the handler goes on. */
  async #write(call: TaskCall): Promise<void> {
    const { ref, program, context, input } = call;
    const { n } = decode(input) as { readonly n: number };
    const sql = JSON.stringify([context.idempotencyKey, n]);
    this.#waiting.add(ref);
    const answer = await this.#hooks.onRequest(
      { kind: "statement", attempt: ref, mode: "run", sql, parameters: [] },
      program,
    );
    if (!this.#waiting.delete(ref)) return;
    if (answer.ok) this.running.push(call);
    else this.#hooks.onSettled([{ ref, outcome: answer }]);
  }

  #take(ref: string): TaskCall | undefined {
    const at = this.running.findIndex((call) => call.ref === ref);
    return at < 0 ? undefined : this.running.splice(at, 1)[0];
  }
}

function outcomeOf(call: TaskCall): Outcome {
  const { n, fails = 0 } = decode(call.input) as { readonly n: number; readonly fails?: number };
  if (call.context.retry < fails) return { ok: false, error: encodeError(new Error(`attempt ${call.context.retry}`)) };
  return { ok: true, value: encode(taskResult(n)) };
}

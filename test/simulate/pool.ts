/** Tasks whose handlers are the simulation's: it decides when a call ends, and notes every start. */
import { type Declarations, NO_DECLARATIONS } from "#runtime/protocol/declarations.js";
import { decode, encode, encodeError, type Outcome } from "#runtime/protocol/value.js";
import type { SettledTask, TaskCall, TaskPool } from "#runtime/tasks/tasks.js";
import { taskResult } from "./script.js";

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

export class SimulatedPool implements TaskPool {
  readonly running: TaskCall[] = [];
  readonly #ledger: Ledger;
  readonly #onSettled: (settled: readonly SettledTask[]) => void;
  readonly #check: (call: TaskCall) => void;
  #closed = false;

  constructor(ledger: Ledger, onSettled: (settled: readonly SettledTask[]) => void, check: (call: TaskCall) => void) {
    this.#ledger = ledger;
    this.#onSettled = onSettled;
    this.#check = check;
  }

  get pending(): number {
    return this.running.length;
  }

  async load(): Promise<Declarations> {
    return NO_DECLARATIONS;
  }

  submit(calls: readonly TaskCall[]): void {
    for (const call of calls) {
      if (this.#closed) continue;
      this.#check(call);
      this.#ledger.note(call);
      this.running.push(call);
    }
  }

  cancel(refs: readonly string[]): void {
    for (const ref of refs) this.#take(ref);
  }

  /** Ends one call. */
  settle(ref: string): void {
    const call = this.#take(ref);
    if (call !== undefined) this.#onSettled([{ ref, outcome: outcomeOf(call) }]);
  }

  async close(): Promise<void> {
    this.kill();
  }

  kill(): void {
    this.#closed = true;
    this.running.length = 0;
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

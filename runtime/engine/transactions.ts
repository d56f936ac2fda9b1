/**
 * Transactions of tasks: what a handler does through `ctx.db` is committed together with its result.
 *
 * X1  A transaction begins with the first statement of an attempt and belongs to that attempt alone; its statements run
 *     one after the other.
 * X2  It holds the database for at most `limits.transactionMs`, then it is undone and the attempt cannot succeed.
 * X3  It is committed by the attempt's success alone. However else the attempt ends, nothing of it has happened.
 */
import type { Fault } from "../protocol/fault.js";
import type { SqlResult, SqlValue, Store, StoreTransaction, Write } from "../store/store.js";
import { transactionOver, transactionTooLong } from "./faults.js";
import type { Limits } from "./limits.js";

export interface StatementRequest {
  /** `rows`: give them; `run`: give what has changed. */
  readonly mode: "rows" | "run";
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

interface Open {
  readonly begun: Promise<StoreTransaction>;
  /** Settles with the last statement. */
  last: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
  /** Why it can no longer succeed. */
  failure: Fault | undefined;
}

export class Transactions {
  readonly #store: Pick<Store, "begin">;
  readonly #limits: Limits;
  readonly #open = new Map<string, Open>();
  #stopped = false;

  constructor(store: Pick<Store, "begin">, limits: Limits) {
    this.#store = store;
    this.#limits = limits;
  }

  /** True for an attempt that has begun one. */
  has(attempt: string): boolean {
    return this.#open.has(attempt);
  }

  /** Runs a statement of an attempt. Throws Fault EV7022–EV7025 and EV6xxx. */
  async run(attempt: string, request: StatementRequest): Promise<SqlResult | readonly object[]> {
    const open = this.#open.get(attempt) ?? this.#begin(attempt);
    const result = open.last.then(async () => {
      if (open.failure !== undefined) throw open.failure;
      const transaction = await open.begun;
      if (open.failure !== undefined) throw open.failure;
      const { mode, sql, parameters } = request;
      return mode === "run" ? await transaction.run(sql, parameters) : await transaction.all(sql, parameters);
    });
    open.last = result.catch(() => undefined);
    return await result;
  }

  /** Commits what the attempt has done together with `writes`. Throws why not; then nothing has happened. */
  async commit(attempt: string, writes: readonly Write[]): Promise<void> {
    const open = this.#take(attempt);
    if (open === undefined) throw transactionOver();
    await open.last;
    clearTimeout(open.timer);
    if (open.failure !== undefined) throw open.failure;
    await (await open.begun).commit(writes);
  }

  /** Undoes what the attempt has done, if anything. */
  async undo(attempt: string): Promise<void> {
    const open = this.#take(attempt);
    if (open !== undefined) await undo(open, transactionOver());
  }

  /** Undoes all of them, and begins no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#open.keys()].map((attempt) => this.undo(attempt)));
  }

  #take(attempt: string): Open | undefined {
    const open = this.#open.get(attempt);
    this.#open.delete(attempt);
    return open;
  }

  #begin(attempt: string): Open {
    if (this.#stopped) throw transactionOver();
    const begun = this.#store.begin();
    const open: Open = { begun, last: begun.catch(() => undefined), timer: undefined, failure: undefined };
    this.#open.set(attempt, open);
    void begun.then(
      (transaction) => {
        if (open.failure !== undefined) return;
        open.timer = setTimeout(() => {
          transaction.interrupt();
          void undo(open, transactionTooLong(this.#limits.transactionMs));
        }, this.#limits.transactionMs);
      },
      () => {
        if (this.#open.get(attempt) === open) this.#open.delete(attempt);
      },
    );
    return open;
  }
}

async function undo(open: Open, failure: Fault): Promise<void> {
  open.failure ??= failure;
  clearTimeout(open.timer);
  await open.last;
  const transaction = await open.begun.catch(() => undefined);
  await transaction?.rollback();
}

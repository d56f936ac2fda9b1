/** A task's transaction in one life of an engine: its commit may kill like any other, and it dies with its engine. */
import type { SqlResult, SqlValue, Store, StoreTransaction, Write } from "../store/store.js";

export interface LifeTransactionParts {
  /** Makes the commit, if the engine lives to do so. */
  readonly commit: (writes: readonly Write[], to: Pick<Store, "commit">) => Promise<void>;
  readonly ended: () => void;
}

export class LifeTransaction implements StoreTransaction {
  readonly #transaction: StoreTransaction;
  readonly #parts: LifeTransactionParts;
  /** Settles with what was asked last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(transaction: StoreTransaction, parts: LifeTransactionParts) {
    this.#transaction = transaction;
    this.#parts = parts;
  }

  run(sql: string, parameters: readonly SqlValue[]): Promise<SqlResult> {
    return this.#noted(this.#transaction.run(sql, parameters));
  }

  all(sql: string, parameters: readonly SqlValue[]): ReturnType<StoreTransaction["all"]> {
    return this.#noted(this.#transaction.all(sql, parameters));
  }

  interrupt(): void {
    this.#transaction.interrupt();
  }

  async commit(writes: readonly Write[]): Promise<void> {
    const to: Pick<Store, "commit"> = { commit: (all) => this.#noted(this.#transaction.commit(all)) };
    await this.#parts.commit(writes, to);
    this.#parts.ended();
  }

  async rollback(): Promise<void> {
    await this.#last;
    await this.#transaction.rollback();
    this.#parts.ended();
  }

  #noted<T>(work: Promise<T>): Promise<T> {
    this.#last = work.catch(() => undefined);
    return work;
  }
}

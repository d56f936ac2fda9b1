/** Who waits for an execution to be closed or suspended. Answered only after the commit that did it. */
import type { ExecutionRow } from "../store/store.js";

interface ResultWaiter {
  readonly resolve: (row: ExecutionRow) => void;
  readonly reject: (error: unknown) => void;
}

export class ResultWaiters {
  readonly #waiters = new Map<string, Set<ResultWaiter>>();

  /**
   * Resolves with the row that `read` gives if the execution is not in progress, else with that of the commit which
   * ends its progress. Throws what `read` throws.
   */
  async wait(id: string, read: () => Promise<ExecutionRow>): Promise<ExecutionRow> {
    let waiter: ResultWaiter | undefined;
    // Waiting comes before reading: a commit between the two is not missed.
    const ended = new Promise<ExecutionRow>((resolve, reject) => {
      waiter = { resolve, reject };
      this.#add(id, waiter);
    });
    // A rejection while the row is being read is not unheard: `ended` is awaited afterwards, or of no interest.
    ended.catch(() => {});
    try {
      const row = await read();
      return row.status === "IN_PROGRESS" ? await ended : row;
    } finally {
      if (waiter !== undefined) this.#remove(id, waiter);
    }
  }

  /** The execution is closed or suspended: a commit has made it so. */
  ended(row: ExecutionRow): void {
    for (const waiter of this.#waiters.get(row.id) ?? []) waiter.resolve(row);
  }

  /** No answer will come in this process. */
  giveUp(error: unknown): void {
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.reject(error);
  }

  #add(id: string, waiter: ResultWaiter): void {
    const waiters = this.#waiters.get(id) ?? new Set();
    waiters.add(waiter);
    this.#waiters.set(id, waiters);
  }

  #remove(id: string, waiter: ResultWaiter): void {
    const waiters = this.#waiters.get(id);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(id);
  }
}

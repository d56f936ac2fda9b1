/** A database for unit tests of tasks with `transaction: true`: what their `ctx.db` is in `runTask`. */
import type { SqlParameter, TaskDatabase } from "../api/types.js";
import { openStore } from "../store/sqlite/open.js";
import type { Store, StoreTransaction } from "../store/store.js";

/** Tables in memory. Statements of the test itself are each a transaction of their own. */
export interface TestDatabase extends TaskDatabase {
  close(): Promise<void>;
}

/** What `runTask` needs of it besides. */
export class MemoryDatabase implements TestDatabase {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  begin(): Promise<StoreTransaction> {
    return this.#store.begin();
  }

  readonly run: TaskDatabase["run"] = (sql, ...parameters) =>
    this.#committed((transaction) => transaction.run(sql, parameters));

  readonly all: TaskDatabase["all"] = async <Row>(sql: string, ...parameters: readonly SqlParameter[]) =>
    (await this.#committed((transaction) => transaction.all(sql, parameters))) as readonly Row[];

  readonly get: TaskDatabase["get"] = async <Row>(sql: string, ...parameters: readonly SqlParameter[]) =>
    (await this.all<Row>(sql, ...parameters))[0];

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #committed<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    const transaction = await this.#store.begin();
    try {
      const result = await work(transaction);
      await transaction.commit([]);
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }
}

/**
 * Opens an empty database and runs `statements` in it: `CREATE TABLE …`, `INSERT …`. To be closed. Throws Fault EV6xxx
 * for a statement that fails.
 *
 * ```ts
 * const database = await openTestDatabase("CREATE TABLE account (name TEXT, cents INTEGER)");
 * await runTask(deposit, { to: "Ada", cents: 500 }, { database });
 * assert.deepEqual(await database.get("SELECT cents FROM account WHERE name = ?", "Ada"), { cents: 500 });
 * await database.close();
 * ```
 */
export async function openTestDatabase(...statements: readonly string[]): Promise<TestDatabase> {
  const database = new MemoryDatabase(await openStore(":memory:"));
  for (const statement of statements) await database.run(statement);
  return database;
}

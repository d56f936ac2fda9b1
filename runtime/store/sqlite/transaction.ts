/**
 * A transaction in which an author's own statements and Eventual's writes are committed together.
 *
 * X1  It has the database for itself: nothing else is written until it ends.
 * X2  After a statement that undid the whole transaction (a full disk, an `OR ROLLBACK`) nothing runs any more.
 */
import { Fault } from "../../protocol/fault.js";
import type { SqlResult, SqlValue, StoreTransaction, Write } from "../store.js";
import type { Changes } from "./change.js";
import type { Connection, Row } from "./driver.js";
import type { CommitPipeline } from "./pipeline.js";
import type { StatementGuard } from "./statements.js";

export interface TransactionParts {
  readonly path: string;
  readonly connection: Connection;
  readonly pipeline: CommitPipeline;
  readonly guard: StatementGuard;
  readonly changesOf: (writes: readonly Write[]) => Changes;
}

/** Begins when no other transaction is open. Throws Fault EV6xxx. */
export async function beginTransaction(parts: TransactionParts): Promise<StoreTransaction> {
  const release = await parts.pipeline.hold();
  const fault = await parts.pipeline.whileHeld(() => parts.connection.exec("BEGIN IMMEDIATE"));
  if (fault === undefined) return new SqliteTransaction(parts, release);
  release();
  throw fault;
}

class SqliteTransaction implements StoreTransaction {
  readonly #parts: TransactionParts;
  readonly #release: () => void;
  #state: "open" | "undone" | "ended" = "open";

  constructor(parts: TransactionParts, release: () => void) {
    this.#parts = parts;
    this.#release = release;
  }

  async run(sql: string, parameters: readonly SqlValue[]): Promise<SqlResult> {
    await this.#statement(sql, parameters);
    const [row] = await this.#all("SELECT changes() AS changes, last_insert_rowid() AS lastId", []);
    return { changes: Number(row?.changes), lastId: Number(row?.lastId) };
  }

  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#statement(sql, parameters);
  }

  interrupt(): void {
    this.#parts.connection.interrupt();
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (this.#state === "undone") await this.rollback();
    this.#requireOpen();
    const { connection, pipeline, changesOf } = this.#parts;
    const fault = await pipeline.whileHeld(async () => {
      await pipeline.applyHeld(changesOf(writes));
      await connection.exec("COMMIT");
    });
    if (fault !== undefined) await pipeline.undoHeld();
    this.#end();
    if (fault !== undefined) throw fault;
  }

  async rollback(): Promise<void> {
    if (this.#state === "ended") return;
    await this.#parts.pipeline.undoHeld();
    this.#end();
  }

  async #statement(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    this.#requireOpen();
    let rows: readonly Row[] = [];
    const fault = await this.#parts.pipeline.whileHeld(async () => {
      await this.#parts.guard.check(sql);
      rows = await this.#all(sql, parameters);
    });
    if (fault === undefined) return rows;
    await this.#look();
    throw statementFault(fault, sql);
  }

  /** After an error: is the transaction still there? Only then can none be begun. */
  async #look(): Promise<void> {
    const { connection } = this.#parts;
    try {
      await connection.exec("BEGIN");
    } catch {
      return;
    }
    this.#state = "undone";
    await connection.exec("ROLLBACK");
  }

  async #all(sql: string, parameters: readonly SqlValue[]): Promise<readonly Row[]> {
    const statement = await this.#parts.connection.prepare(sql);
    try {
      return (await statement.all(parameters.map(bound))).map(plain);
    } finally {
      await statement.finalize();
    }
  }

  #requireOpen(): void {
    if (this.#state === "open") return;
    throw new Fault("EV7023", "the task's transaction is over", {
      place: this.#parts.path,
      remedy:
        "An earlier statement has undone all of it, as a full disk and `OR ROLLBACK` do: let the handler throw then. Use ctx.db only until the handler has returned.",
    });
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#release();
  }
}

/** A row whose bytes are what an author knows. */
function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? new Uint8Array(value) : value]),
  );
}

function bound(value: SqlValue): string | number | null | Buffer {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** What went wrong with an author's statement, as the author's own matter where it is one. */
function statementFault(fault: Fault, sql: string): Fault {
  if (!["EV6014", "EV6015", "EV6019"].includes(fault.code)) return fault;
  const why = fault.message.replace(/^.*?(?=SQLITE_)/s, "");
  return new Fault("EV7024", `a statement of the task's transaction failed: ${why}: ${sql.trim().slice(0, 200)}`, {
    remedy: "Correct the statement, or catch the error in the handler: the transaction goes on without the statement.",
    cause: fault,
  });
}

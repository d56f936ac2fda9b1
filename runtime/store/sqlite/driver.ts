/**
 * The only file that knows the `sqlite3` package: promises instead of callbacks, Faults instead of its errors.
 * Another SQLite binding joins by implementing `Connection`.
 *
 * D1  Calls on one connection run one at a time, in the order in which they were made. (The package does not keep the
 *     order of calls on different prepared statements, and parallel calls only block threads of the pool.)
 * D2  A statement runs to its end before its call resolves: no read transaction stays open between two calls.
 * D3  Every error is a Fault EV6xxx whose `cause` is the error of SQLite.
 * D4  A statement that has failed is reset before its call rejects. One that could not get a lock would otherwise count
 *     as running, and as long as one that writes runs, SQLite commits nothing of what other statements write.
 */
import sqlite3 from "sqlite3";
import { Fault } from "../../protocol/fault.js";
import { faultOf } from "./faults.js";

/** What can be bound to a parameter. Parameters that are not given are NULL. */
export type Value = string | number | null | Uint8Array;
/** One result row, by column name. */
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  /** Runs the statement and drops its rows. */
  run(parameters?: readonly Value[]): Promise<void>;
  /** Runs the statement and returns all its rows. */
  all(parameters?: readonly Value[]): Promise<readonly Row[]>;
  /** Frees the statement and what is bound to it. */
  finalize(): Promise<void>;
}

export interface Connection {
  prepare(sql: string): Promise<Statement>;
  /** Runs several statements without parameters. */
  exec(sql: string): Promise<void>;
  /** Cuts off what is running, from any thread: its call throws. */
  interrupt(): void;
  /** Frees all statements and closes the file. Closing twice is allowed. */
  close(): Promise<void>;
}

/** `create`: read, write, make the file if it is missing. */
export type OpenMode = "create" | "write" | "read";
export type Connect = (path: string, mode: OpenMode) => Promise<Connection>;

const OPEN_FLAGS: Record<OpenMode, number> = {
  create: sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE | sqlite3.OPEN_FULLMUTEX,
  write: sqlite3.OPEN_READWRITE | sqlite3.OPEN_FULLMUTEX,
  read: sqlite3.OPEN_READONLY | sqlite3.OPEN_FULLMUTEX,
};

/** Opens a database file, or `:memory:`. Throws Fault EV6xxx. */
export const connect: Connect = async (path, mode) => {
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opening: sqlite3.Database = new sqlite3.Database(path, OPEN_FLAGS[mode], (error) => {
      if (error) reject(faultOf(error, path));
      else resolve(opening);
    });
  });
  return new Sqlite3Connection(database, path);
};

type Callback<T> = (error: Error | null, result?: T) => void;

class Sqlite3Connection implements Connection {
  readonly #database: sqlite3.Database;
  readonly #path: string;
  readonly #statements = new Set<Sqlite3Statement>();
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(database: sqlite3.Database, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async prepare(sql: string): Promise<Statement> {
    const prepared = await this.call<Statement>((callback) => {
      const native = this.#database.prepare(sql, (error) => {
        if (error) return callback(error);
        const statement = new Sqlite3Statement(this, native);
        this.#statements.add(statement);
        callback(null, statement);
      });
    });
    return prepared as Statement;
  }

  async exec(sql: string): Promise<void> {
    await this.call((callback) => {
      this.#database.exec(sql, callback);
    });
  }

  interrupt(): void {
    if (!this.#closed) this.#database.interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Statements that are still being prepared are among those to be freed.
    await this.#last;
    for (const statement of this.#statements) await new Promise<void>((resolve) => statement.free(resolve));
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => (error ? reject(faultOf(error, this.#path)) : resolve()));
    });
  }

  forget(statement: Sqlite3Statement): void {
    this.#statements.delete(statement);
  }

  /** D1: starts `action` when every earlier call has ended. */
  call<T>(action: (callback: Callback<T>) => void): Promise<T | undefined> {
    if (this.#closed) return Promise.reject(closedFault(this.#path));
    const result = this.#last.then(
      () =>
        new Promise<T | undefined>((resolve, reject) => {
          action((error, value) => (error ? reject(faultOf(error, this.#path)) : resolve(value)));
        }),
    );
    this.#last = result.catch(() => undefined);
    return result;
  }
}

class Sqlite3Statement implements Statement {
  readonly #connection: Sqlite3Connection;
  readonly #native: sqlite3.Statement;
  #finalized = false;

  constructor(connection: Sqlite3Connection, native: sqlite3.Statement) {
    this.#connection = connection;
    this.#native = native;
  }

  async run(parameters: readonly Value[] = []): Promise<void> {
    await this.#connection.call((callback) => {
      this.#native.run(parameters, this.#thenReset(callback));
    });
  }

  // Not `get`: it leaves the statement, hence its read transaction, open after the first row.
  async all(parameters: readonly Value[] = []): Promise<readonly Row[]> {
    const rows = await this.#connection.call<Row[]>((callback) => {
      this.#native.all(parameters, this.#thenReset(callback));
    });
    return rows ?? [];
  }

  /** D4 */
  #thenReset<T>(callback: Callback<T>): Callback<T> {
    return (error, result) => {
      if (error === null) callback(null, result);
      else this.#native.reset(() => callback(error));
    };
  }

  async finalize(): Promise<void> {
    if (this.#finalized) return;
    this.#finalized = true;
    this.#connection.forget(this);
    await this.#connection.call<void>((callback) => this.free(() => callback(null)));
  }

  /** Frees it at once, whatever else is under way (D1 is the caller's to keep). */
  free(freed: () => void): void {
    this.#finalized = true;
    this.#native.finalize(() => freed());
  }
}

function closedFault(path: string): Fault {
  return new Fault("EV6013", "the database has been closed", {
    place: path,
    remedy: "Open the store again; an engine that is shutting down takes no more work.",
  });
}

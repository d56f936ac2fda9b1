/**
 * The commit pipeline: gathers the commits that arrive while a transaction is being synced and writes them in one.
 *
 * P1  A commit resolves when its transaction is durable; commits take effect in the order of the calls.
 * P2  A gathered transaction that fails is undone, and each commit in it is tried alone: only the guilty are rejected.
 * P3  After an error that makes the file or the state of the connection doubtful nothing more is written.
 * P4  The driver is never given a statement while an earlier one runs: BEGIN, rows and COMMIT cannot change places.
 * P5  While the database is held by somebody nothing else is written; commits and who waits for it keep their order.
 */
import { Fault } from "../../protocol/fault.js";
import { type Changes, COLUMNS, labelOf, together } from "./change.js";
import type { Connection, Statement, Value } from "./driver.js";
import { faultOf, isContradiction, isFatal, isOfEnvironment } from "./faults.js";
import { changeStatement } from "./procedures.js";

/** Rows of the largest statement: a power of two below SQLite's limit of 32,766 parameters. */
export const MAX_ROWS = 2048;
/** A group takes no further commit once its texts are this large (UTF-16 units). */
const MAX_GROUP_SIZE = 8 << 20;
/** A statement keeps what was bound to it: after rows this large it is freed instead of kept. */
const MAX_KEPT_SIZE = 1 << 20;

const WIDTH = COLUMNS.length;
/** Somebody who wants the connection for himself. */
interface Holder {
  /** Gives it to him; he calls `release` when he is done. */
  readonly grant: (release: () => void) => void;
}

interface Pending {
  readonly changes: Changes;
  readonly resolve: () => void;
  readonly reject: (fault: Fault) => void;
}

export class CommitPipeline {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #statements = new Map<number, Statement>();
  #queue: (Pending | Holder)[] = [];
  #running: Promise<void> | undefined;
  #broken: Fault | undefined;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** Durable when it resolves. Throws Fault EV6xxx when nothing of it was stored. */
  commit(changes: Changes): Promise<void> {
    if (changes.rows === 0 && changes.clock === undefined) return this.idle();
    return new Promise((resolve, reject) => {
      this.#queue.push({ changes, resolve, reject });
      this.#drainSoon();
    });
  }

  /** Why nothing more is written (P3). */
  get broken(): Fault | undefined {
    return this.#broken;
  }

  /** Resolves when every commit made so far has been answered. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Runs `action` while no transaction is open; commits made meanwhile wait. */
  async between<T>(action: () => Promise<T>): Promise<T> {
    const release = await this.hold();
    try {
      return await action();
    } finally {
      release();
    }
  }

  /** Resolves when no transaction is open. Nothing else is written until what it gives is called (P5). */
  hold(): Promise<() => void> {
    return new Promise((grant) => {
      this.#queue.push({ grant });
      this.#drainSoon();
    });
  }

  /** Runs `action` on the held connection unless the store is broken; the Fault of what it throws. */
  async whileHeld(action: () => Promise<void>): Promise<Fault | undefined> {
    return await this.#attempt(action);
  }

  /** Applies changes inside the holder's own transaction. Throws what the driver throws. */
  async applyHeld(changes: Changes): Promise<void> {
    await this.#insertAll(together([changes]), changes.size > MAX_KEPT_SIZE);
  }

  /** Undoes the holder's transaction, if there still is one. */
  async undoHeld(): Promise<void> {
    await this.#rollback();
  }

  /** From the next microtask, so that the commits of one synchronous stretch share a transaction. */
  #drainSoon(): void {
    this.#running ??= Promise.resolve().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if ("grant" in next) {
        this.#queue.shift();
        await new Promise<void>(next.grant);
      } else {
        await this.#write(this.#takeGroup());
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): readonly Pending[] {
    const group: Pending[] = [];
    // One for the clock.
    let rows = 1;
    let size = 0;
    for (const pending of this.#queue) {
      if ("grant" in pending) break;
      rows += pending.changes.rows;
      size += pending.changes.size;
      if (group.length > 0 && (rows > MAX_ROWS || size > MAX_GROUP_SIZE)) break;
      group.push(pending);
    }
    this.#queue = this.#queue.slice(group.length);
    return group;
  }

  async #write(group: readonly Pending[]): Promise<void> {
    const fault = await this.#attempt(() => this.#apply(group));
    if (fault === undefined) {
      for (const pending of group) pending.resolve();
      return;
    }
    const [first] = group;
    if (isOfEnvironment(fault) || this.#broken !== undefined) {
      for (const pending of group) pending.reject(fault);
    } else if (group.length > 1) {
      await this.#writeEachAlone(group);
    } else if (first !== undefined) {
      first.reject(isContradiction(fault) ? await this.#explain(first, fault) : fault);
    }
  }

  /** P2. A failure of the environment meets all that follow, without another wait for a busy file. */
  async #writeEachAlone(group: readonly Pending[]): Promise<void> {
    for (const [index, pending] of group.entries()) {
      const fault = await this.#attempt(() => this.#apply([pending]));
      if (fault === undefined) {
        pending.resolve();
      } else if (isContradiction(fault)) {
        pending.reject(await this.#explain(pending, fault));
      } else if (isOfEnvironment(fault) || this.#broken !== undefined) {
        for (const rest of group.slice(index)) rest.reject(fault);
        return;
      } else {
        pending.reject(fault);
      }
    }
  }

  /** P3: runs `action` unless the store is broken, and notes whether it is broken now. */
  async #attempt(action: () => Promise<void>): Promise<Fault | undefined> {
    if (this.#broken !== undefined) return this.#broken;
    try {
      await action();
      return undefined;
    } catch (error) {
      const fault = faultOf(error, this.#path);
      if (isFatal(fault)) this.#break(fault);
      return fault;
    }
  }

  #break(cause: Fault): void {
    this.#broken ??= new Fault("EV6012", `nothing more is written after an earlier error: ${cause.message}`, {
      place: this.#path,
      remedy: `${cause.remedy} Then restart the engine; everything that was acknowledged is kept.`,
      cause,
    });
  }

  async #apply(group: readonly Pending[]): Promise<void> {
    const commits = group.map(({ changes }) => changes);
    const values = together(commits);
    const isLarge = commits.reduce((sum, { size }) => sum + size, 0) > MAX_KEPT_SIZE;
    if (values.length <= MAX_ROWS * WIDTH) return this.#insert(values, isLarge);
    await this.#connection.exec("BEGIN IMMEDIATE");
    try {
      await this.#insertAll(values, isLarge);
      await this.#connection.exec("COMMIT");
    } catch (error) {
      await this.#rollback();
      throw error;
    }
  }

  async #insertAll(values: readonly Value[], isLarge: boolean): Promise<void> {
    for (let start = 0; start < values.length; start += MAX_ROWS * WIDTH) {
      await this.#insert(values.slice(start, start + MAX_ROWS * WIDTH), isLarge);
    }
  }

  /** One statement; outside a transaction it is one. */
  async #insert(values: readonly Value[], isLarge: boolean): Promise<void> {
    const rows = statementRows(values.length / WIDTH);
    const statement = await this.#statement(rows);
    try {
      await statement.run(values);
    } finally {
      if (isLarge) {
        this.#statements.delete(rows);
        // Whatever becomes of this, the commit has its answer; closing the connection frees what is left.
        await statement.finalize().catch(() => undefined);
      }
    }
  }

  async #statement(rows: number): Promise<Statement> {
    const kept = this.#statements.get(rows);
    if (kept !== undefined) return kept;
    const statement = await this.#connection.prepare(changeStatement(rows));
    this.#statements.set(rows, statement);
    return statement;
  }

  async #rollback(): Promise<void> {
    try {
      await this.#connection.exec("ROLLBACK");
    } catch (error) {
      // Some errors have rolled back already. Any other leaves a transaction open, in which later commits would be
      // acknowledged without being durable.
      const fault = faultOf(error, this.#path);
      if (!fault.message.includes("no transaction is active")) this.#break(fault);
    }
  }

  /** Applies a refused commit row by row, and undoes it, to find the write that contradicts. */
  async #explain(pending: Pending, fault: Fault): Promise<Fault> {
    let guilty = fault;
    // Should this fail itself, then the first refusal stands as it is.
    await this.#attempt(async () => {
      await this.#connection.exec("BEGIN IMMEDIATE");
      try {
        const { values, rows } = pending.changes;
        for (let row = 0; row < rows; row++) {
          const own = values.slice(row * WIDTH, (row + 1) * WIDTH);
          const refusal = await this.#attempt(() => this.#insert(own, false));
          if (refusal === undefined) continue;
          if (isContradiction(refusal)) guilty = this.#contradiction(labelOf(values, row), row, rows, refusal);
          break;
        }
      } finally {
        await this.#rollback();
      }
    });
    return guilty;
  }

  #contradiction(label: string, row: number, rows: number, refusal: Fault): Fault {
    const why = refusal.message.replace(/^.*SQLITE_CONSTRAINT: /, "");
    return new Fault("EV6014", `a write contradicts the stored state: ${label} (row ${row + 1} of ${rows}): ${why}`, {
      place: this.#path,
      remedy: refusal.remedy,
      cause: refusal,
    });
  }
}

/**
 * Rows of the statement for `count` changes: 1, 2, 3, 4, 6, 8, 12, 16, … Few statements to keep, and at most a third of
 * one's rows are padding, which SQLite has to look at too.
 */
function statementRows(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  const between = (power / 4) * 3;
  return Number.isInteger(between) && between >= count ? between : power;
}

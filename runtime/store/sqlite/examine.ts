/**
 * Looks into a database beside whoever has it open: on a read-only connection, without the engine's lock. An engine
 * that runs is not held up; each answer is one committed state.
 *
 * N1  Nothing is written: only `backup` writes, to another file, which must not exist.
 */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Fault } from "../../protocol/fault.js";
import type { PayloadCodec } from "../codec.js";
import type { ExecutionRow, History, LogRow, StoredExecution } from "../store.js";
import { writeBackup } from "./backup.js";
import { type Connection, connect, type Row, type Value } from "./driver.js";
import { type Finding, findingsOf } from "./findings.js";
import { inspect } from "./inspect.js";
import {
  type ChildRow,
  childrenOf,
  countByStatus,
  countByWorkflow,
  EXECUTION,
  type ExecutionFilter,
  historyOf,
  lastHistory,
  listExecutions,
  type Rate,
  ratesSince,
} from "./looking.js";
import { loadExecution } from "./queries.js";
import { executionRow, logRow, numberOf, textOf } from "./rows.js";
import { requireCodec, unsealed } from "./sealing.js";

export interface Examination {
  stats(): Promise<StoreStats>;
  /** What is under way, by indexes alone: cheap enough to be asked every few seconds. */
  load(): Promise<StoreLoad>;
  /** What contradicts the invariants of the layout; empty for a sound database. Reads the whole file. */
  findings(progress: (check: string) => void): Promise<readonly Finding[]>;
  programs(): Promise<readonly StoredProgram[]>;
  /** The artifact's text. */
  program(hash: string): Promise<string | undefined>;
  /** A page of executions, newest first. */
  list(filter: ExecutionFilter): Promise<readonly ExecutionRow[]>;
  countByStatus(): Promise<ReadonlyMap<string, number>>;
  countByWorkflow(): Promise<ReadonlyMap<string, number>>;
  /** Starts and ends since `from` (ms since the epoch), by stretches of `step` ms. */
  ratesSince(from: number, step: number): Promise<readonly Rate[]>;
  /** What is kept of an execution's history: the latest `limit` commits, oldest first. */
  history(key: number, limit: number): Promise<readonly History[]>;
  /** Grows with each commit of the execution that left something to see. */
  lastHistory(key: number): Promise<number>;
  children(key: number, limit: number): Promise<readonly ChildRow[]>;
  /** One execution with what it rests on. */
  execution(id: string): Promise<ExaminedExecution | undefined>;
  /** What an execution is brought up from. */
  state(key: number): Promise<StoredExecution | undefined>;
  /** The lines after line `after`, oldest first. */
  logs(key: number, query: { readonly after: number; readonly limit: number }): Promise<readonly LogRow[]>;
  /** Lines of all executions after line `after`, oldest first. */
  allLogs(query: { readonly after: number; readonly limit: number }): Promise<readonly NamedLogRow[]>;
  /** The last line's number; 0 without one. */
  lastLog(): Promise<number>;
  /** Every checkpoint, in pages. */
  checkpoints(): AsyncIterable<NamedCheckpoint>;
  /**
   * Copies the database as it is now to a new file, which is there once it is whole and synced. Throws Fault EV6020 when
   * that file is there, EV6002, EV6009 and the like when it cannot be written; the copy so far is then removed.
   */
  backup(file: string): Promise<void>;
  /** Cuts off what is under way: its call throws. */
  interrupt(): void;
  close(): Promise<void>;
}

export interface NamedLogRow extends LogRow {
  /** Id of the execution. */
  readonly execution: string;
}

export interface NamedCheckpoint {
  /** Id of the execution. */
  readonly execution: string;
  readonly text: string;
}

/** Times in ms since the epoch, sizes in bytes. */
export interface StoreStats {
  readonly fileBytes: number;
  readonly logBytes: number;
  readonly incarnation: number;
  readonly executions: readonly { readonly workflow: string; readonly status: string; readonly count: number }[];
  readonly kinds: readonly { readonly kind: string; readonly rows: number; readonly bytes: number }[];
  readonly oldestInProgress: { readonly id: string; readonly startTime: number } | undefined;
  readonly nextTimer: number | undefined;
  readonly oldestTask: { readonly execution: string; readonly task: string; readonly since: number } | undefined;
}

/** Times in ms since the epoch, sizes in bytes. */
export interface StoreLoad {
  readonly fileBytes: number;
  readonly logBytes: number;
  readonly openTasks: {
    readonly waiting: number;
    readonly resting: number;
    readonly scheduled: number;
    readonly running: number;
  };
  readonly oldestTask: number | undefined;
  readonly messages: number;
  readonly nextTimer: number | undefined;
}

export interface StoredProgram {
  readonly hash: string;
  readonly bytes: number;
  readonly executions: number;
  readonly inProgress: number;
}

export interface ExaminedExecution {
  readonly row: ExecutionRow;
  readonly checkpoint: { readonly n: number; readonly text: string } | undefined;
  /** Activations recorded since the checkpoint, and when the last was. */
  readonly tail: { readonly count: number; readonly last: number | undefined };
  readonly timers: readonly { readonly seq: number; readonly at: number }[];
  readonly tasks: readonly {
    readonly seq: number;
    readonly task: string;
    readonly attempt: number;
    readonly since: number;
  }[];
  readonly inbox: number;
}

/** Opens the database at `path`. Throws Fault EV6001 to EV6019 as opening an engine does, but not that it is in use. */
export async function examine(path: string, codec?: PayloadCodec): Promise<Examination> {
  const file = resolve(path);
  if ((await inspect(file, "header", connect)) === 0) {
    throw new Fault("EV6003", "the file is not a database of Eventual: it is empty", {
      place: file,
      remedy: "Give the path of a database that Eventual made.",
    });
  }
  const connection = await connect(file, "read");
  try {
    await connection.exec("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;");
    await requireCodec(connection, codec, file);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return new OpenExamination(file, unsealed(connection, codec));
}

const CHECKPOINT_PAGE = 200;

const KINDS: readonly (readonly [kind: string, sql: string])[] = [
  ["executions", "SELECT count(*) AS rows, total(octet_length(input)) AS bytes FROM execution"],
  ["checkpoints", "SELECT count(*) AS rows, total(octet_length(text)) AS bytes FROM checkpoint"],
  ["tails", "SELECT count(*) AS rows, total(octet_length(events)) AS bytes FROM tail"],
  ["messages", "SELECT count(*) AS rows, total(octet_length(event)) AS bytes FROM inbox"],
  ["tasks", "SELECT count(*) AS rows, total(octet_length(input)) AS bytes FROM task"],
  ["timers", "SELECT count(*) AS rows, 0 AS bytes FROM timer"],
  ["history", "SELECT count(*) AS rows, total(octet_length(text)) AS bytes FROM history"],
  ["log lines", "SELECT count(*) AS rows, total(octet_length(text)) AS bytes FROM log"],
  ["programs", "SELECT count(*) AS rows, total(octet_length(artifact)) AS bytes FROM program"],
];

class OpenExamination implements Examination {
  readonly #path: string;
  readonly #connection: Connection;
  /** Settles when no transaction is open. */
  #reading: Promise<unknown> = Promise.resolve();
  readonly #read = (sql: string, ...parameters: readonly Value[]) => this.#all(sql, ...parameters);

  constructor(path: string, connection: Connection) {
    this.#path = path;
    this.#connection = connection;
  }

  async stats(): Promise<StoreStats> {
    const executions = await this.#all(
      "SELECT workflow, status, count(*) AS count FROM execution GROUP BY workflow, status ORDER BY workflow, status",
    );
    const kinds: StoreStats["kinds"][number][] = [];
    for (const [kind, sql] of KINDS) {
      const row = await this.#one(sql);
      kinds.push({ kind, rows: numberOf(row, "rows"), bytes: numberOf(row, "bytes") });
    }
    const oldest = await this.#one(
      "SELECT id, start_time AS at FROM execution WHERE status = 'IN_PROGRESS' ORDER BY start_time LIMIT 1",
    );
    const timer = await this.#one("SELECT at FROM timer WHERE active = 1 ORDER BY at LIMIT 1");
    const task = await this.#one(
      "SELECT id, task, scheduled_time AS at FROM task JOIN execution ON key = task.execution ORDER BY row LIMIT 1",
    );
    const { incarnation } = (await this.#one("SELECT value AS incarnation FROM meta WHERE name = 'incarnation'")) ?? {};
    return {
      fileBytes: sizeOf(this.#path),
      logBytes: sizeOf(`${this.#path}-wal`),
      incarnation: numberOf({ incarnation }, "incarnation"),
      executions: executions.map((row) => ({
        workflow: textOf(row, "workflow"),
        status: textOf(row, "status"),
        count: numberOf(row, "count"),
      })),
      kinds,
      oldestInProgress: oldest && { id: textOf(oldest, "id"), startTime: numberOf(oldest, "at") },
      nextTimer: timer && numberOf(timer, "at"),
      oldestTask: task && { execution: textOf(task, "id"), task: textOf(task, "task"), since: numberOf(task, "at") },
    };
  }

  async load(): Promise<StoreLoad> {
    const tasks = await this.#one(`SELECT coalesce(sum(waiting = 1), 0) AS waiting,
      coalesce(sum(waiting = 0 AND lease <> 0), 0) AS running,
      coalesce(sum(waiting = 0 AND lease = 0 AND attempt > 0), 0) AS resting,
      coalesce(sum(waiting = 0 AND lease = 0 AND attempt = 0), 0) AS scheduled FROM task`);
    const oldest = await this.#one("SELECT scheduled_time AS at FROM task ORDER BY row LIMIT 1");
    const timer = await this.#one("SELECT at FROM timer WHERE active = 1 ORDER BY at LIMIT 1");
    const inbox = await this.#one("SELECT count(*) AS count FROM inbox WHERE active = 1");
    const count = (state: string): number => numberOf(tasks, state);
    return {
      fileBytes: sizeOf(this.#path),
      logBytes: sizeOf(`${this.#path}-wal`),
      openTasks: {
        ...{ waiting: count("waiting"), resting: count("resting") },
        ...{ scheduled: count("scheduled"), running: count("running") },
      },
      oldestTask: oldest && numberOf(oldest, "at"),
      messages: numberOf(inbox, "count"),
      nextTimer: timer && numberOf(timer, "at"),
    };
  }

  findings = (progress: (check: string) => void) => findingsOf(this.#read, progress);

  async programs(): Promise<readonly StoredProgram[]> {
    const rows = await this.#all(`
      SELECT hash, octet_length(artifact) AS bytes,
        (SELECT count(*) FROM execution WHERE execution.program = program.key) AS executions,
        (SELECT count(*) FROM execution WHERE execution.program = program.key AND status = 'IN_PROGRESS') AS inProgress
      FROM program ORDER BY program.deployed DESC`);
    return rows.map((row) => ({
      hash: textOf(row, "hash"),
      bytes: numberOf(row, "bytes"),
      executions: numberOf(row, "executions"),
      inProgress: numberOf(row, "inProgress"),
    }));
  }

  list = (filter: ExecutionFilter) => listExecutions(this.#read, filter);
  countByStatus = () => countByStatus(this.#read);
  countByWorkflow = () => countByWorkflow(this.#read);
  ratesSince = (from: number, step: number) => ratesSince(this.#read, from, step);
  history = (key: number, limit: number) => historyOf(this.#read, key, limit);
  lastHistory = (key: number) => lastHistory(this.#read, key);
  children = (key: number, limit: number) => childrenOf(this.#read, key, limit);

  async program(hash: string): Promise<string | undefined> {
    const row = await this.#one("SELECT artifact FROM program WHERE hash = ?", hash);
    return row && textOf(row, "artifact");
  }

  /** In one read transaction; there is only one at a time. */
  async execution(id: string): Promise<ExaminedExecution | undefined> {
    const before = this.#reading;
    const found = before.then(async () => {
      await this.#connection.exec("BEGIN");
      try {
        return await this.#execution(id);
      } finally {
        await this.#connection.exec("COMMIT");
      }
    });
    this.#reading = found.catch(() => {});
    return await found;
  }

  async #execution(id: string): Promise<ExaminedExecution | undefined> {
    const found = await this.#one(`${EXECUTION} WHERE id = ?`, id);
    if (found === undefined) return undefined;
    const row = executionRow(found);
    const { key } = row;
    const checkpoint = await this.#one("SELECT n, text FROM checkpoint WHERE execution = ?", key);
    const tail = await this.#one("SELECT count(*) AS count, max(now) AS last FROM tail WHERE execution = ?", key);
    const timers = await this.#all("SELECT seq, at FROM timer WHERE execution = ? ORDER BY at, seq", key);
    const tasks = await this.#all(
      "SELECT seq, task, attempt, scheduled_time AS since FROM task WHERE execution = ? ORDER BY seq",
      key,
    );
    const inbox = await this.#one("SELECT count(*) AS count FROM inbox WHERE execution = ?", key);
    const count = numberOf(tail, "count");
    return {
      row,
      checkpoint: checkpoint && { n: numberOf(checkpoint, "n"), text: textOf(checkpoint, "text") },
      tail: { count, last: count === 0 ? undefined : numberOf(tail, "last") },
      timers: timers.map((timer) => ({ seq: numberOf(timer, "seq"), at: numberOf(timer, "at") })),
      tasks: tasks.map((task) => ({
        seq: numberOf(task, "seq"),
        task: textOf(task, "task"),
        attempt: numberOf(task, "attempt"),
        since: numberOf(task, "since"),
      })),
      inbox: numberOf(inbox, "count"),
    };
  }

  state(key: number): Promise<StoredExecution | undefined> {
    return loadExecution(this.#read, key);
  }

  async logs(key: number, { after, limit }: { after: number; limit: number }): Promise<readonly LogRow[]> {
    const sql = "SELECT id, time, level, text FROM log WHERE execution = ? AND id > ? ORDER BY id LIMIT ?";
    return (await this.#all(sql, key, after, limit)).map(logRow);
  }

  async allLogs({ after, limit }: { after: number; limit: number }): Promise<readonly NamedLogRow[]> {
    const sql = `SELECT log.id, execution.id AS execution, time, level, text FROM log
      JOIN execution ON execution.key = log.execution WHERE log.id > ? ORDER BY log.id LIMIT ?`;
    return (await this.#all(sql, after, limit)).map((row) => ({ ...logRow(row), execution: textOf(row, "execution") }));
  }

  async lastLog(): Promise<number> {
    return numberOf(await this.#one("SELECT coalesce(max(id), 0) AS last FROM log"), "last");
  }

  async *checkpoints(): AsyncGenerator<NamedCheckpoint> {
    const sql = `SELECT checkpoint.execution AS key, id, text FROM checkpoint JOIN execution ON key = checkpoint.execution
      WHERE checkpoint.execution > ? ORDER BY checkpoint.execution LIMIT ${CHECKPOINT_PAGE}`;
    for (let after = 0; ; ) {
      const rows = await this.#all(sql, after);
      for (const row of rows) yield { execution: textOf(row, "id"), text: textOf(row, "text") };
      if (rows.length < CHECKPOINT_PAGE) return;
      after = numberOf(rows.at(-1), "key");
    }
  }

  async backup(file: string): Promise<void> {
    await writeBackup(file, async (partial) => {
      // The source is open for reading alone; only then may this statement write its copy.
      await this.#connection.exec("PRAGMA query_only = OFF;");
      try {
        await this.#all("VACUUM INTO ?", partial);
      } finally {
        await this.#connection.exec("PRAGMA query_only = ON;");
      }
    });
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #one(sql: string, ...parameters: readonly Value[]): Promise<Row | undefined> {
    return (await this.#all(sql, ...parameters))[0];
  }

  async #all(sql: string, ...parameters: readonly Value[]): Promise<readonly Row[]> {
    const statement = await this.#connection.prepare(sql);
    try {
      return await statement.all(parameters);
    } finally {
      await statement.finalize();
    }
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * The Store on SQLite: one connection that writes, through the commit pipeline, and one that reads.
 *
 * S1  What is read is committed: reads never see inside a transaction that is still being written.
 * S2  Closing waits for the commits made before it and refuses those made after it.
 */
import { Fault } from "../../protocol/fault.js";
import type { PayloadCodec } from "../codec.js";
import type {
  ExecutionRow,
  InboxRow,
  LogRow,
  PrunableQuery,
  Store,
  StoredExecution,
  StoreTransaction,
  TaskRow,
  TimerRow,
  Write,
} from "../store.js";
import { type Changes, type Counters, changesOf, programChange } from "./change.js";
import type { Connection } from "./driver.js";
import { Gathered } from "./gather.js";
import type { Lock } from "./lock.js";
import { CommitPipeline } from "./pipeline.js";
import { Queries } from "./queries.js";
import { type Seal, sealWith, unsealed } from "./sealing.js";
import { StatementGuard } from "./statements.js";
import { beginTransaction } from "./transaction.js";

export interface SqliteStoreParts {
  readonly path: string;
  readonly writer: Connection;
  /** Undefined for a database in memory, which only the writer can see. */
  readonly reader: Connection | undefined;
  readonly lock: Lock | undefined;
  readonly opened: Store["opened"];
  readonly counters: Counters;
  readonly codec: PayloadCodec | undefined;
}

export class SqliteStore implements Store {
  readonly opened: Store["opened"];
  readonly #parts: SqliteStoreParts;
  readonly #pipeline: CommitPipeline;
  readonly #queries: Queries;
  readonly #seal: Seal | undefined;
  readonly #guard: StatementGuard;
  readonly #finding = new Gathered((ids) => this.#read((queries) => queries.findExecutions(ids)));
  #closing: Promise<void> | undefined;

  constructor(parts: SqliteStoreParts) {
    this.#parts = parts;
    this.opened = parts.opened;
    this.#pipeline = new CommitPipeline(parts.writer, parts.path);
    this.#guard = new StatementGuard(parts.writer);
    this.#seal = sealWith(parts.codec);
    this.#queries = new Queries(unsealed(parts.reader ?? parts.writer, parts.codec));
  }

  commit(writes: readonly Write[]): Promise<void> {
    return this.#submit(() => changesOf(writes, this.#parts.counters, this.#seal));
  }

  async check(): Promise<void> {
    if (this.#pipeline.broken !== undefined) throw this.#pipeline.broken;
    await this.#read((queries) => queries.nextTimer());
  }

  async begin(): Promise<StoreTransaction> {
    this.#refuseWhenClosed();
    return await beginTransaction({
      path: this.#parts.path,
      connection: this.#parts.writer,
      pipeline: this.#pipeline,
      guard: this.#guard,
      changesOf: (writes) => changesOf(writes, this.#parts.counters, this.#seal),
    });
  }

  saveProgram(hash: string, artifact: string): Promise<void> {
    return this.#submit(() => programChange(hash, artifact));
  }

  loadProgram(hash: string): Promise<string | undefined> {
    return this.#read((queries) => queries.loadProgram(hash));
  }

  programs(): Promise<readonly string[]> {
    return this.#read((queries) => queries.programs());
  }

  findExecution(id: string): Promise<ExecutionRow | undefined> {
    return this.#finding.find(id);
  }

  loadExecution(key: number): Promise<StoredExecution | undefined> {
    return this.#read((queries) => queries.loadExecution(key));
  }

  readInbox(key: number): Promise<readonly InboxRow[]> {
    return this.#read((queries) => queries.readInbox(key));
  }

  listExecutions(query: Parameters<Store["listExecutions"]>[0]): Promise<readonly ExecutionRow[]> {
    return this.#read((queries) => queries.listExecutions(query));
  }

  readLogs(key: number, query: Parameters<Store["readLogs"]>[1]): Promise<readonly LogRow[]> {
    return this.#read((queries) => queries.readLogs(key, query));
  }

  dueTimers(until: number, limit: number): Promise<readonly TimerRow[]> {
    return this.#read((queries) => queries.dueTimers(until, limit));
  }

  nextTimer(): Promise<number | undefined> {
    return this.#read((queries) => queries.nextTimer());
  }

  pendingInboxes(limit: number): Promise<readonly number[]> {
    return this.#read((queries) => queries.pendingInboxes(limit));
  }

  openTasks(query: Parameters<Store["openTasks"]>[0]): Promise<readonly TaskRow[]> {
    return this.#read((queries) => queries.openTasks(query));
  }

  timersOf(execution: number): Promise<readonly TimerRow[]> {
    return this.#read((queries) => queries.timersOf(execution));
  }

  tasksOf(execution: number): Promise<readonly number[]> {
    return this.#read((queries) => queries.tasksOf(execution));
  }

  childrenOf(execution: number): ReturnType<Store["childrenOf"]> {
    return this.#read((queries) => queries.childrenOf(execution));
  }

  waitersOf(target: number): ReturnType<Store["waitersOf"]> {
    return this.#read((queries) => queries.waitersOf(target));
  }

  anyWaiter(): Promise<boolean> {
    return this.#read((queries) => queries.anyWaiter());
  }

  startsSince(now: number): ReturnType<Store["startsSince"]> {
    return this.#read((queries) => queries.startsSince(now));
  }

  findTask(execution: number, seq: number): Promise<TaskRow | undefined> {
    return this.#read((queries) => queries.findTask(execution, seq));
  }

  dueDeliveries(until: number, limit: number): ReturnType<Store["dueDeliveries"]> {
    return this.#read((queries) => queries.dueDeliveries(until, limit));
  }

  nextDelivery(after: number): Promise<number | undefined> {
    return this.#read((queries) => queries.nextDelivery(after));
  }

  deadLetters(query: Parameters<Store["deadLetters"]>[0]): ReturnType<Store["deadLetters"]> {
    return this.#read((queries) => queries.deadLetters(query));
  }

  findDelivery(id: number): ReturnType<Store["findDelivery"]> {
    return this.#read((queries) => queries.findDelivery(id));
  }

  prunable(query: Parameters<Store["prunable"]>[0]): ReturnType<Store["prunable"]> {
    return this.#read((queries) => queries.prunable(query));
  }

  countPrunable(query: PrunableQuery): Promise<number> {
    return this.#read((queries) => queries.countPrunable(query));
  }

  schedules(): ReturnType<Store["schedules"]> {
    return this.#read((queries) => queries.schedules());
  }

  declarations(): ReturnType<Store["declarations"]> {
    return this.#read((queries) => queries.declarations());
  }

  sizeOf(key: number): Promise<{ readonly checkpoint: number; readonly tail: number }> {
    return this.#read((queries) => queries.sizeOf(key));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  // Not an async function: the promise of a commit is the pipeline's own, since a step makes few others.
  #submit(encode: () => Changes): Promise<void> {
    try {
      this.#refuseWhenClosed();
      return this.#pipeline.commit(encode());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #read<T>(query: (queries: Queries) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    // S1: on the connection that also writes, a read waits until no transaction is open.
    if (this.#parts.reader === undefined) return this.#pipeline.between(() => query(this.#queries));
    return query(this.#queries);
  }

  async #close(): Promise<void> {
    await this.#pipeline.idle();
    const { reader, writer, lock } = this.#parts;
    try {
      await reader?.close();
    } finally {
      // The last connection copies the write-ahead log into the file; only then may another engine have it.
      try {
        await writer.close();
      } finally {
        await lock?.release();
      }
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing === undefined) return;
    throw new Fault("EV6013", "the database has been closed", {
      place: this.#parts.path,
      remedy: "Open the store again; an engine that is shutting down takes no more work.",
    });
  }
}

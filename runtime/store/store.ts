/**
 * The seam between the engine and a database.
 *
 * T1  `commit` is one transaction: all writes or none, durable when it resolves, in call order.
 * T2  A write that contradicts the stored state (tail gap, second close, unknown execution) aborts its whole transaction.
 *     So do: anything but tasks and logs for a closed execution, an unknown program, a duplicate id or sequence number,
 *     a task or inbox entry that is not there (removing a timer that is gone is allowed).
 * T3  The store knows nothing of sandboxes; all texts are opaque to it.
 */
import type { OnCrash, OnParentClose } from "../protocol/command.js";
import type { Declared } from "../protocol/declarations.js";
import type { Event, TailEntry } from "../protocol/event.js";
import type { Status, SuspendReason } from "../protocol/execution.js";
import type { LogLevel } from "../protocol/guest.js";
import type { TaskPolicy } from "../protocol/task-policy.js";
import type { Encoded, Outcome } from "../protocol/value.js";

/** Which executions a list has; `before` is the key of the last row of the previous page. */
export interface ExecutionQuery {
  readonly workflow?: string;
  readonly status?: Status;
  readonly before?: number;
  readonly limit: number;
  /** Long values are left out, see `ExecutionRow.omitted`. */
  readonly short?: boolean;
}

export interface Store {
  /** Facts read once when the store was opened. */
  readonly opened: {
    /** Number of this engine's incarnation, already durable. Leases of lower ones are void. */
    readonly incarnation: number;
    /** The next free execution key. */
    readonly nextKey: number;
    /** Largest logical time ever committed, ms since the epoch; 0 in a new database. */
    readonly clock: number;
    /** Random bytes as hex digits, made with the database: authenticates the tokens that it gives out. */
    readonly secret: string;
  };
  commit(writes: readonly Write[]): Promise<void>;
  /** Resolves when what is stored can be read and nothing keeps it from being written until it is opened again. */
  check(): Promise<void>;
  /**
   * Begins a transaction for statements of the program's author, when no other write is under way. Nothing else is
   * committed until it ends.
   */
  begin(): Promise<StoreTransaction>;

  /** Kept as it was first saved; the last one saved is the newest. */
  saveProgram(hash: string, artifact: string): Promise<void>;
  /** Hashes, newest first. */
  programs(): Promise<readonly string[]>;
  loadProgram(hash: string): Promise<string | undefined>;

  findExecution(id: string): Promise<ExecutionRow | undefined>;
  /** Everything needed to go on with an execution. */
  loadExecution(key: number): Promise<StoredExecution | undefined>;
  /** The inbox alone, in order of arrival: for an execution whose state is in memory. */
  readInbox(key: number): Promise<readonly InboxRow[]>;
  /** Newest first. */
  listExecutions(query: ExecutionQuery): Promise<readonly ExecutionRow[]>;
  readLogs(key: number, query: { after?: number; limit: number }): Promise<readonly LogRow[]>;

  /** Timers of executions in progress that are due at or before `until`, earliest first. */
  dueTimers(until: number, limit: number): Promise<readonly TimerRow[]>;
  /** When the earliest timer of an execution in progress is due. */
  nextTimer(): Promise<number | undefined>;
  /**
   * Keys of executions that have inbox entries to look at, oldest entry first: of those in progress any, of those that
   * are suspended what the engine itself carries out.
   */
  pendingInboxes(limit: number): Promise<readonly number[]>;
  /** Tasks not yet completed, in order of scheduling; `after` is the row id of the last one of the previous page. */
  openTasks(query: { after?: number; limit: number }): Promise<readonly TaskRow[]>;
  /** An execution's timers. */
  timersOf(execution: number): Promise<readonly TimerRow[]>;
  /** Numbers of an execution's tasks that are not completed. */
  tasksOf(execution: number): Promise<readonly number[]>;
  /** Children of an execution that are not closed. */
  childrenOf(execution: number): Promise<readonly { readonly id: string; readonly onClose: OnParentClose }[]>;
  /** Executions that wait for the end of this one, or for its reply. */
  waitersOf(target: number): Promise<readonly WaiterRow[]>;
  /** Whether any execution waits for another one. */
  anyWaiter(): Promise<boolean>;
  /** Starts of attempts that count for their rate at `now` and later. */
  startsSince(now: number): Promise<readonly StartRow[]>;
  /** One task that is not completed. */
  findTask(execution: number, seq: number): Promise<TaskRow | undefined>;
  /** Events that wait for an attempt, due at or before `until`, earliest first. */
  dueDeliveries(until: number, limit: number): Promise<readonly DeliveryRow[]>;
  /** When the next one is due after `after`. */
  nextDelivery(after: number): Promise<number | undefined>;
  /** Newest first; `before` is the id of the last one of the previous page. */
  deadLetters(query: { subscription?: string; before?: number; limit: number }): Promise<readonly DeadLetter[]>;
  /** One delivery, dead or not. */
  findDelivery(id: number): Promise<DeliveryRow | DeadLetter | undefined>;
  /** What the programs declare that are in force, the one deployed last at the end. */
  declarations(): Promise<readonly DeclarationRow[]>;
  /** Closed executions without open tasks, those closed first before others. */
  prunable(
    query: PrunableQuery & { readonly limit: number },
  ): Promise<readonly { readonly key: number; readonly id: string; readonly endTime: number }[]>;
  /** How many they are. */
  countPrunable(query: PrunableQuery): Promise<number>;
  /** All schedules. */
  schedules(): Promise<readonly ScheduleRow[]>;
  /** Sizes for `show` and benchmarks, in bytes. */
  sizeOf(key: number): Promise<{ readonly checkpoint: number; readonly tail: number }>;
  close(): Promise<void>;
}

/** What an author's statement can be given and gives. Other integers than those of a number are not supported. */
export type SqlValue = string | number | boolean | null | Uint8Array;

export interface SqlResult {
  /** Rows that the statement has inserted, updated or deleted. */
  readonly changes: number;
  /** Key of the row inserted last. */
  readonly lastId: number;
}

/**
 * Throws Fault EV7022 for a statement that an author may not use, EV7023 when the transaction is over, EV7024 for a
 * statement that fails.
 */
export interface StoreTransaction {
  run(sql: string, parameters: readonly SqlValue[]): Promise<SqlResult>;
  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Cuts the running statement off, if there is one. */
  interrupt(): void;
  /** Commits what the statements have done together with `writes`, all or nothing: T1, T2. Ends it. */
  commit(writes: readonly Write[]): Promise<void>;
  /** Ends it; nothing of it has happened. */
  rollback(): Promise<void>;
}

export interface ExecutionRow {
  readonly key: number;
  readonly id: string;
  readonly workflow: string;
  /** Program hash. */
  readonly program: string;
  readonly status: Status;
  readonly input: Encoded;
  readonly outcome?: Outcome;
  readonly reason?: SuspendReason;
  /** ms since the epoch */
  readonly startTime: number;
  readonly endTime?: number;
  /** Who started it as a child. */
  readonly parent?: ParentLink;
  /** Long values that a short list leaves out: `input` or `outcome` then hold `undefined` in their place. */
  readonly omitted?: readonly ("input" | "outcome")[];
}

export interface ParentLink {
  readonly key: number;
  readonly id: string;
  /** The parent's operation that waits for the child. */
  readonly seq: number;
  readonly onClose: OnParentClose;
}

export interface StoredExecution {
  readonly row: ExecutionRow;
  readonly checkpoint: { readonly n: number; readonly text: string; readonly cost: number } | undefined;
  readonly tail: readonly TailEntry[];
  /** Sum of the activations' costs in the tail, microseconds. */
  readonly tailCost: number;
  readonly tailBytes: number;
  readonly inbox: readonly InboxRow[];
}

export interface InboxRow {
  readonly id: number;
  readonly event: Event;
}

export interface TimerRow {
  readonly execution: number;
  readonly seq: number;
  readonly at: number;
}

export interface TaskRow {
  readonly row: number;
  readonly execution: number;
  readonly executionId: string;
  readonly workflow: string;
  readonly program: string;
  readonly seq: number;
  readonly task: string;
  readonly input: Encoded;
  readonly onCrash: OnCrash;
  /** How many attempts may have started. */
  readonly attempt: number;
  /** How many of them the death of the process cut off. Default: 0. */
  readonly crashes?: number;
  /** The incarnation that may have started it; 0: none. */
  readonly lease: number;
  readonly scheduledTime: number;
  /** The next attempt does not start before this time, ms since the epoch. */
  readonly readyAt: number;
  /** The handler has returned; whoever has the token of this attempt will complete it. */
  readonly isWaiting: boolean;
  readonly policy?: TaskPolicy;
  /** The last heartbeat of any attempt. */
  readonly beat?: { readonly at: number; readonly details: Encoded };
}

/** An execution that waits for another one: its id, and the operation that waits. */
export interface WaiterRow {
  readonly id: string;
  readonly seq: number;
  /** It waits for the reply to a request, not for the end. */
  readonly reply: boolean;
}

/** An attempt that began at `at` and counts for the rate of `gate` until `until`: ms since the epoch. */
export interface StartRow {
  readonly gate: string;
  readonly at: number;
  readonly until: number;
}

export interface DeliveryRow {
  readonly id: number;
  readonly subscription: string;
  readonly event: string;
  readonly payload: Encoded;
  /** When it was emitted, ms since the epoch. */
  readonly time: number;
  /** Attempts that have failed. */
  readonly attempt: number;
  readonly readyAt: number;
  /** The incarnation that may have begun an attempt. Default: 0, none. */
  readonly lease?: number;
  /** How many attempts the death of the process cut off. Default: 0. */
  readonly crashes?: number;
}

/** Executions that closed at `until` or before (ms since the epoch). */
export interface PrunableQuery {
  readonly until: number;
  readonly workflow?: string;
  readonly status?: Status;
}

/** An event that no attempt of a subscription could handle. */
export interface DeadLetter extends DeliveryRow {
  /** When it was given up, ms since the epoch. */
  readonly deadAt: number;
  readonly error: Encoded;
}

/** What one program declares. */
export interface DeclarationRow {
  readonly program: string;
  readonly declared: Declared;
}

/** Where a schedule stands. */
export interface ScheduleRow {
  readonly name: string;
  /** What was declared when `nextAt` was worked out, as JSON. */
  readonly definition: string;
  /** When it is due next, ms since the epoch. */
  readonly nextAt?: number;
  readonly paused: boolean;
  /** A moment whose execution starts when the last one has ended. */
  readonly bufferedAt?: number;
  /** The last moment that started an execution, and which. */
  readonly lastAt?: number;
  readonly lastExecution?: string;
}

export interface LogRow {
  readonly id: number;
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** Marks (see protocol/history.ts) as text; time in ms since the epoch. */
export interface History {
  readonly time: number;
  readonly text: string;
}

/** One row change. The store applies the writes of a commit in order, inside one transaction. */
export type Write =
  | { readonly kind: "createExecution"; readonly row: ExecutionRow }
  /**
   * Closes or suspends or resumes. `outcome` only when closing: then checkpoint, tail, timers and inbox go, so what
   * else the same commit does to them comes before it. Tasks stay until they settle.
   */
  | {
      readonly kind: "setStatus";
      readonly execution: number;
      readonly status: Status;
      readonly outcome?: Outcome;
      readonly reason?: SuspendReason;
      readonly endTime?: number;
      /** When closing: checkpoint and tail stay, so that the last state can be asked. */
      readonly keepState?: boolean;
      /** When closing: as of `addHistory`, in the same row. */
      readonly history?: History;
    }
  | {
      readonly kind: "appendTail";
      readonly execution: number;
      readonly entry: TailEntry;
      readonly cost: number;
      /** As of `addHistory`, in the same row: every row costs. */
      readonly history?: History;
    }
  /**
   * The state after tail entry `n`; entries up to `n` go. `n` may be the last entry's plus one: the activation is then
   * recorded by its checkpoint alone. `cost` in microseconds.
   */
  | {
      readonly kind: "putCheckpoint";
      readonly execution: number;
      readonly n: number;
      readonly text: string;
      readonly cost: number;
      readonly history?: History;
    }
  /** What is kept of a moment to be shown. The store may forget the oldest of an execution. */
  | { readonly kind: "addHistory"; readonly execution: number; readonly history: History }
  | { readonly kind: "addTimer"; readonly timer: TimerRow }
  | { readonly kind: "removeTimer"; readonly execution: number; readonly seq: number }
  /** With a `lease` other than 0 the first attempt may start at once: it counts as one. */
  | {
      readonly kind: "addTask";
      readonly execution: number;
      readonly seq: number;
      readonly task: string;
      readonly input: Encoded;
      readonly onCrash: OnCrash;
      readonly lease: number;
      readonly scheduledTime: number;
      readonly policy?: TaskPolicy;
    }
  /** An attempt is about to start: `attempt` is its number, from 1. */
  | {
      readonly kind: "leaseTask";
      readonly execution: number;
      readonly seq: number;
      readonly lease: number;
      readonly attempt: number;
      /** How many before it the death of the process cut off; left out: as many as before. */
      readonly crashes?: number;
    }
  /** The attempt has failed; the next one starts at `readyAt`. */
  | { readonly kind: "retryTask"; readonly execution: number; readonly seq: number; readonly readyAt: number }
  /** The attempt's handler has returned without a result: the holder of its token completes it. */
  | { readonly kind: "awaitTask"; readonly execution: number; readonly seq: number }
  /** A sign of life. One for a task that is gone changes nothing. */
  | {
      readonly kind: "beatTask";
      readonly execution: number;
      readonly seq: number;
      readonly at: number;
      readonly details: Encoded;
    }
  | { readonly kind: "removeTask"; readonly execution: number; readonly seq: number }
  /** Removes a task that may be gone already. */
  | { readonly kind: "cancelTask"; readonly execution: number; readonly seq: number }
  /** Removes a task and puts its event into the execution's inbox; `text` is logged if the execution is closed. */
  | {
      readonly kind: "completeTask";
      readonly execution: number;
      readonly seq: number;
      readonly event: Event;
      readonly time: number;
      readonly level: LogLevel;
      readonly text: string;
    }
  /** An event enters the queue of one subscription. */
  | {
      readonly kind: "addDelivery";
      readonly subscription: string;
      readonly event: string;
      readonly payload: Encoded;
      readonly time: number;
    }
  /** An attempt is about to begin; the death of the process cut off `crashes` before it. */
  | { readonly kind: "leaseDelivery"; readonly id: number; readonly lease: number; readonly crashes: number }
  /** An attempt has failed: `attempt` is its number, the next one does not start before `readyAt`. */
  | { readonly kind: "retryDelivery"; readonly id: number; readonly attempt: number; readonly readyAt: number }
  /** No attempt could handle it: it is kept among the dead letters. */
  | {
      readonly kind: "buryDelivery";
      readonly id: number;
      readonly attempt: number;
      readonly time: number;
      readonly error: Encoded;
    }
  /** A dead letter returns into its queue, as if it had just been emitted. */
  | { readonly kind: "reviveDelivery"; readonly id: number; readonly time: number }
  | { readonly kind: "removeDelivery"; readonly id: number }
  /** An execution waits for the end of `target`, or for its reply. Goes when one of the two is closed. */
  | {
      readonly kind: "addWaiter";
      readonly execution: number;
      readonly seq: number;
      readonly target: number;
      readonly reply: boolean;
    }
  /** It waits no more; it may be gone already. */
  | { readonly kind: "removeWaiter"; readonly execution: number; readonly seq: number }
  /** An attempt that counts for the rate of `gate` from `at` to `until`, ms since the epoch. */
  | { readonly kind: "noteStart"; readonly gate: string; readonly at: number; readonly until: number }
  /** What a program declares, in place of what it and the programs that it replaces declared before. */
  | {
      readonly kind: "declare";
      readonly program: string;
      readonly replaces: readonly string[];
      readonly declared: Declared;
    }
  /** A closed execution goes, with everything that belongs to it. One with open tasks aborts. */
  | { readonly kind: "removeExecution"; readonly execution: number }
  | { readonly kind: "putSchedule"; readonly row: ScheduleRow }
  | { readonly kind: "removeSchedule"; readonly name: string }
  /** With `once`: nothing happens if the open execution was given an entry with the same before. */
  | { readonly kind: "addInbox"; readonly execution: number; readonly event: Event; readonly once?: string }
  | { readonly kind: "removeInbox"; readonly id: number }
  | {
      readonly kind: "addLog";
      readonly execution: number;
      readonly time: number;
      readonly level: LogLevel;
      readonly text: string;
    }
  /** Largest logical time committed. */
  | { readonly kind: "setClock"; readonly now: number };

/**
 * Which open tasks the pool has, and what becomes of their attempts. All of them are rows in the store; at most `limits.openTasks` are handed out.
 *
 * F1  A call goes to the pool only after the commit that stores its row, and one with onCrash "fail" only after the
 *     commit that notes this incarnation as the one that may have started it.
 * F2  A row is handed out once per incarnation, and forgotten only after the commit that removes it.
 * F3  Rows that found no room, and those of earlier incarnations, are read in pages when there is room.
 * F4  A further attempt starts only after the commit that notes its number; an attempt that is given up (its call was
 *     cancelled, or it was silent too long) can no longer change anything.
 * F5  A task that rests until its next attempt, or waits for its token, takes no place among the open ones.
 * F6  An attempt that the death of the process cut off is made again, at most `limits.crashes` times, with longer and
 *     longer pauses: a task that kills the process does not do so for ever, nor at full speed. The number is noted with
 *     the lease of the next attempt.
 */
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Store, TaskRow } from "../store/store.js";
import type { SettledTask, TaskCall, TaskPool } from "../tasks/tasks.js";
import type { Activity } from "./activity.js";
import type { Recorded } from "./actor.js";
import { Admission } from "./admission.js";
import { BeatWriter } from "./beat-writer.js";
import type { Problem } from "./engine.js";
import {
  heartbeatMissed,
  interrupted,
  interruptedTooOften,
  refusedTransaction,
  waitsInTransaction,
} from "./failures.js";
import { transactionOver } from "./faults.js";
import { Heartbeats } from "./heartbeats.js";
import { Leases } from "./leases.js";
import { crashDelay, type Limits, retryDelay } from "./limits.js";
import type { Programs } from "./programs.js";
import { RestingTasks } from "./resting-tasks.js";
import { attemptOf, callOfAttempt, type NewTask, refOf, taskCall } from "./task-call.js";
import type { TaskTokenSubject } from "./task-tokens.js";
import { completion, nextAttemptNow, rest, rests, retryAt } from "./task-writes.js";
import type { LogicalTime } from "./time.js";
import type { StatementRequest, Transactions } from "./transactions.js";
import type { Wakeups } from "./wakeups.js";

interface OpenTask {
  readonly task: NewTask;
  state: "leasing" | "running" | "settled";
}

/** What came of completing a task from outside. */
export type Completion = "done" | "unknown" | "retried";

export interface TaskFeedParts {
  readonly store: Pick<Store, "commit" | "openTasks" | "findTask" | "startsSince" | "opened">;
  readonly pool: Pick<TaskPool, "submit" | "cancel">;
  readonly transactions: Transactions;
  readonly programs: Programs;
  readonly time: LogicalTime;
  readonly limits: Limits;
  readonly activity: Activity;
  readonly wakeups: Wakeups;
  /** Gives the execution its task's outcome; `recorded` is called when that is durable. */
  readonly deliver: (task: NewTask, outcome: Outcome, recorded?: Recorded) => void;
  /** The task's outcome is in its execution's inbox. */
  readonly recorded: (task: NewTask) => void;
  readonly report: (problem: Problem) => void;
}

export class TaskFeed {
  readonly #parts: TaskFeedParts;
  readonly #open = new Map<string, OpenTask>();
  /** Rows of the store may wait to be handed out. */
  #behind = true;
  /** While rows are read: those that commits have changed meanwhile, of which what is read may be old. */
  #reading: Set<string> | undefined;
  readonly #leases: Leases;
  #failures = 0;
  #stopped = false;
  /** Programs whose host code could not be loaded: their tasks stay in the store until it is deployed again. */
  readonly #blocked = new Set<string>();
  readonly #resting: RestingTasks;
  /** Tasks whose outcome from outside is on its way into their execution. */
  readonly #completing = new Set<string>();
  readonly #admission = new Admission<NewTask>();
  readonly #heartbeats: Heartbeats;
  readonly #beats: BeatWriter;

  constructor(parts: TaskFeedParts) {
    this.#parts = parts;
    const { store, wakeups, limits, report } = parts;
    this.#beats = new BeatWriter(store, report);
    this.#leases = new Leases(store, () => parts.time.now(), {
      leased: (tasks) => {
        this.#failures = 0;
        this.#submit(tasks);
      },
      failed: (tasks, cause) => {
        for (const task of tasks) this.#giveBack(task);
        this.#failed("tasks could not be marked as started", cause);
      },
    });
    this.#resting = new RestingTasks(limits.openTasks, (next) => wakeups.set("attempts", next, () => this.#rested()));
    this.#heartbeats = new Heartbeats((next) => wakeups.set("heartbeats", next, () => this.#silent()));
  }

  /** Reads what counts for the rates still. To be called once, before any task comes. */
  async load(): Promise<void> {
    this.#admission.restore(await this.#parts.store.startsSince(this.#parts.time.now()));
  }

  /** Takes up tasks that a commit has just stored. */
  add(tasks: readonly NewTask[]): void {
    const ready: NewTask[] = [];
    for (const task of tasks) {
      if (this.#stopped || this.#blocked.has(task.program) || this.#open.size >= this.#parts.limits.openTasks) {
        this.#behind = true;
        continue;
      }
      if (task.lease === 0) this.#enter(task);
      else if (this.#take(task)) ready.push(task);
    }
    this.#submit(ready);
  }

  /** The pool's answers. */
  settled(answers: readonly SettledTask[]): void {
    for (const { ref, outcome, waits, keepsPlace } of answers) {
      const open = this.#attempt(ref);
      if (open === undefined) void this.#parts.transactions.undo(ref);
      else if (this.#parts.transactions.has(ref)) void this.#endTransaction(open, outcome, waits === true);
      else if (waits === true) void this.#awaitToken(open, keepsPlace === true);
      else this.#ended(open, outcome);
    }
  }

  /** Runs a statement of a handler in its attempt's transaction. Throws Fault EV7022–EV7025 and EV6xxx. */
  async statement(ref: string, request: StatementRequest): Promise<unknown> {
    if (this.#attempt(ref) === undefined) throw transactionOver();
    return await this.#parts.transactions.run(ref, request);
  }

  /** The threads that ran these attempts have died; the pool may run them again. */
  interrupted(refs: readonly string[]): void {
    for (const ref of refs) void this.#parts.transactions.undo(ref);
  }

  /** A sign of life from a handler that the pool runs. */
  beat(ref: string, details: Encoded): void {
    const open = this.#attempt(ref);
    if (open !== undefined) this.#noteBeat(open.task, details);
  }

  /**
   * Completes the attempt with that token. `done` when the outcome is durable, `retried` when another attempt follows,
   * `unknown` when nothing waits for it: it is completed already, or nobody wants it any more.
   */
  async complete(subject: TaskTokenSubject, outcome: Outcome): Promise<Completion> {
    const ref = refOf(subject);
    const task = await this.#subjectOf(subject);
    if (task === undefined) return "unknown";
    const retryAt = outcome.ok ? undefined : this.#retryAt(task, outcome.error);
    this.#completing.add(ref);
    this.#heartbeats.forget(ref);
    const open = this.#open.get(ref);
    if (open?.state === "running") {
      // The handler may go on; what it gives no longer counts.
      void this.#parts.transactions.undo(attemptOf(open.task));
      open.state = "settled";
      this.#parts.activity.end();
    }
    try {
      if (retryAt !== undefined) {
        if (open !== undefined) this.#open.delete(ref);
        await this.#rest(task, retryAt, (outcome as { error: Encoded }).error);
        this.#completing.delete(ref);
        return "retried";
      }
      await new Promise<void>((resolve, reject) => this.#parts.deliver(task, outcome, { resolve, reject }));
      return "done";
    } finally {
      this.#completing.delete(ref);
    }
  }

  /** The next attempt of a task that rests begins now: durable when it resolves. False when it does not rest. */
  async retryNow({ execution, seq }: TaskTokenSubject): Promise<boolean> {
    const { store, time } = this.#parts;
    const row = await store.findTask(execution, seq);
    const now = time.now();
    if (row === undefined || !rests(row, now)) return false;
    await store.commit(nextAttemptNow(row, now));
    this.#reading?.add(refOf(row));
    this.#keepResting({ ...row, readyAt: now });
    this.#rested();
    return true;
  }

  /** A sign of life from outside. Tells whether the attempt should stop: nobody waits for it any more. */
  async beatByToken(subject: TaskTokenSubject, details: Encoded): Promise<{ readonly cancelled: boolean }> {
    const task = await this.#subjectOf(subject);
    if (task === undefined) return { cancelled: true };
    await this.#noteBeat(task, details);
    return { cancelled: false };
  }

  /** The name of an open task, for messages. */
  nameOf(execution: number, seq: number): string {
    return this.#open.get(refOf({ execution, seq }))?.task.task ?? `task ${seq}`;
  }

  /** A commit has removed the row. */
  removed(execution: number, seq: number): void {
    const ref = refOf({ execution, seq });
    this.#reading?.add(ref);
    const open = this.#open.get(ref);
    this.#open.delete(ref);
    this.#resting.remove(ref);
    this.#completing.delete(ref);
    this.#heartbeats.forget(ref);
    if (open !== undefined && open.state !== "settled") {
      if (open.state === "running") {
        void this.#parts.transactions.undo(attemptOf(open.task));
        this.#parts.pool.cancel([attemptOf(open.task)]);
      }
      this.#parts.activity.end();
    }
    this.#leave(ref);
    if (this.#behind && this.#open.size <= this.#parts.limits.openTasks / 2) this.refill();
  }

  /** The program's host code may be loadable now. */
  deployed(program: string): void {
    if (this.#blocked.delete(program)) this.refill();
  }

  /** Reads open tasks from the store as far as there is room: at the start, and when room has come. */
  refill(): void {
    if (this.#stopped || this.#reading !== undefined) return;
    this.#behind = false;
    void this.#parts.activity.during(this.#refill());
  }

  /** Hands out nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  async #refill(): Promise<void> {
    const changed = new Set<string>();
    this.#reading = changed;
    const { limits, store } = this.#parts;
    try {
      let after: number | undefined;
      for (;;) {
        if (this.#open.size >= limits.openTasks) {
          this.#behind = true;
          break;
        }
        const rows = await store.openTasks({ ...(after === undefined ? {} : { after }), limit: limits.page });
        this.#takeUp(rows.filter((row) => !changed.has(refOf(row))));
        after = rows.at(-1)?.row;
        if (rows.length < limits.page || this.#stopped) break;
      }
      this.#failures = 0;
    } catch (cause) {
      this.#failed("open tasks could not be read", cause);
    } finally {
      this.#reading = undefined;
    }
  }

  /** Decides what becomes of stored rows that this incarnation has not handed out. */
  #takeUp(rows: readonly TaskRow[]): void {
    const { incarnation } = this.#parts.store.opened;
    const mine: TaskRow[] = [];
    for (const row of rows) {
      if (this.#blocked.has(row.program)) continue;
      if (this.#open.size >= this.#parts.limits.openTasks) {
        this.#behind = true;
        break;
      }
      if (row.isWaiting) this.#watch(row);
      else if (row.readyAt > this.#parts.time.now()) this.#keepResting(row);
      else if (row.lease === 0) this.#enter(row);
      else if (row.lease !== incarnation && row.onCrash === "retry") this.#afterCrash(row);
      else if (!this.#take(row)) continue;
      else if (row.lease === incarnation) mine.push(row);
      else this.#interrupt(row, interrupted(row.task));
    }
    this.#submit(mine);
  }

  #interrupt(row: TaskRow, outcome: Outcome): void {
    const open = this.#open.get(refOf(row));
    if (open !== undefined) this.#settle(open, outcome);
  }

  /** An attempt that the death of an earlier incarnation cut off is made again: F6. */
  #afterCrash(row: TaskRow): void {
    const { limits, time } = this.#parts;
    const ref = refOf(row);
    if (this.#open.has(ref) || this.#resting.has(ref) || this.#admission.has(ref)) return;
    const crashes = (row.crashes ?? 0) + 1;
    const pause = crashDelay(crashes, limits);
    if (crashes >= limits.crashes) {
      if (this.#take(row)) this.#interrupt(row, interruptedTooOften(`task "${row.task}"`, crashes));
    } else if (pause === 0) this.#enter({ ...row, crashes });
    else this.#keepResting({ ...row, crashes, readyAt: time.now() + pause });
  }

  /** Starts the next attempt, or lets it wait in line until its limits allow it. */
  #enter(task: NewTask): void {
    const ref = refOf(task);
    if (this.#open.has(ref) || this.#admission.has(ref)) return;
    if (this.#admission.waiting >= this.#parts.limits.openTasks) this.#behind = true;
    else if (this.#admission.enter(ref, task, this.#parts.time.now())) this.#leaseNext(task);
    else this.#armAdmission();
  }

  #leaseNext(task: NewTask): void {
    if (!this.#stopped && this.#take(task)) this.#leases.add({ ...task, attempt: task.attempt + 1 });
  }

  /** The task no longer counts for its limits: others may start in its place. */
  #leave(ref: string): void {
    for (const [, next] of this.#admission.leave(ref, this.#parts.time.now())) this.#leaseNext(next);
    this.#armAdmission();
  }

  #armAdmission(): void {
    this.#parts.wakeups.set("rates", this.#admission.next(), () => {
      for (const [, next] of this.#admission.due(this.#parts.time.now())) this.#leaseNext(next);
      this.#armAdmission();
    });
  }

  /** The open task whose running attempt has that ref; undefined for an attempt that is given up. */
  #attempt(ref: string): OpenTask | undefined {
    const open = this.#open.get(callOfAttempt(ref));
    return open?.state === "running" && attemptOf(open.task) === ref ? open : undefined;
  }

  /** An attempt has given an outcome: it is the call's, unless another attempt follows. */
  #ended(open: OpenTask, outcome: Outcome): void {
    const { task } = open;
    this.#heartbeats.forget(refOf(task));
    const retryAt = outcome.ok ? undefined : this.#retryAt(task, outcome.error);
    if (outcome.ok || retryAt === undefined) {
      this.#settle(open, outcome);
      return;
    }
    open.state = "settled";
    void this.#restOpen(open, retryAt, outcome.error);
  }

  /** What the handler did in its transaction happens with its success, or not at all. */
  async #endTransaction(open: OpenTask, outcome: Outcome, waits: boolean): Promise<void> {
    const { transactions, activity, recorded, time } = this.#parts;
    const { task } = open;
    const ref = refOf(task);
    open.state = "settled";
    this.#completing.add(ref);
    this.#heartbeats.forget(ref);
    let ending = waits ? waitsInTransaction(task.task) : outcome;
    if (ending.ok) {
      try {
        await transactions.commit(attemptOf(task), [completion(task, ending, time.now())]);
        this.removed(task.execution, task.seq);
        recorded(task);
        activity.end();
        return;
      } catch (cause) {
        ending = refusedTransaction(cause);
      }
    }
    await transactions.undo(attemptOf(task));
    this.#completing.delete(ref);
    // Cancelled meanwhile: then there is nobody to tell.
    if (this.#open.get(ref) === open) this.#ended(open, ending);
    else activity.end();
  }

  #retryAt(task: NewTask, error: Encoded): number | undefined {
    return retryAt(task, error, this.#parts.time.now());
  }

  async #restOpen(open: OpenTask, readyAt: number, error: Encoded): Promise<void> {
    const ref = refOf(open.task);
    try {
      await this.#rest(open.task, readyAt, error);
      if (this.#open.get(ref) === open) this.#open.delete(ref);
    } catch (cause) {
      // Unless the call was cancelled meanwhile, the row says that the attempt may still be running: it is made again.
      if (this.#open.get(ref) !== open) return;
      this.#open.delete(ref);
      this.#failed("a failed attempt could not be recorded", cause);
    } finally {
      this.#parts.activity.end();
    }
  }

  /** Stores that the task rests until `readyAt`. Throws what the store throws. */
  async #rest(task: NewTask, readyAt: number, error: Encoded): Promise<void> {
    const { store, time } = this.#parts;
    await store.commit(rest(task, readyAt, error, time.now()));
    this.#reading?.add(refOf(task));
    this.#leave(refOf(task));
    this.#keepResting({ ...task, lease: 0, isWaiting: false, readyAt });
  }

  #keepResting(task: NewTask): void {
    if (!this.#resting.add(task)) this.#behind = true;
  }

  /** The next attempts that are due. */
  #rested(): void {
    for (const task of this.#resting.due(this.#parts.time.now())) {
      if (this.#stopped || this.#open.size >= this.#parts.limits.openTasks) this.#behind = true;
      else this.#enter(task);
    }
    if (this.#behind && this.#resting.size === 0) this.refill();
  }

  /** The handler has returned `asyncResult`: from now on the task is a row and a deadline. */
  async #awaitToken(open: OpenTask, keepsPlace: boolean): Promise<void> {
    const { execution, seq } = open.task;
    const ref = refOf(open.task);
    open.state = "settled";
    try {
      await this.#parts.store.commit([{ kind: "awaitTask", execution, seq }]);
      this.#reading?.add(ref);
      if (!keepsPlace) this.#leave(ref);
    } catch (cause) {
      if (this.#open.get(ref) === open) this.#failed("a waiting task could not be recorded", cause);
    } finally {
      if (this.#open.get(ref) === open) this.#open.delete(ref);
      this.#parts.activity.end();
    }
  }

  /** A stored task whose token is out: only its silence is looked after. */
  #watch(task: NewTask): void {
    const timeout = task.policy?.heartbeatTimeout;
    if (timeout !== undefined) this.#heartbeats.watch(refOf(task), timeout, task.beat?.at ?? this.#parts.time.now());
  }

  async #noteBeat(task: NewTask, details: Encoded): Promise<void> {
    const { execution, seq } = task;
    const at = this.#parts.time.now();
    this.#heartbeats.beat(refOf(task), at);
    const open = this.#open.get(refOf(task));
    if (open !== undefined) Object.assign(open, { task: { ...open.task, beat: { at, details } } });
    await this.#parts.activity.during(this.#beats.write({ kind: "beatTask", execution, seq, at, details }));
  }

  /** Those that were silent too long have failed. */
  #silent(): void {
    for (const ref of this.#heartbeats.expired(this.#parts.time.now())) {
      const open = this.#open.get(ref);
      if (open?.state === "running") {
        void this.#parts.transactions.undo(attemptOf(open.task));
        this.#parts.pool.cancel([attemptOf(open.task)]);
        this.#ended(open, heartbeatMissed(open.task.task));
      } else if (open === undefined) {
        void this.#parts.activity.during(this.#silentWaiting(ref));
      }
    }
  }

  async #silentWaiting(ref: string): Promise<void> {
    const [execution, seq] = ref.split("#").map(Number);
    try {
      const row = await this.#parts.store.findTask(execution ?? 0, seq ?? 0);
      if (row?.isWaiting === true) await this.complete(row, heartbeatMissed(row.task));
    } catch (cause) {
      this.#parts.report({ message: "a missed heartbeat could not be recorded", cause });
    }
  }

  /** The task of a token, if its attempt is the present one and has no outcome yet. */
  async #subjectOf(subject: TaskTokenSubject): Promise<NewTask | undefined> {
    const ref = refOf(subject);
    const isOver = (): boolean => this.#completing.has(ref);
    const open = this.#open.get(ref);
    if (open?.state === "running") return open.task.attempt === subject.attempt ? open.task : undefined;
    if (isOver()) return undefined;
    const row = await this.#parts.store.findTask(subject.execution, subject.seq);
    if (row === undefined || isOver() || row.attempt !== subject.attempt || row.readyAt > this.#parts.time.now()) {
      return undefined;
    }
    return row;
  }

  /** False when it is already handed out. */
  #take(task: NewTask): boolean {
    const ref = refOf(task);
    if (this.#open.has(ref)) return false;
    this.#open.set(ref, { task, state: "leasing" });
    this.#parts.activity.begin();
    return true;
  }

  /** Gives the row back to the store: a later refill finds it again. */
  #giveBack(task: NewTask): void {
    this.#behind = true;
    if (this.#open.delete(refOf(task))) this.#parts.activity.end();
  }

  #settle(open: OpenTask, outcome: Outcome): void {
    open.state = "settled";
    this.#parts.deliver(open.task, outcome);
    this.#parts.activity.end();
  }

  #submit(tasks: readonly NewTask[]): void {
    const { programs, pool } = this.#parts;
    if (this.#stopped) {
      for (const task of tasks) this.#giveBack(task);
      return;
    }
    const ready: TaskCall[] = [];
    const waiting = new Map<string, NewTask[]>();
    for (const task of tasks) {
      if (!this.#open.has(refOf(task))) continue;
      if (programs.hostIsReady(task.program)) ready.push(this.#started(task));
      else waiting.set(task.program, [...(waiting.get(task.program) ?? []), task]);
    }
    if (ready.length > 0) this.#handOver(pool, ready);
    for (const [program, late] of waiting) void this.#submitLate(program, late);
  }

  #handOver(pool: TaskFeedParts["pool"], calls: readonly TaskCall[]): void {
    try {
      pool.submit(calls);
    } catch (cause) {
      for (const { ref } of calls) {
        const open = this.#attempt(ref);
        if (open !== undefined) this.#giveBack(open.task);
      }
      this.#failed("tasks could not be handed to the pool", cause);
    }
  }

  async #submitLate(program: string, tasks: readonly NewTask[]): Promise<void> {
    try {
      await this.#parts.programs.host(program);
    } catch (cause) {
      this.#blocked.add(program);
      for (const task of tasks) this.#giveBack(task);
      this.#parts.report({ message: `tasks of program ${program} wait: its host code cannot be loaded`, cause });
      return;
    }
    this.#submit(tasks);
  }

  #started(task: NewTask): TaskCall {
    const ref = refOf(task);
    const open = this.#open.get(ref);
    if (open !== undefined) Object.assign(open, { state: "running", task });
    const timeout = task.policy?.heartbeatTimeout;
    if (timeout !== undefined) this.#heartbeats.watch(ref, timeout, this.#parts.time.now());
    return taskCall(task, this.#parts.store.opened.secret);
  }

  #failed(message: string, cause: unknown): void {
    this.#behind = true;
    if (this.#stopped) return;
    this.#failures++;
    this.#parts.report({ message, cause });
    const { wakeups, time, limits } = this.#parts;
    wakeups.set("tasks", time.now() + retryDelay(this.#failures, limits), () => this.refill());
  }
}

/**
 * What becomes of the attempts that the pool or a token's holder has: outcomes, next attempts, transactions, signs of
 * life.
 *
 * E1  A further attempt starts only after the commit that notes its number; an attempt that is given up (its call was
 *     cancelled, or it was silent too long) can no longer change anything.
 * E2  A task that rests until its next attempt, or waits for its token, takes no place among the open ones.
 * E3  A call has one outcome: while one from outside is on its way, no other is taken.
 */
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Store } from "../store/store.js";
import type { SettledTask, TaskPool } from "../tasks/tasks.js";
import type { Activity } from "./activity.js";
import type { Recorded } from "./actor.js";
import { BeatWriter } from "./beat-writer.js";
import type { Problem } from "./engine.js";
import { heartbeatMissed, refusedTransaction, waitsInTransaction } from "./failures.js";
import { transactionOver } from "./faults.js";
import { Heartbeats } from "./heartbeats.js";
import type { OpenTask, OpenTasks } from "./open-tasks.js";
import { attemptOf, type NewTask, refOf } from "./task-call.js";
import type { TaskTokenSubject } from "./task-tokens.js";
import { completion, rest, retryAt } from "./task-writes.js";
import type { LogicalTime } from "./time.js";
import type { StatementRequest, Transactions } from "./transactions.js";
import type { Wakeups } from "./wakeups.js";

/** What came of completing a task from outside. */
export type Completion = "done" | "unknown" | "retried";

export interface TaskEndingsParts {
  readonly store: Pick<Store, "commit" | "findTask">;
  readonly pool: Pick<TaskPool, "cancel">;
  readonly transactions: Transactions;
  readonly time: LogicalTime;
  readonly activity: Activity;
  readonly wakeups: Wakeups;
  /** Gives the execution its task's outcome; `recorded` is called when that is durable. */
  readonly deliver: (task: NewTask, outcome: Outcome, recorded?: Recorded) => void;
  /** The task's outcome is in its execution's inbox. */
  readonly recorded: (task: NewTask) => void;
  readonly report: (problem: Problem) => void;
}

/** Who hands tasks out is told of what changes that. */
export interface EndingsObserver {
  /** A commit has changed the task's row. */
  changed(ref: string): void;
  /** The task no longer counts for its limits. */
  left(ref: string): void;
  /** The task's next attempt is to start at its `readyAt`. */
  resting(task: NewTask): void;
  /** A commit has removed the task's row. */
  removed(execution: number, seq: number): void;
  /** Something could not be stored: what the rows say is to be looked at again. */
  failed(message: string, cause: unknown): void;
}

export class TaskEndings {
  readonly #parts: TaskEndingsParts;
  readonly #open: OpenTasks;
  readonly #observer: EndingsObserver;
  /** Tasks whose outcome is on its way into their execution. */
  readonly #completing = new Set<string>();
  readonly #heartbeats: Heartbeats;
  readonly #beats: BeatWriter;

  constructor(parts: TaskEndingsParts, open: OpenTasks, observer: EndingsObserver) {
    this.#parts = parts;
    this.#open = open;
    this.#observer = observer;
    this.#beats = new BeatWriter(parts.store, parts.report);
    this.#heartbeats = new Heartbeats((next) => parts.wakeups.set("heartbeats", next, () => this.#silent()));
  }

  /** The pool's answers. */
  settled(answers: readonly SettledTask[]): void {
    for (const { ref, outcome, waits, keepsPlace } of answers) {
      const open = this.#open.ofAttempt(ref);
      if (open === undefined) void this.#parts.transactions.undo(ref);
      else if (this.#parts.transactions.has(ref)) void this.#endTransaction(open, outcome, waits === true);
      else if (waits === true) void this.#awaitToken(open, keepsPlace === true);
      else this.#ended(open, outcome);
    }
  }

  /** Runs a statement of a handler in its attempt's transaction. Throws Fault EV7022–EV7025 and EV6xxx. */
  async statement(ref: string, request: StatementRequest): Promise<unknown> {
    if (this.#open.ofAttempt(ref) === undefined) throw transactionOver();
    return await this.#parts.transactions.run(ref, request);
  }

  /** The threads that ran these attempts have died; the pool may run them again. */
  interrupted(refs: readonly string[]): void {
    for (const ref of refs) void this.#parts.transactions.undo(ref);
  }

  /** A sign of life from a handler that the pool runs. */
  beat(ref: string, details: Encoded): void {
    const open = this.#open.ofAttempt(ref);
    if (open !== undefined) void this.#noteBeat(open.task, details);
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
        this.#open.remove(ref);
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

  /** A sign of life from outside. Tells whether the attempt should stop: nobody waits for it any more. */
  async beatByToken(subject: TaskTokenSubject, details: Encoded): Promise<{ readonly cancelled: boolean }> {
    const task = await this.#subjectOf(subject);
    if (task === undefined) return { cancelled: true };
    await this.#noteBeat(task, details);
    return { cancelled: false };
  }

  /** The pool has got an attempt of the task, or its token is out: its silence is looked after from `since` on, in ms. */
  watch(task: NewTask, since: number): void {
    const timeout = task.policy?.heartbeatTimeout;
    if (timeout !== undefined) this.#heartbeats.watch(refOf(task), timeout, since);
  }

  /** Decides what an open task comes to. */
  settle(open: OpenTask, outcome: Outcome): void {
    open.state = "settled";
    this.#parts.deliver(open.task, outcome);
    this.#parts.activity.end();
  }

  /** The task's row is gone; `open` is what it was. Whatever its attempt still does counts for nothing. */
  forget(ref: string, open: OpenTask | undefined): void {
    this.#completing.delete(ref);
    this.#heartbeats.forget(ref);
    if (open === undefined || open.state === "settled") return;
    if (open.state === "running") this.#giveUp(open);
    this.#parts.activity.end();
  }

  #giveUp({ task }: OpenTask): void {
    void this.#parts.transactions.undo(attemptOf(task));
    this.#parts.pool.cancel([attemptOf(task)]);
  }

  /** An attempt has given an outcome: it is the call's, unless another attempt follows. */
  #ended(open: OpenTask, outcome: Outcome): void {
    const { task } = open;
    this.#heartbeats.forget(refOf(task));
    const retryAt = outcome.ok ? undefined : this.#retryAt(task, outcome.error);
    if (outcome.ok || retryAt === undefined) {
      this.settle(open, outcome);
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
        this.#observer.removed(task.execution, task.seq);
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
    try {
      await this.#rest(open.task, readyAt, error);
      this.#open.removeThis(open);
    } catch (cause) {
      // Unless the call was cancelled meanwhile, the row says that the attempt may still be running: it is made again.
      if (this.#open.removeThis(open)) this.#observer.failed("a failed attempt could not be recorded", cause);
    } finally {
      this.#parts.activity.end();
    }
  }

  /** Stores that the task rests until `readyAt`. Throws what the store throws. */
  async #rest(task: NewTask, readyAt: number, error: Encoded): Promise<void> {
    const { store, time } = this.#parts;
    await store.commit(rest(task, readyAt, error, time.now()));
    this.#observer.changed(refOf(task));
    this.#observer.left(refOf(task));
    this.#observer.resting({ ...task, lease: 0, isWaiting: false, readyAt });
  }

  /** The handler has returned `asyncResult`: from now on the task is a row and a deadline. */
  async #awaitToken(open: OpenTask, keepsPlace: boolean): Promise<void> {
    const { execution, seq } = open.task;
    const ref = refOf(open.task);
    open.state = "settled";
    try {
      await this.#parts.store.commit([{ kind: "awaitTask", execution, seq }]);
      this.#observer.changed(ref);
      if (!keepsPlace) this.#observer.left(ref);
    } catch (cause) {
      if (this.#open.get(ref) === open) this.#observer.failed("a waiting task could not be recorded", cause);
    } finally {
      this.#open.removeThis(open);
      this.#parts.activity.end();
    }
  }

  async #noteBeat(task: NewTask, details: Encoded): Promise<void> {
    const { execution, seq } = task;
    const at = this.#parts.time.now();
    this.#heartbeats.beat(refOf(task), at);
    const open = this.#open.get(refOf(task));
    if (open !== undefined) open.task = { ...open.task, beat: { at, details } };
    await this.#parts.activity.during(this.#beats.write({ kind: "beatTask", execution, seq, at, details }));
  }

  /** Those that were silent too long have failed. */
  #silent(): void {
    for (const ref of this.#heartbeats.expired(this.#parts.time.now())) {
      const open = this.#open.get(ref);
      if (open?.state === "running") {
        this.#giveUp(open);
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
}

/**
 * Which open tasks the pool has. All of them are rows in the store; at most `limits.openTasks` are handed out.
 *
 * F1  A call goes to the pool only after the commit that stores its row, and one with onCrash "fail" only after the
 *     commit that notes this incarnation as the one that may have started it.
 * F2  A row is handed out once per incarnation, and forgotten only after the commit that removes it.
 * F3  Rows that found no room, and those of earlier incarnations, are read in pages when there is room.
 * F4  An attempt that the death of the process cut off is made again, at most `limits.crashes` times, with longer and
 *     longer pauses: a task that kills the process does not do so for ever, nor at full speed. The number is noted with
 *     the lease of the next attempt.
 */
import type { Outcome } from "../protocol/value.js";
import type { Store, TaskRow } from "../store/store.js";
import type { TaskCall, TaskPool } from "../tasks/tasks.js";
import { Admission } from "./admission.js";
import { interrupted, interruptedTooOften } from "./failures.js";
import { Leases } from "./leases.js";
import { crashDelay, type Limits, retryDelay } from "./limits.js";
import { OpenTasks } from "./open-tasks.js";
import type { Programs } from "./programs.js";
import { RestingTasks } from "./resting-tasks.js";
import { attemptOf, type NewTask, refOf, taskCall } from "./task-call.js";
import { TaskEndings, type TaskEndingsParts } from "./task-endings.js";
import type { TaskTokenSubject } from "./task-tokens.js";
import { nextAttemptNow, rests } from "./task-writes.js";

export interface TaskFeedParts extends TaskEndingsParts {
  readonly store: Pick<Store, "commit" | "openTasks" | "findTask" | "startsSince" | "opened">;
  readonly pool: Pick<TaskPool, "submit" | "cancel" | "keepsPlace">;
  readonly programs: Programs;
  readonly limits: Limits;
}

export class TaskFeed {
  /** What becomes of the tasks that are handed out. */
  readonly endings: TaskEndings;
  readonly #parts: TaskFeedParts;
  readonly #open: OpenTasks;
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
  readonly #admission = new Admission<NewTask>();

  constructor(parts: TaskFeedParts) {
    this.#parts = parts;
    const { store, wakeups, limits } = parts;
    this.#open = new OpenTasks(parts.activity);
    this.endings = new TaskEndings(parts, this.#open, {
      changed: (ref) => this.#reading?.add(ref),
      left: (ref) => this.#leave(ref),
      resting: (task) => this.#keepResting(task),
      removed: (execution, seq) => this.removed(execution, seq),
      failed: (message, cause) => this.#failed(message, cause),
    });
    this.#leases = new Leases(store, () => parts.time.now(), {
      leased: (tasks) => {
        this.#failures = 0;
        this.#submit(tasks);
      },
      failed: (tasks, cause) => {
        for (const task of tasks) {
          this.#giveBack(task);
          // It was not noted: it stands in line again when it is read again.
          this.#leave(refOf(task));
        }
        this.#failed("tasks could not be marked as started", cause);
      },
    });
    this.#resting = new RestingTasks(limits.openTasks, (next) => wakeups.set("attempts", next, () => this.#rested()));
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
      else if (this.#open.take(task)) ready.push(task);
    }
    this.#submit(ready);
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

  /** The name of an open task, for messages. */
  nameOf(execution: number, seq: number): string {
    return this.#open.get(refOf({ execution, seq }))?.task.task ?? `task ${seq}`;
  }

  /** A commit has removed the row. */
  removed(execution: number, seq: number): void {
    const ref = refOf({ execution, seq });
    this.#reading?.add(ref);
    this.#resting.remove(ref);
    this.#leases.forget(execution, seq);
    this.endings.forget(ref, this.#open.remove(ref));
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
    const { pool, store } = this.#parts;
    const { incarnation } = store.opened;
    const mine: TaskRow[] = [];
    // Before any other may take the place.
    for (const row of rows)
      if (row.isWaiting && pool.keepsPlace?.(attemptOf(row)) === true) this.#admission.occupy(refOf(row), row);
    for (const row of rows) {
      if (this.#blocked.has(row.program)) continue;
      if (this.#open.size >= this.#parts.limits.openTasks) {
        this.#behind = true;
        break;
      }
      if (row.isWaiting) this.endings.watch(row, row.beat?.at ?? this.#parts.time.now());
      else if (row.readyAt > this.#parts.time.now()) this.#keepResting(row);
      else if (row.lease === 0) this.#enter(row);
      else if (row.lease !== incarnation && row.onCrash === "retry") this.#afterCrash(row);
      else if (!this.#open.take(row)) continue;
      else if (row.lease === incarnation) mine.push(row);
      else this.#interrupt(row, interrupted(row.task));
    }
    this.#submit(mine);
  }

  #interrupt(row: TaskRow, outcome: Outcome): void {
    const open = this.#open.get(refOf(row));
    if (open !== undefined) this.endings.settle(open, outcome);
  }

  /** An attempt that the death of an earlier incarnation cut off is made again: F6. */
  #afterCrash(row: TaskRow): void {
    const { limits, time } = this.#parts;
    const ref = refOf(row);
    if (this.#open.has(ref) || this.#resting.has(ref) || this.#admission.has(ref)) return;
    const crashes = (row.crashes ?? 0) + 1;
    const pause = crashDelay(crashes, limits);
    if (crashes >= limits.crashes) {
      if (this.#open.take(row)) this.#interrupt(row, interruptedTooOften(`task "${row.task}"`, crashes));
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
    if (!this.#stopped && this.#open.take(task)) this.#leases.add({ ...task, attempt: task.attempt + 1 });
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

  /** Gives the row back to the store: a later refill finds it again. */
  #giveBack(task: NewTask): void {
    this.#behind = true;
    this.#open.giveBack(task);
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
        const open = this.#open.ofAttempt(ref);
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
    this.#open.start(task);
    this.endings.watch(task, this.#parts.time.now());
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

/**
 * Which open tasks the pool has. All of them are rows in the store; at most `limits.openTasks` are handed out.
 *
 * F1  A call goes to the pool only after the commit that stores its row, and one with onCrash "fail" only after the
 *     commit that notes this incarnation as the one that may have started it.
 * F2  A row is handed out once per incarnation, and forgotten only after the commit that removes it.
 * F3  Rows that found no room, and those of earlier incarnations, are read in pages when there is room.
 */
import type { Outcome } from "../protocol/value.js";
import type { Store, TaskRow, Write } from "../store/store.js";
import type { SettledTask, TaskCall, TaskPool } from "../tasks/tasks.js";
import type { Activity } from "./activity.js";
import type { Problem } from "./engine.js";
import { interrupted } from "./failures.js";
import { type Limits, retryDelay } from "./limits.js";
import type { Programs } from "./programs.js";
import type { LogicalTime } from "./time.js";
import type { Wakeups } from "./wakeups.js";

/** A stored task, as the commit that added it knows it. */
export type NewTask = Omit<TaskRow, "row">;

interface OpenTask {
  readonly task: NewTask;
  state: "leasing" | "running" | "settled";
}

export interface TaskFeedParts {
  readonly store: Pick<Store, "commit" | "openTasks" | "opened">;
  readonly pool: Pick<TaskPool, "submit">;
  readonly programs: Programs;
  readonly time: LogicalTime;
  readonly limits: Limits;
  readonly activity: Activity;
  readonly wakeups: Wakeups;
  readonly deliver: (task: NewTask, outcome: Outcome) => void;
  readonly report: (problem: Problem) => void;
}

export class TaskFeed {
  readonly #parts: TaskFeedParts;
  readonly #open = new Map<string, OpenTask>();
  /** Rows of the store may wait to be handed out. */
  #behind = true;
  #reading: Set<string> | undefined;
  #leasing: NewTask[] = [];
  #failures = 0;
  #stopped = false;
  /** Programs whose host code could not be loaded: their tasks stay in the store until it is deployed again. */
  readonly #blocked = new Set<string>();

  constructor(parts: TaskFeedParts) {
    this.#parts = parts;
  }

  /** Takes up tasks that a commit has just stored. */
  add(tasks: readonly NewTask[]): void {
    const ready: NewTask[] = [];
    for (const task of tasks) {
      if (this.#stopped || this.#blocked.has(task.program) || this.#open.size >= this.#parts.limits.openTasks) {
        this.#behind = true;
        continue;
      }
      const isNew = this.#take(task);
      if (isNew && task.lease === 0) this.#lease({ ...task, attempt: 1 });
      else if (isNew) ready.push(task);
    }
    this.#submit(ready);
  }

  /** The pool's answers. */
  settled(answers: readonly SettledTask[]): void {
    for (const { ref, outcome } of answers) this.#settle(ref, outcome);
  }

  /** The name of an open task, for messages. */
  nameOf(execution: number, seq: number): string {
    return this.#open.get(refOf({ execution, seq }))?.task.task ?? `task ${seq}`;
  }

  /** A commit has removed the row. */
  removed(execution: number, seq: number): void {
    const ref = refOf({ execution, seq });
    this.#reading?.add(ref);
    this.#open.delete(ref);
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
    const removed = new Set<string>();
    this.#reading = removed;
    const { limits, store } = this.#parts;
    try {
      let after: number | undefined;
      for (;;) {
        if (this.#open.size >= limits.openTasks) {
          this.#behind = true;
          break;
        }
        const rows = await store.openTasks({ ...(after === undefined ? {} : { after }), limit: limits.page });
        await this.#takeUp(rows.filter((row) => !removed.has(refOf(row))));
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
  async #takeUp(rows: readonly TaskRow[]): Promise<void> {
    const { incarnation } = this.#parts.store.opened;
    const unstarted: TaskRow[] = [];
    const mine: TaskRow[] = [];
    for (const row of rows) {
      if (this.#blocked.has(row.program)) continue;
      if (this.#open.size >= this.#parts.limits.openTasks) {
        this.#behind = true;
        break;
      }
      if (!this.#take(row)) continue;
      if (row.lease === incarnation) mine.push(row);
      else if (row.lease !== 0 && row.onCrash === "fail") this.#interrupt(row);
      else unstarted.push(row);
    }
    this.#submit(mine);
    await this.#leaseAll(unstarted.map((row) => ({ ...row, attempt: row.attempt + 1 })));
  }

  #interrupt(row: TaskRow): void {
    this.#settle(refOf(row), interrupted(row.task), "leasing");
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

  #settle(ref: string, outcome: Outcome, from: OpenTask["state"] = "running"): void {
    const open = this.#open.get(ref);
    if (open?.state !== from) return;
    open.state = "settled";
    this.#parts.deliver(open.task, outcome);
    this.#parts.activity.end();
  }

  /** Gathers the leases of one synchronous stretch into one commit. */
  #lease(task: NewTask): void {
    if (this.#leasing.length === 0) {
      queueMicrotask(() => {
        const tasks = this.#leasing;
        this.#leasing = [];
        void this.#leaseAll(tasks);
      });
    }
    this.#leasing.push(task);
  }

  async #leaseAll(tasks: readonly NewTask[]): Promise<void> {
    if (tasks.length === 0) return;
    const lease = this.#parts.store.opened.incarnation;
    try {
      await this.#parts.store.commit(
        tasks.map(({ execution, seq, attempt }): Write => ({ kind: "leaseTask", execution, seq, attempt, lease })),
      );
      this.#failures = 0;
    } catch (cause) {
      for (const task of tasks) this.#giveBack(task);
      this.#failed("tasks could not be marked as started", cause);
      return;
    }
    this.#submit(tasks);
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
        const open = this.#open.get(ref);
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
    if (open !== undefined) open.state = "running";
    return {
      ref,
      program: task.program,
      task: task.task,
      input: task.input,
      onCrash: task.onCrash,
      context: {
        executionId: task.executionId,
        workflowName: task.workflow,
        scheduledTime: new Date(task.scheduledTime).toISOString(),
        retry: task.attempt - 1,
        // Equal for all attempts of the call; the time tells it from a call of another database's equal id.
        idempotencyKey: `${task.executionId}#${task.seq}@${task.scheduledTime.toString(36)}`,
      },
    };
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

function refOf({ execution, seq }: { readonly execution: number; readonly seq: number }): string {
  return `${execution}#${seq}`;
}

/**
 * The tasks that are handed out in this incarnation, from the decision to hand them out until the commit that removes
 * their row (F2).
 *
 * P1  Each counts as activity from `take` until it is settled or given back; whoever ends it says so.
 */
import type { Activity } from "./activity.js";
import { attemptOf, callOfAttempt, type NewTask, refOf } from "./task-call.js";

export interface OpenTask {
  /** As its present attempt has it. */
  task: NewTask;
  /** `leasing` until the pool has it, `settled` once its attempt counts no longer. */
  state: "leasing" | "running" | "settled";
}

export class OpenTasks {
  readonly #activity: Activity;
  readonly #open = new Map<string, OpenTask>();

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  get size(): number {
    return this.#open.size;
  }

  has(ref: string): boolean {
    return this.#open.has(ref);
  }

  get(ref: string): OpenTask | undefined {
    return this.#open.get(ref);
  }

  /** The one whose running attempt has that ref; undefined for an attempt that is given up. */
  ofAttempt(attempt: string): OpenTask | undefined {
    const open = this.#open.get(callOfAttempt(attempt));
    return open?.state === "running" && attemptOf(open.task) === attempt ? open : undefined;
  }

  /** False when it is already handed out. */
  take(task: NewTask): boolean {
    const ref = refOf(task);
    if (this.#open.has(ref)) return false;
    this.#open.set(ref, { task, state: "leasing" });
    this.#activity.begin();
    return true;
  }

  /** The pool gets it. */
  start(task: NewTask): void {
    const open = this.#open.get(refOf(task));
    if (open !== undefined) Object.assign(open, { state: "running", task } satisfies OpenTask);
  }

  /** Forgets one that was taken and not settled. */
  giveBack(task: NewTask): void {
    if (this.#open.delete(refOf(task))) this.#activity.end();
  }

  /** Forgets it, and gives what it was; its activity is the caller's to end. */
  remove(ref: string): OpenTask | undefined {
    const open = this.#open.get(ref);
    this.#open.delete(ref);
    return open;
  }

  /** Forgets it unless it is another by now. Tells whether it was there. */
  removeThis(open: OpenTask): boolean {
    const ref = refOf(open.task);
    return this.#open.get(ref) === open && this.#open.delete(ref);
  }
}

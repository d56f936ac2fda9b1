/**
 * Notes in the store that attempts start in this incarnation (task-endings.ts, E1): those of one synchronous stretch in
 * one commit.
 */
import type { Store, Write } from "../store/store.js";
import { rateGate } from "./admission.js";
import type { NewTask } from "./task-call.js";

export interface LeaseOutcomes {
  /** They may start. */
  readonly leased: (tasks: readonly NewTask[]) => void;
  readonly failed: (tasks: readonly NewTask[], cause: unknown) => void;
}

export class Leases {
  readonly #store: Pick<Store, "commit" | "opened">;
  readonly #outcomes: LeaseOutcomes;
  readonly #now: () => number;
  #gathered: NewTask[] = [];

  constructor(store: Pick<Store, "commit" | "opened">, now: () => number, outcomes: LeaseOutcomes) {
    this.#store = store;
    this.#now = now;
    this.#outcomes = outcomes;
  }

  /** `task` has the number of the attempt that is to start. */
  add(task: NewTask): void {
    this.#gathered.push(task);
    if (this.#gathered.length === 1) queueMicrotask(() => void this.#write());
  }

  /** The task is gone before its attempt was noted: it could only be refused, and the others with it. */
  forget(execution: number, seq: number): void {
    this.#gathered = this.#gathered.filter((task) => task.execution !== execution || task.seq !== seq);
  }

  async #write(): Promise<void> {
    const tasks = this.#gathered;
    this.#gathered = [];
    if (tasks.length === 0) return;
    try {
      await this.#store.commit(tasks.flatMap((task) => [this.#lease(task), ...this.#start(task)]));
    } catch (cause) {
      this.#outcomes.failed(tasks, cause);
      return;
    }
    this.#outcomes.leased(tasks);
  }

  /** What the attempt takes of its rate. */
  #start({ task, policy }: NewTask): readonly Write[] {
    if (policy?.rateLimit === undefined) return [];
    const { key, per } = policy.rateLimit;
    const at = this.#now();
    return [{ kind: "noteStart", gate: rateGate(task, key), at, until: Math.ceil(at + per) }];
  }

  #lease({ execution, seq, attempt, crashes }: NewTask): Write {
    const lease = this.#store.opened.incarnation;
    const write = { kind: "leaseTask", execution, seq, attempt, lease } as const;
    return crashes === undefined ? write : { ...write, crashes };
  }
}

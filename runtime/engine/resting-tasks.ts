/** Tasks that rest until their next attempt. Those that find no room are in the store alone. */
import { type NewTask, refOf } from "./task-call.js";

export class RestingTasks {
  readonly #tasks = new Map<string, NewTask>();
  readonly #room: number;
  readonly #changed: (next: number | undefined) => void;

  /** `changed` is told when the next attempt (ms since the epoch) may have become another. */
  constructor(room: number, changed: (next: number | undefined) => void) {
    this.#room = room;
    this.#changed = changed;
  }

  get size(): number {
    return this.#tasks.size;
  }

  has(ref: string): boolean {
    return this.#tasks.has(ref);
  }

  /** False when there is no room for it. */
  add(task: NewTask): boolean {
    const ref = refOf(task);
    if (this.#tasks.size >= this.#room && !this.#tasks.has(ref)) return false;
    this.#tasks.set(ref, task);
    this.#changed(this.#next());
    return true;
  }

  remove(ref: string): void {
    this.#tasks.delete(ref);
  }

  /** Takes out and gives those whose next attempt is due, earliest first. */
  due(now: number): readonly NewTask[] {
    const due = [...this.#tasks.values()].filter(({ readyAt }) => readyAt <= now);
    due.sort((left, right) => left.readyAt - right.readyAt);
    for (const task of due) this.#tasks.delete(refOf(task));
    this.#changed(this.#next());
    return due;
  }

  #next(): number | undefined {
    let next: number | undefined;
    for (const { readyAt } of this.#tasks.values()) next = Math.min(next ?? readyAt, readyAt);
    return next;
  }
}

/**
 * Executions whose last commit or load failed, until their next attempt.
 *
 * Y1  What is only in memory (task results, timers, inbox entries) waits with its execution for as long as it takes.
 * Y2  Who waits for an acknowledgement gets the error after a bounded number of attempts; its event is then removed,
 *     so that what was refused never happens later.
 */
import type { Actor, Pending } from "./actor.js";
import { notStored } from "./faults.js";
import { retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";

export class Retries {
  readonly #parts: Pick<Parts, "time" | "limits" | "wakeups" | "directory" | "report">;
  readonly #wake: (actor: Actor) => void;
  readonly #waiting = new Set<Actor>();

  /** `wake` gets each actor when it may try again, in phase `idle`. */
  constructor(
    parts: Pick<Parts, "time" | "limits" | "wakeups" | "directory" | "report">,
    wake: (actor: Actor) => void,
  ) {
    this.#parts = parts;
    this.#wake = wake;
  }

  /** Takes an actor in phase `waiting` after a failure. `last`: there will be no further attempt in this process. */
  add(actor: Actor, cause: unknown, last: boolean): void {
    const { time, limits, report } = this.#parts;
    const { row } = actor;
    const message = last ? "an activation was left for the next start" : "an activation failed and will be tried again";
    report({ message, cause, ...(row === undefined ? {} : { execution: row.id }) });
    this.#refuse(actor, cause, last ? 1 : limits.storeAttempts);
    if (last || (!actor.created && actor.queue.length === 0)) {
      actor.queue = [];
      this.#release(actor);
      return;
    }
    actor.retryAt = time.now() + retryDelay(actor.failures, limits);
    this.#waiting.add(actor);
    this.#arm();
  }

  /** The engine closes: nobody waits any longer. */
  stop(cause: unknown): void {
    for (const actor of this.#waiting) {
      this.#refuse(actor, cause, 1);
      actor.queue = [];
      this.#release(actor);
    }
    this.#waiting.clear();
  }

  #release(actor: Actor): void {
    actor.phase = "idle";
    actor.inboxStale = false;
    actor.flush = false;
    if (actor.created) this.#parts.directory.release(actor);
    else this.#parts.directory.abandon(actor);
  }

  #refuse(actor: Actor, cause: unknown, attempts: number): void {
    const id = actor.row?.id ?? String(actor.key);
    const stays = ({ origin }: Pending): boolean => {
      if (origin.kind !== "client") return true;
      origin.waiter.failures++;
      if (origin.waiter.failures < attempts) return true;
      origin.waiter.reject(notStored(origin.what, id, cause));
      return false;
    };
    actor.queue = actor.queue.filter(stays);
  }

  #arm(): void {
    let at: number | undefined;
    for (const { retryAt } of this.#waiting) at = Math.min(at ?? retryAt, retryAt);
    this.#parts.wakeups.set("retries", at, () => this.#retry());
  }

  #retry(): void {
    const now = this.#parts.time.now();
    for (const actor of [...this.#waiting]) {
      if (actor.retryAt > now) continue;
      this.#waiting.delete(actor);
      actor.phase = "idle";
      this.#wake(actor);
      // Nothing left to try, as when the only event was a signal that has been refused.
      this.#parts.directory.release(actor);
    }
    this.#arm();
  }
}

/**
 * What the store holds and nobody has taken up: at the start, and with timers for as long as the engine runs.
 *
 * V1  Everything is read in pages: neither time nor memory depends on the number of sleeping executions.
 * V2  A read that fails is tried again; meanwhile the engine goes on with what it knows.
 */
import type { Actor } from "./actor.js";
import { retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";

export class Recovery {
  readonly #parts: Parts;
  readonly #wake: (actor: Actor) => void;
  #stopped = false;
  #timerFailures = 0;
  #timersHeld = false;
  #inboxFailures = 0;

  constructor(parts: Parts, wake: (actor: Actor) => void) {
    this.#parts = parts;
    this.#wake = wake;
  }

  start(): void {
    this.#parts.feed.refill();
    this.timersChanged();
    void this.#inboxes();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Waits for the next timer in memory, or reads more of them. */
  timersChanged(): void {
    const { timers, wakeups, activity } = this.#parts;
    if (this.#stopped || this.#timersHeld) return;
    if (timers.needsPage) void activity.during(this.#timerPage());
    else wakeups.set("timers", timers.next(), () => timers.fire());
  }

  async #timerPage(): Promise<void> {
    const { timers, wakeups, time, limits, report } = this.#parts;
    try {
      await timers.readPage();
      this.#timerFailures = 0;
    } catch (cause) {
      if (this.#stopped) return;
      report({ message: "timers could not be read and will be tried again", cause });
      this.#timerFailures++;
      this.#timersHeld = true;
      wakeups.set("timers", time.now() + retryDelay(this.#timerFailures, limits), () => {
        this.#timersHeld = false;
        this.timersChanged();
      });
    }
  }

  /** Wakes the executions that have entries in their inbox, page by page: the next one when this one is consumed. */
  async #inboxes(): Promise<void> {
    const { store, directory, limits, activity } = this.#parts;
    try {
      while (!this.#stopped) {
        const keys = await activity.during(store.pendingInboxes(limits.page));
        this.#inboxFailures = 0;
        const actors = keys.map((key) => directory.byKey(key));
        const quiet = actors.map((actor) => actor.whenQuiet());
        for (const actor of actors) {
          actor.inboxStale = true;
          this.#wake(actor);
        }
        if (keys.length < limits.page) return;
        await Promise.all(quiet);
      }
    } catch (cause) {
      this.#inboxesFailed(cause);
    }
  }

  #inboxesFailed(cause: unknown): void {
    if (this.#stopped) return;
    const { wakeups, time, limits, report } = this.#parts;
    report({ message: "inboxes could not be read and will be tried again", cause });
    this.#inboxFailures++;
    wakeups.set("inboxes", time.now() + retryDelay(this.#inboxFailures, limits), () => void this.#inboxes());
  }
}

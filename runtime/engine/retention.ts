/**
 * Closed executions go when their workflow's `retention` has passed: with their logs and history, in small commits, so
 * that nobody waits for it.
 *
 * N1  Only what is closed goes, and only when no task of it is still running.
 */
import type { Store } from "../store/store.js";
import type { DeclarationRegistry } from "./declarations.js";
import { retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";

/** Executions that one commit removes. */
const BATCH = 50;

type PruneParts = { readonly store: Store; readonly declarations: Pick<DeclarationRegistry, "retentions"> };

/**
 * Removes what may go at `now` (ms since the epoch); gives how many. `removed` is told of each batch, and says whether to
 * go on.
 */
export async function prune(
  { store, declarations }: PruneParts,
  now: number,
  removed: (ids: readonly string[]) => boolean = () => true,
): Promise<number> {
  let count = 0;
  for (const [workflow, ms] of declarations.retentions()) {
    for (;;) {
      const rows = await store.prunable(workflow, now - ms, BATCH);
      if (rows.length === 0) break;
      await store.commit(rows.map(({ key }) => ({ kind: "removeExecution", execution: key })));
      count += rows.length;
      if (!removed(rows.map(({ id }) => id))) return count;
      if (rows.length < BATCH) break;
    }
  }
  return count;
}

type RetentionParts = Pick<
  Parts,
  "store" | "declarations" | "directory" | "time" | "limits" | "wakeups" | "activity" | "report"
>;

export class Retention {
  readonly #parts: RetentionParts;
  #running: Promise<void> | undefined;
  /** The first moment at which something may go, as far as is known, ms since the epoch. */
  #next: number | undefined;
  #isLooking = false;
  #failures = 0;
  #stopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** An execution has ended, or its last task, or what is declared has changed. */
  look(): void {
    const { declarations, time, activity } = this.#parts;
    const retentions = declarations.retentions();
    if (this.#stopped || this.#isLooking || retentions.size === 0) return;
    // What ends now cannot go before that: mostly there is nothing to be looked up.
    if (this.#next !== undefined && this.#next <= time.now() + Math.min(...retentions.values())) return;
    this.#isLooking = true;
    this.#running = activity.during(this.#arm());
  }

  /** Removes what may go now; gives how many. */
  async prune(): Promise<number> {
    const { directory, time } = this.#parts;
    return await prune(this.#parts, time.now(), (ids) => {
      for (const id of ids) directory.changed(id);
      return !this.#stopped;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Waits for the first moment at which something may go. */
  async #arm(): Promise<void> {
    const { store, declarations, wakeups, time, limits, report } = this.#parts;
    try {
      let next: number | undefined;
      for (const [workflow, ms] of declarations.retentions()) {
        const [oldest] = await store.prunable(workflow, Number.MAX_SAFE_INTEGER, 1);
        if (oldest !== undefined) next = Math.min(next ?? Number.POSITIVE_INFINITY, oldest.endTime + ms);
      }
      this.#next = next;
      this.#failures = 0;
      wakeups.set("retention", next, () => {
        this.#running = this.#parts.activity.during(this.#serve());
      });
    } catch (cause) {
      if (this.#stopped) return;
      report({ message: "closed executions could not be removed and will be tried again", cause });
      this.#failures++;
      wakeups.set("retention", time.now() + retryDelay(this.#failures, limits), () => {
        this.#running = this.#parts.activity.during(this.#arm());
      });
    } finally {
      this.#isLooking = false;
    }
  }

  async #serve(): Promise<void> {
    try {
      await this.prune();
    } catch (cause) {
      this.#parts.report({ message: "closed executions could not be removed", cause });
    }
    await this.#arm();
  }
}

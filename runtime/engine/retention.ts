/**
 * Closed executions go when their workflow's `retention` has passed, or when an operator asks for it: with their logs
 * and history, in small commits, so that nobody waits for it.
 *
 * N1  Only what is closed goes, and only when no task of it is still running.
 * N2  What ends while the store is asked for what may go is not overlooked: it is asked again.
 */
import type { PrunableQuery, Store } from "../store/store.js";
import type { DeclarationRegistry } from "./declarations.js";
import type { PruneReply, PruneRequest } from "./engine.js";
import { retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";

/** Executions that one commit removes. */
const BATCH = 50;

type PruneParts = { readonly store: Store; readonly declarations: Pick<DeclarationRegistry, "retentions"> };

/**
 * Removes what `request` means at `now` (ms since the epoch). `removed` is told of each batch, and says whether to go
 * on.
 */
export async function prune(
  { store, declarations }: PruneParts,
  now: number,
  request: PruneRequest = {},
  removed: (ids: readonly string[]) => boolean = () => true,
): Promise<PruneReply> {
  const { dryRun = false, limit = Number.POSITIVE_INFINITY } = request;
  const queries = queriesOf(declarations.retentions(), now, request);
  let executions = 0;
  if (dryRun) {
    for (const query of queries) executions += await store.countPrunable(query);
    return { executions, more: false };
  }
  for (const query of queries) {
    for (;;) {
      const size = Math.min(BATCH, limit - executions);
      if (size === 0) return { executions, more: true };
      const rows = await store.prunable({ ...query, limit: size });
      if (rows.length === 0) break;
      await store.commit(rows.map(({ key }) => ({ kind: "removeExecution", execution: key })));
      executions += rows.length;
      if (!removed(rows.map(({ id }) => id))) return { executions, more: true };
      if (rows.length < size) break;
    }
  }
  return { executions, more: false };
}

function queriesOf(
  retentions: ReadonlyMap<string, number>,
  now: number,
  { olderThanMs, workflow, status }: PruneRequest,
): readonly PrunableQuery[] {
  const common = status === undefined ? {} : { status };
  if (olderThanMs !== undefined) {
    return [{ ...common, until: now - olderThanMs, ...(workflow === undefined ? {} : { workflow }) }];
  }
  return [...retentions]
    .filter(([name]) => workflow === undefined || name === workflow)
    .map(([name, ms]) => ({ ...common, until: now - ms, workflow: name }));
}

type RetentionParts = Pick<
  Parts,
  "store" | "declarations" | "directory" | "time" | "limits" | "wakeups" | "activity" | "report"
>;

export class Retention {
  readonly #parts: RetentionParts;
  #running: Promise<void> | undefined;
  /** Something has changed since what runs now began (N2). */
  #again = false;
  /** The first moment at which something may go, as far as is known, ms since the epoch. */
  #next: number | undefined;
  #failures = 0;
  #stopped = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** An execution has ended, or its last task, or what is declared has changed. */
  look(): void {
    const { declarations, time } = this.#parts;
    const retentions = declarations.retentions();
    if (this.#stopped || retentions.size === 0) return;
    if (this.#running !== undefined) this.#again = true;
    // What ends now cannot go before that: mostly there is nothing to be looked up.
    else if (this.#next === undefined || this.#next > time.now() + Math.min(...retentions.values())) this.#run();
  }

  /** Removes what `request` means now. */
  async prune(request: PruneRequest = {}): Promise<PruneReply> {
    const { directory, time } = this.#parts;
    return await prune(this.#parts, time.now(), request, (ids) => {
      for (const id of ids) directory.changed(id);
      return !this.#stopped;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #run(): void {
    this.#running = this.#parts.activity.during(this.#serve()).finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      if (!this.#stopped) this.#run();
    });
  }

  /** Removes what may go, and waits for the first moment at which something may go next. */
  async #serve(): Promise<void> {
    const { time, limits, report } = this.#parts;
    try {
      await this.prune();
      this.#wakeAt(await this.#first());
      this.#failures = 0;
    } catch (cause) {
      if (this.#stopped) return;
      report({ message: "closed executions could not be removed and will be tried again", cause });
      this.#failures++;
      this.#wakeAt(time.now() + retryDelay(this.#failures, limits));
    }
  }

  async #first(): Promise<number | undefined> {
    const { store, declarations } = this.#parts;
    let first: number | undefined;
    for (const [workflow, ms] of declarations.retentions()) {
      const [oldest] = await store.prunable({ workflow, until: Number.MAX_SAFE_INTEGER, limit: 1 });
      if (oldest !== undefined) first = Math.min(first ?? Number.POSITIVE_INFINITY, oldest.endTime + ms);
    }
    return first;
  }

  #wakeAt(next: number | undefined): void {
    this.#next = next;
    this.#parts.wakeups.set("retention", next, () => {
      if (this.#running === undefined) this.#run();
      else this.#again = true;
    });
  }
}

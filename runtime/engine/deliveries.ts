/**
 * Events on their way to the handlers of subscriptions, which the task pool runs.
 *
 * D1  Each event is in each subscription's queue once, from the commit that emits it to the commit that records that an
 *     attempt has handled it. Attempts that the death of the process cuts off are made again.
 * D2  A failed attempt is followed by another after a pause, as the subscription's policy says; after the last one the
 *     event is a dead letter.
 * D3  At most `limits.deliveries` are handed out at once; the others wait in the store.
 * D4  An event whose subscription no program declares any more waits until one does.
 * D5  What an earlier incarnation left is noted in the store before it is handed out, so that deaths are counted: after
 *     `limits.crashes` of them the event is a dead letter, and the later ones are followed by longer and longer pauses.
 *     The first death of a handler is not seen: nothing is written before what has just been emitted.
 */

import { subscriptionTask } from "../protocol/declarations.js";
import type { Outcome } from "../protocol/value.js";
import type { DeliveryRow, Write } from "../store/store.js";
import type { SettledTask, TaskCall, TaskPool } from "../tasks/tasks.js";
import { nextAttemptAt } from "./attempts.js";
import { interruptedTooOften } from "./failures.js";
import { crashDelay, retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";

const PREFIX = "delivery#";

/** The ref by which the pool knows the attempts to deliver an event. */
export function deliveryRef(id: number): string {
  return `${PREFIX}${id}`;
}

export interface DeliveryParts
  extends Pick<Parts, "store" | "programs" | "declarations" | "time" | "limits" | "activity" | "wakeups" | "report"> {
  readonly pool: Pick<TaskPool, "submit">;
}

export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #running = new Map<number, DeliveryRow>();
  /** Recorded since the store was last asked what is due: what it answered about them may be older (D1). */
  readonly #recorded = new Set<number>();
  #filling: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #stopped = false;
  /** What was emitted before is an earlier incarnation's. */
  readonly #openedAt: number;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#openedAt = parts.time.now();
  }

  /** Takes up what is due. Called at the start, and when something may have become due. */
  look(): void {
    if (this.#stopped) return;
    if (this.#filling !== undefined) {
      this.#again = true;
      return;
    }
    this.#filling = this.#parts.activity.during(this.#fill()).finally(() => {
      this.#filling = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.look();
    });
  }

  /** Hands out nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  /** True for an answer of the pool that is not a task's. */
  static isOne(ref: string): boolean {
    return ref.startsWith(PREFIX);
  }

  settled({ ref, outcome }: SettledTask): void {
    const row = this.#running.get(Number(ref.slice(PREFIX.length)));
    if (row !== undefined) void this.#record(row, outcome);
  }

  async #fill(): Promise<void> {
    const { store, time, limits, wakeups } = this.#parts;
    try {
      const now = time.now();
      const limit = limits.deliveries + this.#running.size;
      this.#recorded.clear();
      const room = limits.deliveries - this.#running.size;
      const due = (await store.dueDeliveries(now, limit))
        .filter(({ id }) => !this.#running.has(id) && !this.#recorded.has(id))
        .slice(0, room);
      for (const row of await this.#marked(due)) await this.#handOut(row);
      wakeups.set("deliveries", await store.nextDelivery(now), () => this.look());
      this.#failures = 0;
    } catch (cause) {
      this.#failed("events for subscriptions could not be read", cause);
    }
  }

  /** Those of the rows that may be handed out, once the store knows of it: D5. */
  async #marked(due: readonly DeliveryRow[]): Promise<readonly DeliveryRow[]> {
    const { store, declarations } = this.#parts;
    const { incarnation } = store.opened;
    const writes: Write[] = [];
    const ready: DeliveryRow[] = [];
    for (const row of due) {
      const { id, time, lease = 0, crashes: before = 0 } = row;
      if (time >= this.#openedAt || declarations.subscription(row.subscription) === undefined) {
        ready.push(row);
        continue;
      }
      const wasCutOff = lease !== 0 && lease !== incarnation;
      const crashes = wasCutOff ? before + 1 : before;
      const rest = wasCutOff ? this.#afterCrash(row, crashes) : [];
      if (rest.length > 0) {
        writes.push(...rest);
      } else {
        writes.push({ kind: "leaseDelivery", id, lease: incarnation, crashes });
        ready.push({ ...row, crashes });
      }
    }
    if (writes.length > 0) await store.commit(writes);
    return ready;
  }

  /** What is written when the death of the process has cut off an attempt; nothing if it is made again at once. */
  #afterCrash({ id, attempt, subscription }: DeliveryRow, crashes: number): readonly Write[] {
    const { limits, time } = this.#parts;
    if (crashes >= limits.crashes) {
      const { error } = interruptedTooOften(`the subscription "${subscription}"`, crashes);
      return [{ kind: "buryDelivery", id, attempt, time: time.now(), error }];
    }
    const pause = crashDelay(crashes, limits);
    if (pause === 0) return [];
    return [
      { kind: "leaseDelivery", id, lease: 0, crashes },
      { kind: "retryDelivery", id, attempt, readyAt: time.now() + pause },
    ];
  }

  async #handOut(row: DeliveryRow): Promise<void> {
    const { programs, declarations, pool, activity, report } = this.#parts;
    const subscription = declarations.subscription(row.subscription);
    if (subscription === undefined || this.#stopped) return;
    try {
      await programs.host(subscription.program);
    } catch (cause) {
      report({
        message: `events for "${row.subscription}" wait: the host code of its program cannot be loaded`,
        cause,
      });
      return;
    }
    this.#running.set(row.id, row);
    activity.begin();
    pool.submit([callOf(row, subscription.program)]);
  }

  async #record(row: DeliveryRow, outcome: Outcome): Promise<void> {
    const { store, activity } = this.#parts;
    try {
      await store.commit(this.#writesFor(row, outcome));
      this.#recorded.add(row.id);
    } catch (cause) {
      // The row is as it was: the attempt is made again.
      this.#failed("what came of an event could not be recorded", cause);
    } finally {
      this.#running.delete(row.id);
      activity.end();
    }
    this.look();
  }

  #writesFor(row: DeliveryRow, outcome: Outcome): readonly Write[] {
    const { id } = row;
    if (outcome.ok) return [{ kind: "removeDelivery", id }];
    const { declarations, time } = this.#parts;
    const attempt = row.attempt + 1;
    const retry = declarations.subscription(row.subscription)?.retry;
    const policy = retry === undefined ? {} : { policy: { retry } };
    const readyAt = nextAttemptAt({ ...policy, attempt, seed: keyOf(row), error: outcome.error }, time.now());
    if (readyAt !== undefined) return [{ kind: "retryDelivery", id, attempt, readyAt }];
    return [{ kind: "buryDelivery", id, attempt, time: time.now(), error: outcome.error }];
  }

  #failed(message: string, cause: unknown): void {
    if (this.#stopped) return;
    this.#failures++;
    this.#parts.report({ message, cause });
    const { wakeups, time, limits } = this.#parts;
    wakeups.set("deliveries", time.now() + retryDelay(this.#failures, limits), () => this.look());
  }
}

/** Equal for all attempts to handle the event. */
function keyOf({ id, subscription, time }: DeliveryRow): string {
  return `${subscription}#${id}@${time.toString(36)}`;
}

function callOf(row: DeliveryRow, program: string): TaskCall {
  const { id, subscription, event, payload, time, attempt } = row;
  return {
    ref: deliveryRef(id),
    program,
    task: subscriptionTask(subscription),
    input: payload,
    onCrash: "retry",
    context: {
      executionId: "",
      workflowName: "",
      scheduledTime: new Date(time).toISOString(),
      retry: attempt,
      idempotencyKey: keyOf(row),
      token: "",
      event,
    },
  };
}

/**
 * One execution in memory: its queue of events and what is known of its stored state.
 *
 * A1  `phase` is `busy` from the moment its events are taken until their commit has settled: at most one activation of
 *     an execution is not yet committed.
 * A2  An event leaves the queue only into the activation under way; a failed one puts its events back in front.
 * A3  Inbox entries stand before all other events: nobody can have acted upon an event that is not yet consumed, but
 *     what is in the inbox has been acknowledged.
 * A4  `inboxStale` is cleared before the inbox is read and set after each commit that adds to it: an entry that the read
 *     missed is still announced when the read has ended.
 */
import type { Event, TailEntry } from "../protocol/event.js";
import type { ExecutionRow, InboxRow, StoredExecution } from "../store/store.js";
import { NEW_POSITION, type Position } from "./policy.js";

/** An event that waits, and what has to happen when it is consumed. */
export interface Pending {
  readonly event: Event;
  readonly origin: Origin;
}

export type Origin =
  /** A row of the inbox. */
  | { readonly kind: "inbox"; readonly id: number }
  /** A row of the timers. */
  | { readonly kind: "timer"; readonly seq: number }
  /** A settled task, whose row is still there. */
  | { readonly kind: "task"; readonly seq: number; readonly recorded?: Recorded }
  /** In memory only: somebody waits for the acknowledgement. */
  | { readonly kind: "client"; readonly what: "start" | "signal"; readonly waiter: Waiter };

/** Told when a task's outcome is durable, or that its execution is closed. */
export interface Recorded {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for an acknowledgement. `failures` counts the commits that failed with it. */
export interface Waiter {
  failures: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `waiting`: for the next attempt after a failure. */
export type Phase = "idle" | "ready" | "busy" | "waiting";

export class Actor {
  readonly key: number;
  /** Unknown until loaded when only the key is known, as from a timer. */
  row: ExecutionRow | undefined;
  phase: Phase = "idle";
  /** The sandbox holds an instance of the committed state. */
  live = false;
  /** False until the commit that creates it. */
  created = true;
  /** Settles with that commit. */
  creation: Promise<void> | undefined;
  /** While the commit that closes it is under way: settles with it. */
  closing: Promise<void> | undefined;
  /** How often others have begun to wait for its end; and the commits with which some are about to. */
  awaited = 0;
  arriving: Promise<unknown> | undefined;
  /** How many callers hold it in memory. */
  pins = 0;
  /** The inbox has entries that the queue does not know. */
  inboxStale = false;
  /** A checkpoint is to be written and the instance dropped. */
  flush = false;
  position: Position = NEW_POSITION;
  /** Committed state for the next activation, from loading until it is sent. */
  loaded: { readonly checkpoint: string | null; readonly tail: readonly TailEntry[] } | undefined;
  queue: Pending[] = [];
  /** Failures in a row: of commits, and of sandboxes. */
  failures = 0;
  losses = 0;
  #quietWaiters: (() => void)[] = [];
  /** In phase `waiting`: logical time of the next attempt. */
  retryAt = 0;

  constructor(key: number, row?: ExecutionRow) {
    this.key = key;
    this.row = row;
  }

  /** What comes into the inbox of one that is about to be created, as by its parent, is announced with that commit. */
  get hasWork(): boolean {
    return this.queue.length > 0 || (this.inboxStale && this.created) || this.flush;
  }

  /** Resolves when the execution next has nothing to do. */
  whenQuiet(): Promise<void> {
    return new Promise((resolve) => this.#quietWaiters.push(resolve));
  }

  /** It has nothing to do. */
  quiet(): void {
    const waiters = this.#quietWaiters;
    this.#quietWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Takes the next events, at most `limit`, in order. */
  take(limit: number): readonly Pending[] {
    if (this.queue.length <= limit) {
      const all = this.queue;
      this.queue = [];
      return all;
    }
    return this.queue.splice(0, limit);
  }

  /** Puts events back that were taken and not consumed. */
  putBack(batch: readonly Pending[]): void {
    this.queue = [...batch, ...this.queue];
  }

  /** Removes waiting events whose purpose is gone. */
  discard(isGone: (pending: Pending) => boolean): void {
    if (this.queue.some(isGone)) this.queue = this.queue.filter((pending) => !isGone(pending));
  }

  /** Takes over what the store holds. */
  load(stored: StoredExecution): void {
    const { row, checkpoint, tail, tailBytes, tailCost } = stored;
    this.row = row;
    const start = checkpoint?.n ?? 0;
    this.position = {
      n: tail.at(-1)?.n ?? start,
      tailBytes,
      tailCost,
      checkpoint: checkpoint && { n: start, bytes: checkpoint.text.length, cost: checkpoint.cost },
      setbacks: this.position.setbacks,
    };
    this.loaded = { checkpoint: checkpoint?.text ?? null, tail };
    this.mergeInbox(stored.inbox);
  }

  /** Makes the queue's inbox entries those of the store, in its order, in front of all others (A3). */
  mergeInbox(rows: readonly InboxRow[]): void {
    const others = this.queue.filter(({ origin }) => origin.kind !== "inbox");
    const entries = rows.map(({ id, event }): Pending => ({ event, origin: { kind: "inbox", id } }));
    this.queue = [...entries, ...others];
  }

  /** The in-memory state is no longer that of the store: the next activation loads it again. */
  forgetState(): void {
    this.live = false;
    this.loaded = undefined;
  }
}

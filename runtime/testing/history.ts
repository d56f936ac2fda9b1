/**
 * What has happened in each execution: the events that it was given, the commands that it gave, what it logged, and how
 * it ended. Only what has been committed counts: an activation that a crash undid has not happened.
 */
import type { Command, Emitted } from "../protocol/command.js";
import type { Event } from "../protocol/event.js";
import type { Status } from "../protocol/execution.js";
import type { LogLine } from "../protocol/guest.js";
import { decode } from "../protocol/value.js";
import type { ActivationReply, ActivationRequest } from "../sandbox/sandbox.js";
import type { Write } from "../store/store.js";

/** One thing that happened, at a time in ms since the epoch. */
export type HistoryEntry =
  | { readonly at: number; readonly kind: "event"; readonly event: Event }
  | { readonly at: number; readonly kind: "command"; readonly command: Command }
  | { readonly at: number; readonly kind: "log"; readonly line: LogLine }
  | { readonly at: number; readonly kind: "status"; readonly status: Status };

interface Activation {
  readonly request: ActivationRequest;
  readonly reply: Extract<ActivationReply, { kind: "done" }>;
}

/** Writes that record an activation. */
const STATE_WRITES: ReadonlySet<Write["kind"]> = new Set(["appendTail", "putCheckpoint", "setStatus"]);

export class History {
  readonly #entries = new Map<string, HistoryEntry[]>();
  readonly #idOf = new Map<number, string>();
  /** By execution id: an execution has at most one activation on its way. */
  readonly #uncommitted = new Map<string, Activation>();
  /** By workflows, and by handlers of tasks and subscriptions. */
  readonly #emitted: { readonly event: string; readonly payload: unknown }[] = [];
  /** All entries in the order in which they were committed. */
  readonly #all: { readonly id: string; readonly entry: HistoryEntry }[] = [];

  /** The entries of one execution, oldest first. */
  of(id: string): readonly HistoryEntry[] {
    return this.#entries.get(id) ?? [];
  }

  /** Events have been emitted, by name and encoded payload. */
  emitted(events: readonly Emitted[]): void {
    for (const { event, payload } of events) this.#emitted.push({ event, payload: decode(payload) });
  }

  /** The payloads of one event, oldest first. */
  emittedOf(event: string): readonly unknown[] {
    return this.#emitted.filter((each) => each.event === event).map(({ payload }) => payload);
  }

  /** The last entries of all executions together. */
  last(count: number): readonly { readonly id: string; readonly entry: HistoryEntry }[] {
    return this.#all.slice(-count);
  }

  /** Ids of the executions that anything has happened in. */
  get executions(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The sandbox has run an activation. */
  activated(request: ActivationRequest, reply: ActivationReply): void {
    if (reply.kind === "done" && request.events.length > 0)
      this.#uncommitted.set(request.execution, { request, reply });
    else this.#uncommitted.delete(request.execution);
  }

  /** The store has an execution under that key. */
  knows(key: number, id: string): void {
    this.#idOf.set(key, id);
  }

  /** A commit is durable. */
  committed(writes: readonly Write[], now: number): void {
    for (const write of writes) {
      if (write.kind === "createExecution") this.knows(write.row.key, write.row.id);
    }
    for (const [id, own] of this.#byExecution(writes)) {
      const activation = own.some(({ kind }) => STATE_WRITES.has(kind)) ? this.#take(id) : undefined;
      const at = activation?.request.now ?? now;
      for (const event of activation?.request.events ?? []) this.#add(id, { at, kind: "event", event });
      for (const write of own) {
        if (write.kind === "addLog") this.#add(id, { at, kind: "log", line: write });
      }
      for (const command of activation?.reply.commands ?? []) {
        this.#add(id, { at, kind: "command", command });
        if (command.kind === "emit") this.emitted(command.events);
      }
      for (const write of own) {
        if (write.kind === "setStatus") this.#add(id, { at, kind: "status", status: write.status });
      }
    }
  }

  #byExecution(writes: readonly Write[]): ReadonlyMap<string, readonly Write[]> {
    const groups = new Map<string, Write[]>();
    for (const write of writes) {
      const id = "execution" in write ? this.#idOf.get(write.execution) : undefined;
      if (id !== undefined) groups.set(id, [...(groups.get(id) ?? []), write]);
    }
    return groups;
  }

  #take(id: string): Activation | undefined {
    const activation = this.#uncommitted.get(id);
    this.#uncommitted.delete(id);
    return activation;
  }

  /** The engine has died: what it had not committed has not happened. */
  forgetUncommitted(): void {
    this.#uncommitted.clear();
  }

  #add(id: string, entry: HistoryEntry): void {
    const entries = this.#entries.get(id) ?? [];
    this.#entries.set(id, entries);
    entries.push(entry);
    this.#all.push({ id, entry });
  }
}

/**
 * From a reply of the sandbox to the store, and after the commit to the world.
 *
 * K1  One activation is one `store.commit`: events consumed, commands, logs, and the tail entry or the checkpoint.
 * K2  Nothing of `Draft.effects` is acted upon before its commit has resolved (invariant E1).
 * K3  From the last look at a signal's target to the call of `commit` nothing is awaited: the target cannot change.
 */
import type { TailEntry } from "../protocol/event.js";
import { isClosed, type Status, type SuspendReason } from "../protocol/execution.js";
import { type Encoded, toDisplay } from "../protocol/value.js";
import type { ActivationReply } from "../sandbox/sandbox.js";
import type { ExecutionRow } from "../store/store.js";
import type { Actor, Pending } from "./actor.js";
import { applyCommands, targetsOf } from "./commands/index.js";
import { Draft } from "./draft.js";
import { closedExecution, unserializableLine } from "./faults.js";
import type { Parts } from "./parts.js";
import { believedCost, type Position } from "./policy.js";

export type Done = Extract<ActivationReply, { kind: "done" }>;

/** How many values without a checkpoint are remembered as already reported. */
const MOST_REPORTED = 10_000;

export class Committer {
  readonly #parts: Parts;
  readonly #wake: (actor: Actor) => void;
  readonly #reported = new Set<string>();

  /** `wake` is told of each execution whose inbox got an entry. */
  constructor(parts: Parts, wake: (actor: Actor) => void) {
    this.#parts = parts;
    this.#wake = wake;
  }

  /** Commits an activation that ran, and releases its effects. Throws what the store throws; then nothing happened. */
  async activation(actor: Actor, batch: readonly Pending[], now: number, reply: Done): Promise<void> {
    const row = rowOf(actor);
    const targets = await this.#holdTargets(actor, reply);
    try {
      const draft = new Draft(actor, now);
      const close = reply.commands.find((command) => command.kind === "close");
      draft.create();
      draft.consume(batch);
      const position = close === undefined ? this.#advance(draft, batch, reply) : actor.position;
      const closes = close !== undefined;
      const { incarnation } = this.#parts.store.opened;
      for (const { level, text } of reply.logs) draft.log(level, text);
      applyCommands(reply.commands, { draft, row, incarnation, targets, closes });
      await this.#commit(draft, closes);
      actor.position = position;
      if (close !== undefined) {
        this.#ended(
          { ...row, status: close.outcome.ok ? "SUCCEEDED" : "FAILED", outcome: close.outcome, endTime: now },
          actor,
        );
      }
      this.#release(draft);
    } finally {
      for (const target of targets.values()) if (target !== undefined) this.#parts.directory.letGo(target);
    }
  }

  /** Stores a checkpoint of the committed state, without an activation. */
  async checkpoint(actor: Actor, reply: Done): Promise<void> {
    const draft = new Draft(actor, this.#parts.time.now());
    const position = this.#storeState(draft, actor.position, reply, () => {});
    await this.#commit(draft, false);
    actor.position = position;
  }

  /** Suspends an execution; `batch` and all that waits behind it is kept in its inbox. */
  async suspension(actor: Actor, batch: readonly Pending[], reason: SuspendReason): Promise<void> {
    const draft = new Draft(actor, this.#parts.time.now());
    draft.create();
    const kept = [...batch, ...actor.take(Number.POSITIVE_INFINITY)];
    draft.keep(kept);
    draft.log("error", `${reason.code}: suspended: ${reason.message}`);
    draft.write({ kind: "setStatus", execution: actor.key, status: "SUSPENDED", reason });
    try {
      await this.#commit(draft, false);
    } catch (error) {
      actor.putBack(kept.slice(batch.length));
      throw error;
    }
    this.#ended({ ...rowOf(actor), status: "SUSPENDED", reason }, actor);
    this.#release(draft);
  }

  /** Disposes of events for an execution that is not in progress. */
  async outside(actor: Actor, batch: readonly Pending[]): Promise<void> {
    const row = rowOf(actor);
    const draft = new Draft(actor, this.#parts.time.now());
    if (isClosed(row.status)) this.#refuse(draft, batch, row.id, row.status);
    else draft.keep(batch);
    if (draft.writes.length > 0) await this.#commit(draft, false);
    this.#release(draft);
  }

  /** Events for a closed execution: a task's result is logged, a signal refused, the rest went with the closing. */
  #refuse(draft: Draft, batch: readonly Pending[], id: string, status: Status): void {
    for (const { event, origin } of batch) {
      if (origin.kind === "client") {
        origin.waiter.reject(closedExecution(id, status));
      } else if (event.kind === "task") {
        const { outcome, seq } = event;
        const name = this.#parts.feed.nameOf(draft.actor.key, seq);
        const what = outcome.ok ? `succeeded: ${shown(outcome.value)}` : `failed: ${shown(outcome.error)}`;
        draft.log(outcome.ok ? "info" : "error", `${name} (${seq}) ended after the execution was closed; it ${what}`);
        draft.removeTask(seq);
        if (origin.kind === "task") origin.recorded?.resolve();
      }
    }
  }

  /** Writes the state after the activation, as a checkpoint if there is one, else as a tail entry. */
  #advance(draft: Draft, batch: readonly Pending[], reply: Done): Position {
    const { position } = draft.actor;
    const n = position.n + 1;
    const events = batch.map(({ event }) => event);
    const entry: TailEntry = { n, now: draft.now, events, commandsHash: reply.commandsHash };
    const cost = Math.round(reply.cost);
    const next: Position = {
      ...position,
      n,
      tailBytes: position.tailBytes + bytesOf(batch),
      tailCost: position.tailCost + cost,
    };
    return this.#storeState(draft, next, reply, () => {
      draft.write({ kind: "appendTail", execution: draft.actor.key, entry, cost });
    });
  }

  #storeState(draft: Draft, position: Position, reply: Done, otherwise: () => void): Position {
    const { checkpoint, unserializable } = reply;
    const execution = draft.actor.key;
    const { n } = position;
    if (checkpoint !== undefined) {
      const cost = believedCost(position, checkpoint.cost, checkpoint.text.length);
      draft.write({ kind: "putCheckpoint", execution, n, text: checkpoint.text, cost });
      return { n, tailBytes: 0, tailCost: 0, setbacks: 0, checkpoint: { n, cost, bytes: checkpoint.text.length } };
    }
    otherwise();
    if (unserializable === undefined) return position;
    const { path, what } = unserializable;
    const mark = JSON.stringify([execution, path, what]);
    if (!this.#reported.has(mark)) {
      if (this.#reported.size >= MOST_REPORTED) this.#reported.clear();
      this.#reported.add(mark);
      draft.log("warn", unserializableLine(path, what));
    }
    return { ...position, setbacks: position.setbacks + 1 };
  }

  async #commit(draft: Draft, closes: boolean): Promise<void> {
    const { actor } = draft;
    const { store, time, directory } = this.#parts;
    draft.clock(time);
    const committed = store.commit(draft.writes);
    const settled = committed.then(
      () => {},
      () => {},
    );
    if (closes) actor.closing = settled;
    try {
      await committed;
    } finally {
      actor.closing = undefined;
    }
    time.committed(draft.now);
    if (actor.created) return;
    actor.created = true;
    if (actor.row !== undefined) directory.changed(actor.row.id);
  }

  #ended(row: ExecutionRow, actor: Actor): void {
    actor.row = row;
    this.#parts.directory.changed(row.id);
    this.#parts.timers.forget(row.key);
    this.#parts.results.ended(row);
  }

  /** Lets out what the commit has decided. A failure here must not undo what is committed: it is only reported. */
  #release(draft: Draft): void {
    try {
      this.#letOut(draft);
    } catch (cause) {
      this.#parts.report({ message: "an effect waits for the next start of the engine", cause });
    }
  }

  #letOut({ actor, effects }: Draft): void {
    const { timers, feed } = this.#parts;
    const { key } = actor;
    for (const seq of effects.removedTimers) timers.removed(key, seq);
    if (actor.row?.status === "IN_PROGRESS") {
      for (const timer of effects.addedTimers) {
        if (!effects.removedTimers.has(timer.seq)) timers.added(timer);
      }
      // A timer that has fired and was cancelled before its event was consumed.
      actor.discard(({ origin }) => origin.kind === "timer" && effects.removedTimers.has(origin.seq));
    }
    // A task that has settled and was cancelled before its event was consumed.
    if (effects.removedTasks.size > 0) {
      actor.discard(({ origin }) => origin.kind === "task" && effects.removedTasks.has(origin.seq));
    }
    for (const seq of effects.removedTasks) feed.removed(key, seq);
    for (const { origin } of effects.consumed) {
      if (origin.kind === "client") origin.waiter.resolve();
      else if (origin.kind === "task") origin.recorded?.resolve();
    }
    for (const target of effects.signalled) {
      if (target.row?.status !== "IN_PROGRESS") continue;
      target.inboxStale = true;
      this.#wake(target);
    }
    feed.add(effects.addedTasks.filter(({ seq }) => !effects.removedTasks.has(seq)));
  }

  /** Holds the executions that get a signal from this activation, none of them being closed at the end. */
  async #holdTargets(actor: Actor, reply: Done): Promise<ReadonlyMap<string, Actor | undefined>> {
    const targets = new Map<string, Actor | undefined>();
    for (const id of targetsOf(reply.commands)) targets.set(id, undefined);
    if (targets.size === 0) return targets;
    const { directory } = this.#parts;
    const found = await Promise.allSettled([...targets.keys()].map((id) => directory.hold(id)));
    const held = found.flatMap((result) => (result.status === "fulfilled" && result.value ? [result.value] : []));
    const failure = found.find((result) => result.status === "rejected");
    if (failure !== undefined) {
      for (const target of held) directory.letGo(target);
      throw failure.reason;
    }
    for (const target of held) if (target.row !== undefined) targets.set(target.row.id, target);
    const closing = () => held.find((target) => target !== actor && target.closing !== undefined);
    for (let target = closing(); target !== undefined; target = closing()) await target.closing;
    return targets;
  }
}

/** A value as a log line shows it. */
function shown(text: Encoded): string {
  return JSON.stringify(toDisplay(text)).slice(0, 1000);
}

function rowOf(actor: Actor): ExecutionRow {
  if (actor.row === undefined) throw new TypeError(`execution ${actor.key} was not loaded`);
  return actor.row;
}

/** About what the events take in the tail, in bytes: their payloads and a little around each. */
export function bytesOf(batch: readonly Pending[]): number {
  let bytes = 80;
  for (const { event } of batch) {
    bytes += 60;
    if (event.kind === "signal") bytes += event.payload.length;
    else if (event.kind === "start") bytes += event.input.length;
    else if (event.kind === "task" || event.kind === "sent") {
      bytes += event.outcome.ok ? event.outcome.value.length : event.outcome.error.length;
    }
  }
  return bytes;
}

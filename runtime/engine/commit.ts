/**
 * From a reply of the sandbox to the store, and after the commit to the world.
 *
 * K1  One activation is one `store.commit`: events consumed, commands, logs, and the tail entry or the checkpoint.
 * K2  Nothing of `Draft.effects` is acted upon before its commit has resolved (invariant E1).
 * K3  From the last look at a signal's target to the call of `commit` nothing is awaited: the target cannot change.
 * K4  Whoever waits for an execution's end is told by the commit that ends it: one that begins to wait while the end is
 *     being prepared makes it be prepared again.
 */
import { type Event, type EventOf, isControl, type TailEntry } from "../protocol/event.js";
import { isClosed, type Status, type SuspendReason } from "../protocol/execution.js";
import { marksOf } from "../protocol/history.js";
import { type Encoded, type Outcome, toDisplay } from "../protocol/value.js";
import type { ActivationReply } from "../sandbox/sandbox.js";
import type { ExecutionRow, History, WaiterRow } from "../store/store.js";
import type { Actor, Pending } from "./actor.js";
import { type Children, writeEnding } from "./closing.js";
import { applyCommands, targetsOf } from "./commands/index.js";
import { Draft } from "./draft.js";
import { terminated } from "./failures.js";
import { closedExecution, suspendedLine, unserializableLine } from "./faults.js";
import type { Parts } from "./parts.js";
import { believedCost, type Position } from "./policy.js";
import { answersTo } from "./query.js";
import { letOut } from "./release.js";
import type { ProgramFacts } from "./stored-programs.js";

export type Done = Extract<ActivationReply, { kind: "done" }>;

/** How many values without a checkpoint are remembered as already reported. */
const MOST_REPORTED = 10_000;

/** What an activation's commit has to know of others. */
interface Surroundings {
  readonly children: Children;
  readonly waiters: readonly WaiterRow[];
  /** Answers to its queries, by number of the operation. */
  readonly answers: ReadonlyMap<number, Outcome>;
  readonly facts: ProgramFacts;
  /** The executions that it acts on, by id, held in memory. */
  readonly targets: ReadonlyMap<string, Actor | undefined>;
}

const settled = (): undefined => undefined;
const NOTHING = {};
const ALONE: Surroundings = {
  children: [],
  waiters: [],
  answers: new Map(),
  facts: { workflows: [], keepsState: false },
  targets: new Map(),
};

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
    const close = reply.commands.find((command) => command.kind === "close");
    const targets = targetsOf(reply.commands);
    // Most activations concern nobody else, and go to the store without waiting for anything.
    if (close === undefined && targets.length === 0) return this.#commitTurn(actor, batch, now, reply, ALONE);
    const facts = await this.#factsOf(row, reply);
    const answers = await answersTo(reply.commands, row, this.#parts);
    if (close === undefined) {
      await this.#holding(actor, targets, (held) =>
        this.#commitTurn(actor, batch, now, reply, { ...ALONE, facts, answers, targets: held }),
      );
      return;
    }
    const children = close.children === undefined ? [] : await this.#parts.store.childrenOf(row.key);
    await this.#withWaiters(actor, [...targets, ...relativesOf(row, children)], (waiters, held) =>
      this.#commitTurn(actor, batch, now, reply, { children, waiters, facts, answers, targets: held }),
    );
  }

  /** As `#holding`, with those that wait for the end of `actor`'s execution (K4). */
  async #withWaiters(
    actor: Actor,
    ids: readonly string[],
    action: (waiters: readonly WaiterRow[], targets: ReadonlyMap<string, Actor | undefined>) => Promise<void>,
  ): Promise<void> {
    for (let isSettled = false; !isSettled; ) {
      await actor.arriving;
      const seen = actor.awaited;
      const waiters = await this.#parts.waiters.of(actor.key);
      await this.#holding(actor, [...ids, ...waiters.map(({ id }) => id)], async (held) => {
        isSettled = actor.awaited === seen;
        if (isSettled) await action(waiters, held);
      });
    }
  }

  async #commitTurn(
    actor: Actor,
    batch: readonly Pending[],
    now: number,
    reply: Done,
    { children, waiters, answers, facts, targets }: Surroundings,
  ): Promise<void> {
    const row = rowOf(actor);
    const { commands, logs } = reply;
    const closes = commands.some(({ kind }) => kind === "close");
    const keepState = closes && facts.keepsState;
    const draft = new Draft(actor, now);
    draft.create();
    draft.consume(batch);
    const events = batch.map(({ event }) => event);
    const marks = marksOf(events, commands);
    const history = draft.historyOf(marks);
    const isStored = !closes || keepState;
    const position = isStored ? this.#advance(draft, events, reply, history) : actor.position;
    for (const { level, text } of logs) draft.log(level, text);
    let ended: ExecutionRow | undefined;
    applyCommands(commands, {
      draft,
      row,
      targets,
      answers,
      workflows: facts.workflows,
      closes,
      incarnation: this.#parts.store.opened.incarnation,
      nameLength: this.#parts.limits.nameLength,
      newExecutions: this.#parts.newExecutions,
      subscribersOf: (event) => this.#parts.declarations.subscribersOf(event),
      newActor: (created) => this.#newActor(draft, created),
      end: (status, outcome) => {
        ended = { ...row, status, outcome, endTime: now };
        const { started } = draft.effects;
        writeEnding(draft, {
          ...{ row, status, outcome, keepState },
          history: isStored ? undefined : history,
          children: [...children, ...startedChildren(draft)],
          waiters,
          targets: started === undefined ? targets : new Map([...targets, ...started]),
        });
      },
    });
    await this.#commit(draft, closes);
    actor.position = position;
    if (ended !== undefined) this.#ended(ended, actor);
    this.#release(draft);
  }

  /** Ends an execution without running it; `event` is consumed. */
  async termination(actor: Actor, pending: Pending, event: EventOf<"terminate">): Promise<void> {
    const { store, time } = this.#parts;
    const row = rowOf(actor);
    const tasks = await store.tasksOf(row.key);
    const children = await store.childrenOf(row.key);
    const { keepsState } = await this.#factsOf(row, undefined);
    await this.#withWaiters(actor, relativesOf(row, children), async (waiters, targets) => {
      const draft = new Draft(actor, time.now());
      draft.create();
      draft.consume([pending]);
      for (const seq of tasks) draft.cancelTask(seq);
      const { status } = event;
      const outcome = terminated(status, event.reason);
      const history = draft.historyOf(marksOf([event], []));
      writeEnding(draft, { row, status, outcome, children, waiters, targets, keepState: keepsState, history });
      await this.#commit(draft, true);
      this.#ended({ ...row, status, outcome, endTime: draft.now }, actor);
      this.#release(draft);
    });
  }

  /** Lets a suspended execution go on. */
  async resumption(actor: Actor, pending: Pending): Promise<void> {
    const { store, time, timers, directory } = this.#parts;
    const row = rowOf(actor);
    // Read before the commit, after which nothing may fail; nothing of a suspended execution changes meanwhile.
    const sleeping = row.status === "SUSPENDED" ? await store.timersOf(row.key) : [];
    const draft = new Draft(actor, time.now());
    draft.consume([pending]);
    if (row.status === "SUSPENDED") {
      draft.write({ kind: "setStatus", execution: row.key, status: "IN_PROGRESS" });
      draft.history(marksOf([pending.event], []));
      draft.log("info", "resumed");
    }
    if (draft.writes.length > 0) await this.#commit(draft, false);
    if (row.status === "SUSPENDED") {
      const { reason: _, ...resumed } = row;
      actor.row = { ...resumed, status: "IN_PROGRESS" };
      actor.inboxStale = true;
      directory.changed(row.id);
      for (const timer of sleeping) timers.added(timer);
    }
    this.#release(draft);
  }

  /** Takes note of an event that changes nothing. */
  async consumption(actor: Actor, pending: Pending): Promise<void> {
    const draft = new Draft(actor, this.#parts.time.now());
    draft.consume([pending]);
    if (draft.writes.length > 0) await this.#commit(draft, false);
    this.#release(draft);
  }

  /** What the program says of itself, where that matters. */
  async #factsOf(row: ExecutionRow, reply: Done | undefined): Promise<ProgramFacts> {
    const isAsked =
      reply === undefined ||
      reply.commands.some(({ kind }) => kind === "close" || kind === "child" || kind === "start");
    return isAsked ? await this.#parts.programs.stored.factsOf(row.program) : { workflows: [], keepsState: false };
  }

  #newActor(draft: Draft, row: ExecutionRow): (Actor & { readonly row: ExecutionRow }) | undefined {
    const actor = this.#parts.directory.create(row);
    if (actor === undefined) return undefined;
    draft.start(row.id, actor);
    return Object.assign(actor, { row });
  }

  /** Stores a checkpoint of the committed state, without an activation. */
  async checkpoint(actor: Actor, reply: Done): Promise<void> {
    const draft = new Draft(actor, this.#parts.time.now());
    const position = this.#storeState(draft, actor.position, reply, {}, () => {});
    await this.#commit(draft, false);
    actor.position = position;
  }

  /** Suspends an execution; `batch` and all that waits behind it is kept in its inbox. */
  async suspension(
    actor: Actor,
    batch: readonly Pending[],
    reason: SuspendReason,
    consumed: readonly Pending[] = [],
  ): Promise<void> {
    const draft = new Draft(actor, this.#parts.time.now());
    draft.create();
    draft.consume(consumed);
    const kept = [...batch, ...actor.take(Number.POSITIVE_INFINITY)];
    draft.keep(kept);
    // What is carried out although it is suspended must not wait for another event.
    if (kept.some(({ event }) => isControl(event))) draft.forces(actor);
    draft.history([{ mark: "control", name: "suspend", reason: reason.message }]);
    draft.log(consumed.length > 0 ? "info" : "error", suspendedLine(reason));
    draft.write({ kind: "setStatus", execution: actor.key, status: "SUSPENDED", reason });
    try {
      await this.#commit(draft, false);
    } catch (error) {
      actor.putBack(kept.slice(batch.length));
      throw error;
    }
    this.#ended({ ...rowOf(actor), status: "SUSPENDED", reason }, actor);
    if (consumed.length === 0) this.#parts.suspended(rowOf(actor).id, reason);
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
    // Its last task may have ended.
    if (isClosed(row.status)) this.#parts.ended(row.id);
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
        draft.history(marksOf([event], []));
        draft.removeTask(seq);
        if (origin.kind === "task") origin.recorded?.resolve();
      }
    }
  }

  /** Writes the state after the activation, as a checkpoint if there is one, else as a tail entry. */
  #advance(draft: Draft, events: readonly Event[], reply: Done, history: History | undefined): Position {
    const { position } = draft.actor;
    const n = position.n + 1;
    const cost = Math.round(reply.cost);
    const next: Position = {
      n,
      tailBytes: position.tailBytes + bytesOf(events),
      tailCost: position.tailCost + cost,
      checkpoint: position.checkpoint,
      setbacks: position.setbacks,
    };
    const carried = history === undefined ? NOTHING : { history };
    return this.#storeState(draft, next, reply, carried, () => {
      const entry: TailEntry = { n, now: draft.now, events, commandsHash: reply.commandsHash };
      draft.write({ kind: "appendTail", execution: draft.actor.key, entry, cost, ...carried });
    });
  }

  #storeState(
    draft: Draft,
    position: Position,
    reply: Done,
    carried: { readonly history?: History },
    otherwise: () => void,
  ): Position {
    const { checkpoint, unserializable } = reply;
    const execution = draft.actor.key;
    const { n } = position;
    if (checkpoint !== undefined) {
      const cost = believedCost(position, checkpoint.cost, checkpoint.text.length);
      draft.write({ kind: "putCheckpoint", execution, n, text: checkpoint.text, cost, ...carried });
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
    const { started, replies, awaited } = draft.effects;
    if (awaited !== undefined) for (const target of awaited) this.#parts.waiters.arrives(target, committed);
    if (started !== undefined) for (const begun of started.values()) begun.creation = committed;
    if (closes) actor.closing = committed.then(settled, settled);
    try {
      await committed;
    } catch (error) {
      for (const begun of started?.values() ?? []) directory.abandon(begun);
      throw error;
    } finally {
      actor.closing = undefined;
    }
    time.committed(draft.now);
    if (replies !== undefined) for (const [id, outcome] of replies) this.#parts.requests.answer(id, outcome);
    if (started !== undefined) {
      for (const [id, begun] of started) {
        begun.created = true;
        directory.changed(id);
      }
    }
    if (actor.created) return;
    actor.created = true;
    if (actor.row !== undefined) directory.changed(actor.row.id);
  }

  #ended(row: ExecutionRow, actor: Actor): void {
    actor.row = row;
    this.#parts.directory.changed(row.id);
    this.#parts.timers.forget(row.key);
    this.#parts.results.ended(row);
    this.#parts.ended(row.id);
    if (!isClosed(row.status)) return;
    this.#parts.requests.ended(row.id, () => closedExecution(row.id, row.status));
    this.#parts.closed(row);
  }

  /** Lets out what the commit has decided. A failure here must not undo what is committed: it is only reported. */
  #release(draft: Draft): void {
    try {
      letOut(draft, this.#parts, this.#wake);
    } catch (cause) {
      this.#parts.report({ message: "an effect waits for the next start of the engine", cause });
    }
  }

  /** Runs `action` while the executions of `ids` are in memory, none of them being closed at its start (K3). */
  async #holding(
    actor: Actor,
    ids: Iterable<string>,
    action: (targets: ReadonlyMap<string, Actor | undefined>) => Promise<void>,
  ): Promise<void> {
    const targets = await this.#hold(actor, ids);
    try {
      await action(targets);
    } finally {
      for (const target of targets.values()) if (target !== undefined) this.#parts.directory.letGo(target);
    }
  }

  async #hold(actor: Actor, ids: Iterable<string>): Promise<ReadonlyMap<string, Actor | undefined>> {
    const targets = new Map<string, Actor | undefined>();
    for (const id of ids) targets.set(id, undefined);
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

/** The children that the commit itself starts. */
function startedChildren({ effects }: Draft): Children {
  return [...(effects.started?.values() ?? [])].flatMap(({ row }) =>
    row?.parent === undefined ? [] : [{ id: row.id, onClose: row.parent.onClose }],
  );
}

/** Who hears of the end of an execution. */
function relativesOf(row: ExecutionRow, children: Children): readonly string[] {
  const ids = children.map(({ id }) => id);
  return row.parent === undefined ? ids : [...ids, row.parent.id];
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
export function bytesOf(events: readonly Event[]): number {
  let bytes = 80;
  for (const event of events) {
    bytes += 60;
    if (event.kind === "signal") bytes += event.payload.length;
    else if (event.kind === "start") bytes += event.input.length;
    else if (event.kind === "task" || event.kind === "sent" || event.kind === "child") {
      bytes += event.outcome.ok ? event.outcome.value.length : event.outcome.error.length;
    }
  }
  return bytes;
}

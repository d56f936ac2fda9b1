/**
 * Which execution is activated when: gathers ready executions, prepares them, sends them to the sandbox in batches and
 * hands the replies to the committer.
 *
 * S1  First ready, first served; an execution is in the line once and takes a bounded number of events: none starves
 *     another.
 * S2  At most `limits.preparing` executions are loaded and not yet sent: loaded checkpoints take bounded memory.
 * S3  A failure puts the events back, drops the in-memory state, and is tried again later from what is committed.
 * S4  The number of instances in memory has a bound, however slow the disk is and however many are in the line: at most
 *     `limits.uncommitted` activations wait for their commit when another batch is sent, and those that are to leave the
 *     memory go first.
 */

import { isControl } from "../protocol/event.js";
import { isClosed, type SuspendReason } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { ActivationReply, ActivationRequest } from "../sandbox/sandbox.js";
import { Activity } from "./activity.js";
import type { Actor, Pending } from "./actor.js";
import { bytesOf, Committer } from "./commit.js";
import { lostTooOften, suspendedByOperator } from "./faults.js";
import type { Parts } from "./parts.js";
import { writesAfterActivation, writesAtEviction } from "./policy.js";
import { Queue } from "./queue.js";
import type { Retries } from "./retries.js";

/** The program itself is at fault: trying again would not help. Everything else may be better the next time. */
const PROGRAM_FAULTS: ReadonlySet<string> = new Set(["EV5201", "EV5206", "EV8009", "EV8010", "EV8011"]);

/** One activation between sandbox and store. */
interface Turn {
  readonly actor: Actor;
  readonly batch: readonly Pending[];
  readonly request: ActivationRequest;
}

export class Scheduler {
  readonly #parts: Parts;
  readonly #committer: Committer;
  readonly #retries: Retries;
  /** Actors in the line or busy: with the engine's own activity as parent. */
  readonly #activity: Activity;
  readonly #ready = new Queue<Actor>();
  /** Live, with nothing to do but to be written and dropped (S4). */
  readonly #leaving = new Queue<Actor>();
  /** Prepared, to be sent. */
  readonly #prepared = new Queue<Actor>();
  /** Instances for the sandbox to forget. */
  #dropping: string[] = [];
  #preparing = 0;
  #inFlight = 0;
  /** S4. */
  #uncommitted = 0;
  #pumping = false;
  #stopping = false;

  constructor(parts: Parts, retries: Retries) {
    this.#parts = parts;
    this.#retries = retries;
    this.#activity = new Activity({ parent: parts.activity });
    this.#committer = new Committer(parts, (actor) => this.wake(actor));
  }

  /** Puts an execution that has work into the line, unless it is there or busy. */
  wake(actor: Actor): void {
    if (actor.phase !== "idle" || !this.#hasWork(actor)) return;
    const isLeaving = actor.live && actor.flush && actor.queue.length === 0 && !actor.inboxStale;
    actor.phase = isLeaving ? "busy" : "ready";
    this.#activity.begin();
    (isLeaving ? this.#leaving : this.#ready).push(actor);
    this.#pumpSoon();
  }

  /** From now on failures are not tried again and inboxes are left for the next start. */
  stop(): void {
    this.#stopping = true;
  }

  /** Resolves when no execution is in the line or busy. */
  drained(): Promise<void> {
    return this.#activity.whenResting();
  }

  #hasWork(actor: Actor): boolean {
    return this.#stopping ? actor.queue.length > 0 || actor.flush : actor.hasWork;
  }

  /** After the promise reactions of this turn of the event loop, so that executions ready together go together. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    process.nextTick(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { limits } = this.#parts;
    this.#sendDrops();
    const room = limits.preparing - this.#preparing - this.#prepared.length;
    for (const actor of this.#ready.take(Math.max(0, room))) {
      actor.phase = "busy";
      this.#prepare(actor);
    }
    const isOpen = (): boolean => this.#inFlight < limits.batchesInFlight && this.#uncommitted < limits.uncommitted;
    while (isOpen() && this.#leaving.length + this.#prepared.length > 0) {
      const leaving = this.#leaving.take(limits.batchSize);
      void this.#send([...leaving, ...this.#prepared.take(limits.batchSize - leaving.length)]);
    }
  }

  /** Brings the actor to where its events can be applied, at once if its state is in memory. */
  #prepare(actor: Actor): void {
    if (actor.live && !actor.inboxStale) {
      this.#prepared.push(actor);
      return;
    }
    this.#preparing++;
    void this.#load(actor)
      .then(
        (isReady) => {
          if (isReady) this.#prepared.push(actor);
          else this.#idle(actor);
        },
        (cause) => this.#failed(actor, [], cause),
      )
      .finally(() => {
        this.#preparing--;
        this.#pumpSoon();
      });
  }

  /** True when the actor can be activated; false when there was nothing to activate and its events are disposed of. */
  async #load(actor: Actor): Promise<boolean> {
    const { store, programs, directory } = this.#parts;
    if (!actor.created) {
      actor.loaded = { checkpoint: null, tail: [] };
    } else if (actor.live) {
      actor.mergeInbox(await reading(actor, () => store.readInbox(actor.key)));
      return true;
    } else if (actor.row === undefined || actor.row.status === "IN_PROGRESS") {
      const stored = await reading(actor, () => store.loadExecution(actor.key));
      if (stored === undefined) throw new Error(`the store has no execution ${actor.key}`);
      actor.load(stored);
      directory.loaded(actor, stored.row);
    }
    const { row } = actor;
    if (row === undefined || row.status !== "IN_PROGRESS") {
      if (row?.status === "SUSPENDED") {
        actor.mergeInbox(await reading(actor, () => store.readInbox(actor.key)));
        const first = actor.queue.find(({ event }) => isControl(event));
        if (first !== undefined) {
          actor.discard((pending) => pending === first);
          return await this.#controlSuspended(actor, first);
        }
        actor.discard(({ origin }) => origin.kind === "inbox");
      }
      await this.#outside(actor);
      return false;
    }
    try {
      await programs.guest(row.program);
    } catch (error) {
      if (!(error instanceof Fault) || !PROGRAM_FAULTS.has(error.code)) throw error;
      await this.#suspend(actor, [], error);
      return false;
    }
    return true;
  }

  /** Carries out a control of a suspended execution; what else waits for it stays in its queue. */
  async #controlSuspended(actor: Actor, pending: Pending): Promise<boolean> {
    const { event } = pending;
    try {
      if (event.kind === "terminate") await this.#committer.termination(actor, pending, event);
      else if (event.kind === "resume") await this.#committer.resumption(actor, pending);
      else await this.#committer.consumption(actor, pending);
    } catch (error) {
      actor.putBack([pending]);
      throw error;
    }
    return false;
  }

  async #outside(actor: Actor): Promise<void> {
    if (actor.row !== undefined && isClosed(actor.row.status)) actor.inboxStale = false;
    actor.flush = false;
    actor.loaded = undefined;
    const batch = actor.take(Number.POSITIVE_INFINITY);
    try {
      await this.#committer.outside(actor, batch);
    } catch (error) {
      actor.putBack(batch);
      throw error;
    }
  }

  async #send(actors: readonly Actor[]): Promise<void> {
    const turns: Turn[] = [];
    for (const actor of actors) {
      const turn = this.#turn(actor);
      if (turn !== undefined) turns.push(turn);
    }
    if (turns.length === 0) return this.#pumpSoon();
    this.#inFlight++;
    let replies: readonly ActivationReply[] = [];
    let cause: unknown = new Error("the sandbox answered fewer requests than it got");
    try {
      replies = await this.#parts.sandbox.activate(turns.map(({ request }) => request));
    } catch (error) {
      cause = error;
    }
    this.#inFlight--;
    for (const [index, turn] of turns.entries()) void this.#settled(turn, replies[index], cause);
    this.#pumpSoon();
  }

  /** The request for an actor's next activation; undefined when it turns out to have nothing to do. */
  #turn(actor: Actor): Turn | undefined {
    const { limits, cache, checkpoint, time } = this.#parts;
    const batch = this.#untilControl(actor, actor.take(limits.eventsPerActivation));
    if (batch === undefined) return undefined;
    const { row, loaded, flush } = actor;
    actor.flush = false;
    if (row === undefined || (batch.length === 0 && !(flush && actor.live))) {
      actor.loaded = undefined;
      this.#idle(actor);
      return undefined;
    }
    actor.loaded = undefined;
    const leaves = flush && batch.length === 0;
    const events = batch.map(({ event }) => event);
    const bytes = bytesOf(events);
    const request: ActivationRequest = {
      execution: row.id,
      program: row.program,
      bring: actor.live ? "live" : (loaded ?? { checkpoint: null, tail: [] }),
      now: time.now(),
      events,
      write:
        leaves ||
        (cache.keepsNothing
          ? writesAtEviction(checkpoint, actor.position, bytes)
          : writesAfterActivation(checkpoint, actor.position, bytes)),
      drop: leaves || cache.keepsNothing,
    };
    return { actor, batch, request };
  }

  /** The events up to the first that the engine carries out itself; undefined when that is the first one. */
  #untilControl(actor: Actor, batch: readonly Pending[]): readonly Pending[] | undefined {
    const at = batch.findIndex(({ event }) => isControl(event));
    const first = batch[at];
    if (first === undefined) return batch;
    actor.putBack(batch.slice(at === 0 ? 1 : at));
    if (at > 0) return batch.slice(0, at);
    void this.#control(actor, first);
    return undefined;
  }

  /** Carries out one event that is the engine's own. */
  async #control(actor: Actor, pending: Pending): Promise<void> {
    const { event } = pending;
    try {
      if (event.kind === "terminate") {
        this.#forgetInstance(actor);
        await this.#committer.termination(actor, pending, event);
      } else if (event.kind === "suspend" && actor.row?.status === "IN_PROGRESS") {
        this.#forgetInstance(actor);
        await this.#committer.suspension(actor, [], suspendedByOperator(event.reason), [pending]);
      } else {
        await this.#committer.resumption(actor, pending);
      }
      actor.failures = 0;
    } catch (error) {
      this.#failed(actor, [pending], error);
      return;
    }
    this.#idle(actor);
  }

  async #settled(turn: Turn, reply: ActivationReply | undefined, cause: unknown): Promise<void> {
    const { uncommitted } = this.#parts.limits;
    this.#uncommitted++;
    await this.#settle(turn, reply, cause);
    this.#uncommitted--;
    if (this.#uncommitted === uncommitted - 1) this.#pumpSoon();
  }

  async #settle(turn: Turn, reply: ActivationReply | undefined, cause: unknown): Promise<void> {
    const { actor, batch, request } = turn;
    const { cache, verification } = this.#parts;
    try {
      if (reply === undefined) {
        throw cause;
      } else if (reply.kind === "suspend") {
        await this.#suspend(actor, batch, reply.reason);
      } else if (reply.kind === "lost") {
        await this.#lost(actor, batch);
      } else {
        actor.losses = 0;
        const { row } = actor;
        const verified =
          row !== undefined && verification.wants(reply) ? await verification.compared(this.#parts, row, reply) : reply;
        if (request.events.length > 0) await this.#committer.activation(actor, batch, request.now, verified);
        else await this.#committer.checkpoint(actor, verified);
        actor.failures = 0;
        actor.live = !request.drop && actor.row?.status === "IN_PROGRESS";
        if (actor.live) cache.used(actor);
        else this.#noInstance(actor, !request.drop && !reply.closed);
      }
    } catch (error) {
      this.#failed(actor, batch, error);
      return;
    }
    this.#idle(actor);
  }

  async #suspend(actor: Actor, batch: readonly Pending[], { code, message, remedy }: SuspendReason): Promise<void> {
    this.#noInstance(actor, false);
    await this.#committer.suspension(actor, batch, { code, message, remedy });
    actor.failures = 0;
  }

  async #lost(actor: Actor, batch: readonly Pending[]): Promise<void> {
    this.#noInstance(actor, false);
    actor.losses++;
    if (actor.losses >= this.#parts.limits.lostAttempts) {
      await this.#suspend(actor, batch, lostTooOften(actor.losses));
      actor.losses = 0;
    } else if (batch.length > 0) {
      actor.putBack(batch);
    }
  }

  #forgetInstance(actor: Actor): void {
    this.#noInstance(actor, true);
  }

  /** `isThere`: the sandbox may still have the instance. */
  #noInstance(actor: Actor, isThere: boolean): void {
    actor.forgetState();
    this.#parts.cache.gone(actor);
    if (isThere && actor.row !== undefined) this.drop([actor.row.id]);
  }

  /** Has the sandbox forget instances: with the next message to it, before anything else is asked about them. */
  drop(executions: readonly string[]): void {
    this.#dropping.push(...executions);
    this.#pumpSoon();
  }

  #sendDrops(): void {
    if (this.#dropping.length === 0) return;
    this.#parts.sandbox.drop(this.#dropping);
    this.#dropping = [];
  }

  /** S3. */
  #failed(actor: Actor, batch: readonly Pending[], cause: unknown): void {
    actor.putBack(batch);
    this.#forgetInstance(actor);
    actor.failures++;
    this.#activity.begin();
    this.#idle(actor, "waiting");
    this.#retries.add(actor, cause, this.#stopping);
    this.#activity.end();
  }

  #idle(actor: Actor, phase: "idle" | "waiting" = "idle"): void {
    actor.phase = phase;
    this.#activity.end();
    if (phase === "waiting") return;
    if (this.#hasWork(actor)) this.wake(actor);
    else this.#parts.directory.release(actor);
  }
}

/** Reads the inbox with `read`. What is committed while that is under way may be missing from it: it is read again (A4). */
async function reading<T>(actor: Actor, read: () => Promise<T>): Promise<T> {
  actor.inboxStale = false;
  try {
    return await read();
  } catch (error) {
    actor.inboxStale = true;
    throw error;
  }
}

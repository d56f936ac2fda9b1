/**
 * One commit in the making: the rows to be written, and what may leave the process once they are (invariant E1).
 */
import { type Event, isControl } from "../protocol/event.js";
import type { Mark } from "../protocol/history.js";
import type { Outcome } from "../protocol/value.js";
import type { History, TimerRow, Write } from "../store/store.js";
import type { Actor, Pending } from "./actor.js";
import type { NewTask } from "./task-call.js";
import type { LogicalTime } from "./time.js";

/**
 * What a commit lets out. Most commits need few of these: each is `undefined` until the draft has put something in, since
 * drafts are the many.
 */
export interface Effects {
  addedTasks?: NewTask[];
  removedTasks?: Set<number>;
  addedTimers?: TimerRow[];
  removedTimers?: Set<number>;
  /** Executions whose inbox got an entry. */
  signalled?: Set<Actor>;
  /** Those of them that have to look although they are suspended. */
  forced?: Set<Actor>;
  /** Executions that this commit creates, by id. */
  started?: Map<string, Actor>;
  /** Replies to requests, by their id. */
  replies?: Map<string, Outcome>;
  /** Executions for whose end, or reply, this one waits from now on. */
  awaited?: Set<Actor>;
  /** Who has got what it waits for: keys and operations. */
  answered?: Set<string>;
  /** Subscriptions have got events. */
  delivers?: true;
  /** Events acknowledged by this commit. */
  consumed: readonly Pending[];
}

const NONE: readonly never[] = [];

export class Draft {
  readonly actor: Actor;
  /** Logical time of the activation, ms since the epoch. */
  readonly now: number;
  readonly writes: Write[] = [];
  readonly effects: Effects = { consumed: NONE };

  constructor(actor: Actor, now: number) {
    this.actor = actor;
    this.now = now;
  }

  write(write: Write): void {
    this.writes.push(write);
  }

  /** Writes the row of an execution that this commit creates. */
  create(): void {
    const { created, row } = this.actor;
    if (!created && row !== undefined) this.write({ kind: "createExecution", row });
  }

  /** Removes the rows of events that the activation has consumed. */
  consume(batch: readonly Pending[]): void {
    for (const pending of batch) {
      const { origin } = pending;
      if (origin.kind === "inbox") this.write({ kind: "removeInbox", id: origin.id });
      else if (origin.kind === "timer") this.removeTimer(origin.seq);
      else if (origin.kind === "task") this.removeTask(origin.seq);
    }
    const { effects } = this;
    effects.consumed = effects.consumed.length === 0 ? batch : [...effects.consumed, ...batch];
  }

  /** Moves events to the execution's inbox, where they wait for it to be resumed. */
  keep(batch: readonly Pending[]): void {
    this.consume(batch.filter(({ origin }) => origin.kind !== "inbox"));
    for (const { event, origin } of batch) if (origin.kind !== "inbox") this.inbox(this.actor, event);
  }

  /** Puts an event into an execution's inbox; with `once` only the first of those with the same. */
  inbox(target: Actor, event: Event, once?: string): void {
    this.write({ kind: "addInbox", execution: target.key, event, ...(once === undefined ? {} : { once }) });
    this.effects.signalled ??= new Set();
    this.effects.signalled.add(target);
    if (isControl(event)) this.forces(target);
  }

  /** An execution has to look into its inbox although it is suspended. */
  forces(target: Actor): void {
    this.effects.signalled ??= new Set();
    this.effects.signalled.add(target);
    this.effects.forced ??= new Set();
    this.effects.forced.add(target);
  }

  /** The execution waits for the end of `target`, or for its reply. */
  awaits(target: Actor, seq: number, reply: boolean): void {
    this.write({ kind: "addWaiter", execution: this.actor.key, seq, target: target.key, reply });
    this.effects.awaited ??= new Set();
    this.effects.awaited.add(target);
  }

  /** Gives an execution what its operation `seq` waits for, unless this commit has done so. */
  answer(waiter: Actor, seq: number, outcome: Outcome): void {
    this.effects.answered ??= new Set();
    const waiting = `${waiter.key}#${seq}`;
    if (this.effects.answered.has(waiting)) return;
    this.effects.answered.add(waiting);
    this.write({ kind: "removeWaiter", execution: waiter.key, seq });
    this.inbox(waiter, { kind: "sent", seq, outcome });
  }

  /** Puts an event into a subscription's queue. */
  deliver(write: Write): void {
    this.write(write);
    this.effects.delivers = true;
  }

  addTimer(timer: TimerRow): void {
    this.write({ kind: "addTimer", timer });
    this.effects.addedTimers ??= [];
    this.effects.addedTimers.push(timer);
  }

  removeTimer(seq: number): void {
    this.effects.removedTimers ??= new Set();
    if (this.effects.removedTimers.has(seq)) return;
    this.effects.removedTimers.add(seq);
    this.write({ kind: "removeTimer", execution: this.actor.key, seq });
  }

  addTask(task: NewTask): void {
    const { execution, seq, input, onCrash, lease, scheduledTime, policy } = task;
    const write = { kind: "addTask", execution, seq, task: task.task, input, onCrash, lease, scheduledTime } as const;
    this.write(policy === undefined ? write : { ...write, policy });
    this.effects.addedTasks ??= [];
    this.effects.addedTasks.push(task);
  }

  removeTask(seq: number): void {
    this.effects.removedTasks ??= new Set();
    if (this.effects.removedTasks.has(seq)) return;
    this.effects.removedTasks.add(seq);
    this.write({ kind: "removeTask", execution: this.actor.key, seq });
  }

  /** The execution of `actor` begins with this commit. */
  start(id: string, actor: Actor): void {
    this.effects.started ??= new Map();
    this.effects.started.set(id, actor);
  }

  /** Answers a request. */
  reply(request: string, outcome: Outcome): void {
    this.effects.replies ??= new Map();
    this.effects.replies.set(request, outcome);
  }

  /** Keeps marks to be shown. */
  history(marks: readonly Mark[]): void {
    const history = this.historyOf(marks);
    if (history !== undefined) this.write({ kind: "addHistory", execution: this.actor.key, history });
  }

  /** The same for a write that carries it; undefined without marks. */
  historyOf(marks: readonly Mark[]): History | undefined {
    return marks.length === 0 ? undefined : { time: this.now, text: JSON.stringify(marks) };
  }

  /** Nobody waits for the task any more; it may be completed already. */
  cancelTask(seq: number): void {
    this.effects.removedTasks ??= new Set();
    if (this.effects.removedTasks.has(seq)) return;
    this.effects.removedTasks.add(seq);
    this.write({ kind: "cancelTask", execution: this.actor.key, seq });
  }

  log(level: Extract<Write, { kind: "addLog" }>["level"], text: string): void {
    this.write({ kind: "addLog", execution: this.actor.key, time: this.now, level, text });
  }

  /** Notes how far time has come, if the store does not know. */
  clock(time: LogicalTime): void {
    if (time.isNews(this.now)) this.write({ kind: "setClock", now: this.now });
  }
}

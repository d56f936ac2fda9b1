/**
 * The engine, assembled from its pieces. What the pieces promise is written at their heads; here is who knows whom.
 */
import { randomBytes } from "node:crypto";
import type { Event } from "../protocol/event.js";
import type { SettledTask, TaskPool } from "../tasks/tasks.js";
import { Activity } from "./activity.js";
import type { Actor, Origin } from "./actor.js";
import { Cache } from "./cache.js";
import { controlEvent } from "./commands/control.js";
import { DEADLINE_SEQ } from "./commands/timer.js";
import { DeclarationRegistry } from "./declarations.js";
import { Deliveries } from "./deliveries.js";
import { Directory } from "./directory.js";
import { dropDeadLetter, emitEvents, retryDeadLetter } from "./emit.js";
import type { Engine, EngineOptions } from "./engine.js";
import { engineClosed } from "./faults.js";
import { HostRequests } from "./host-requests.js";
import { Intake } from "./intake.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { NewExecutions } from "./new-executions.js";
import type { Parts } from "./parts.js";
import { writesAtEviction, writesAtShutdown } from "./policy.js";
import { Programs } from "./programs.js";
import { queriesOf } from "./queries.js";
import { queryExecution } from "./query.js";
import { Recovery } from "./recovery.js";
import { Requests } from "./requests.js";
import { ResultWaiters } from "./results.js";
import { Retention } from "./retention.js";
import { Retries } from "./retries.js";
import { Scheduler } from "./scheduler.js";
import { Schedules } from "./schedules.js";
import { requestExecution, sendEvent, signalExecution } from "./signal.js";
import { snapshotOf } from "./snapshot.js";
import { Starter } from "./start.js";
import { completeTask, retryTask, subjectOf } from "./task-completion.js";
import { TaskFeed } from "./task-feed.js";
import { LogicalTime } from "./time.js";
import { Timers } from "./timers.js";
import { Transactions } from "./transactions.js";
import { Verification } from "./verification.js";
import { Waiters } from "./waiters.js";
import { Wakeups } from "./wakeups.js";

/**
 * Opens an engine over its parts and begins at once with what the store holds: due timers, open tasks, inboxes.
 * The engine owns store, sandbox and pool from now on, and closes them when it is closed.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const assembly = new Assembly(options);
  const { declarations, waiters, feed } = assembly.parts;
  await Promise.all([declarations.load(), waiters.load(), feed.load()]);
  await assembly.schedules.open();
  assembly.retention.look();
  assembly.recovery.start();
  assembly.parts.deliveries.look();
  return engineOf(assembly);
}

/** All pieces, each knowing those it needs. */
class Assembly {
  readonly parts: Parts;
  readonly pool: TaskPool;
  readonly scheduler: Scheduler;
  readonly recovery: Recovery;
  readonly retries: Retries;
  readonly hostRequests = new HostRequests();
  readonly transactions: Transactions;
  readonly starter: Starter;
  readonly schedules: Schedules;
  readonly retention: Retention;
  /** By code, since the start. */
  readonly suspensions = new Map<string, number>();

  constructor(options: EngineOptions) {
    const { store, sandbox, clock, checkpoint, report } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.transactions = new Transactions(store, limits);
    const time = new LogicalTime(clock, store.opened.clock);
    const activity: Activity = new Activity({ onRest: () => clock.rested?.(() => activity.resting) });
    const wakeups = new Wakeups(clock, time, activity);
    this.pool = options.tasks(
      (settled: readonly SettledTask[]) => {
        for (const each of settled) if (Deliveries.isOne(each.ref)) this.parts.deliveries.settled(each);
        this.parts.feed.endings.settled(settled.filter(({ ref }) => !Deliveries.isOne(ref)));
      },
      (ref, details) => this.parts.feed.endings.beat(ref, details),
      (request, program) => this.hostRequests.answer(request, program),
      (refs) => this.parts.feed.endings.interrupted(refs),
    );
    const declarations = new DeclarationRegistry(store);
    const programs = new Programs({ store, sandbox, pool: this.pool, declarations });
    this.parts = {
      ...{ store, sandbox, programs, wakeups, time, activity, limits, checkpoint, report },
      declarations,
      closed: options.closed ?? (() => undefined),
      suspended: (executionId, reason) => {
        this.suspensions.set(reason.code, (this.suspensions.get(reason.code) ?? 0) + 1);
        options.suspended?.(executionId, reason);
      },
      verification: new Verification(options.verifyEvery ?? 0),
      ended: (executionId) => {
        this.schedules.ended(executionId);
        this.retention.look();
      },
      deliveries: new Deliveries({
        ...{ store, pool: this.pool, programs, declarations, time, limits, activity, wakeups, report },
      }),
      directory: new Directory(store),
      cache: new Cache(options.cacheSize, (leaving) => this.#evict(leaving)),
      results: new ResultWaiters(),
      requests: new Requests(),
      waiters: new Waiters(store),
      intake: new Intake(limits),
      newExecutions: new NewExecutions(
        store.opened.nextKey,
        options.randomHex ?? ((count) => randomBytes(count).toString("hex")),
      ),
      timers: new Timers({
        store,
        time,
        window: limits.timerWindow,
        deliver: ({ execution, seq }) => {
          const event: Event =
            seq === DEADLINE_SEQ ? { kind: "terminate", status: "TIMED_OUT" } : { kind: "timer", seq };
          this.#deliver(execution, event, { kind: "timer", seq });
        },
        changed: () => this.recovery.timersChanged(),
      }),
      feed: new TaskFeed({
        ...{ store, pool: this.pool, programs, time, limits, activity, wakeups, report },
        transactions: this.transactions,
        recorded: ({ execution }) => {
          const actor = this.parts.directory.byKey(execution);
          actor.inboxStale = true;
          this.wake(actor);
        },
        deliver: ({ execution, seq }, outcome, recorded) => {
          const origin = { kind: "task", seq, ...(recorded === undefined ? {} : { recorded }) } as const;
          this.#deliver(execution, { kind: "task", seq, outcome }, origin);
        },
      }),
    };
    this.retries = new Retries(this.parts, this.wake);
    this.scheduler = new Scheduler(this.parts, this.retries);
    this.starter = new Starter(this.parts, this.wake);
    this.retention = new Retention(this.parts);
    this.schedules = new Schedules(this.parts, this.starter);
    this.recovery = new Recovery(this.parts, this.wake);
  }

  readonly wake = (actor: Actor): void => this.scheduler.wake(actor);

  #deliver(execution: number, event: Event, origin: Origin): void {
    const actor = this.parts.directory.byKey(execution);
    actor.queue.push({ event, origin });
    this.wake(actor);
  }

  #evict(leaving: readonly Actor[]): void {
    const dropped: string[] = [];
    for (const actor of leaving) {
      if (writesAtEviction(this.parts.checkpoint, actor.position, 0)) {
        actor.flush = true;
        this.wake(actor);
      } else {
        actor.forgetState();
        if (actor.row !== undefined) dropped.push(actor.row.id);
        this.parts.directory.release(actor);
      }
    }
    if (dropped.length > 0) this.scheduler.drop(dropped);
  }

  /** In the order in which nothing new can arise: no new work, running tasks, activations, checkpoints, the parts. */
  async shutDown(): Promise<void> {
    const { feed, deliveries, wakeups, cache, checkpoint, limits, results, requests, sandbox, store, report } =
      this.parts;
    try {
      this.recovery.stop();
      feed.stop();
      deliveries.stop();
      // First those who would wait for another attempt, which schedules may be waiting for in turn.
      this.scheduler.stop();
      this.retries.stop(engineClosed());
      await this.schedules.stop();
      await this.retention.stop();
      wakeups.stop();
      await this.pool.close(limits.closeGraceMs);
      await this.transactions.stop();
      await this.scheduler.drained();
      for (const actor of cache.live()) {
        if (!writesAtShutdown(checkpoint, actor.position)) continue;
        actor.flush = true;
        this.wake(actor);
      }
      await this.scheduler.drained();
    } finally {
      results.giveUp(engineClosed());
      requests.stop(engineClosed());
      await sandbox.close().catch((cause: unknown) => report({ message: "the sandbox did not close cleanly", cause }));
      await store.close();
    }
  }
}

function engineOf(assembly: Assembly): Engine {
  const { parts, wake, hostRequests } = assembly;
  const { starter, schedules } = assembly;
  let closing: Promise<void> | undefined;
  const check = (): void => {
    if (closing !== undefined) throw engineClosed();
  };
  const engine: Engine = {
    async deploy(program, resolveFrom) {
      check();
      await parts.activity.during(parts.programs.deploy(program, resolveFrom));
      parts.feed.deployed(program.hash);
      await schedules.declared();
      assembly.retention.look();
      parts.deliveries.look();
    },
    async prune(request) {
      check();
      return await parts.activity.during(assembly.retention.prune(request));
    },
    async ready() {
      check();
      await parts.store.check();
    },
    async schedules() {
      check();
      return schedules.list();
    },
    get verified() {
      return parts.verification.verified;
    },
    get load() {
      return { ...parts.cache.load, ...parts.intake.load, suspended: assembly.suspensions };
    },
    async pauseSchedule(name) {
      check();
      await schedules.pause(name);
    },
    async resumeSchedule(name) {
      check();
      await schedules.resume(name);
    },
    async triggerSchedule(name) {
      check();
      return await parts.activity.during(schedules.trigger(name));
    },
    async start(request) {
      check();
      return await starter.start(request);
    },
    async signal(executionId, signal, payload, id) {
      check();
      await signalExecution({ ...parts, wake }, executionId, { signal, payload, ...(id === undefined ? {} : { id }) });
    },
    async request(executionId, signal, payload) {
      check();
      return await requestExecution({ ...parts, wake }, executionId, signal, payload);
    },
    async control(executionId, action, reason) {
      check();
      await sendEvent({ ...parts, wake }, executionId, controlEvent(action, reason));
    },
    async query(executionId, query, input) {
      check();
      return await parts.activity.during(queryExecution(parts, executionId, query, input));
    },
    async snapshot(executionId) {
      check();
      return await parts.activity.during(snapshotOf(parts, executionId));
    },
    async emit(events) {
      check();
      await parts.activity.during(emitEvents(parts, events));
    },
    async retryDeadLetter(id) {
      check();
      await parts.activity.during(retryDeadLetter(parts, id));
    },
    async dropDeadLetter(id) {
      check();
      await dropDeadLetter(parts, id);
    },
    async completeTask(task, outcome) {
      check();
      await parts.activity.during(completeTask(parts, task, outcome));
    },
    async retryTask(call) {
      check();
      await parts.activity.during(retryTask(parts, call));
    },
    async heartbeatTask(token, details) {
      check();
      return await parts.activity.during(parts.feed.endings.beatByToken(subjectOf(parts, token), details));
    },
    ...queriesOf(parts.store, parts.results, (id) => parts.directory.committed(id), check),
    async idle() {
      await parts.activity.whenResting();
    },
    close() {
      closing ??= assembly.shutDown();
      return closing;
    },
  };
  hostRequests.connect(engine, parts.feed.endings);
  return engine;
}

/**
 * The engine, assembled from its pieces. What the pieces promise is written at their heads; here is who knows whom.
 */
import { randomBytes } from "node:crypto";
import type { SettledTask } from "../tasks/tasks.js";
import { Activity } from "./activity.js";
import type { Actor } from "./actor.js";
import { Cache } from "./cache.js";
import { Directory } from "./directory.js";
import type { Engine, EngineOptions } from "./engine.js";
import { engineClosed } from "./faults.js";
import { DEFAULT_LIMITS } from "./limits.js";
import type { Parts } from "./parts.js";
import { writesAtEviction, writesAtShutdown } from "./policy.js";
import { Programs } from "./programs.js";
import { queriesOf } from "./queries.js";
import { Recovery } from "./recovery.js";
import { ResultWaiters } from "./results.js";
import { Retries } from "./retries.js";
import { Scheduler } from "./scheduler.js";
import { signalExecution } from "./signal.js";
import { Starter } from "./start.js";
import { TaskFeed } from "./task-feed.js";
import { LogicalTime } from "./time.js";
import { Timers } from "./timers.js";
import { Wakeups } from "./wakeups.js";

/**
 * Opens an engine over its parts and begins at once with what the store holds: due timers, open tasks, inboxes.
 * The engine owns store, sandbox and pool from now on, and closes them when it is closed.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { store, sandbox, clock } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const randomHex = options.randomHex ?? ((count: number) => randomBytes(count).toString("hex"));
  const time = new LogicalTime(clock, store.opened.clock);
  const activity = new Activity({ onRest: () => clock.rested?.(() => activity.resting) });
  const wakeups = new Wakeups(clock, time, activity);
  const directory = new Directory(store);
  const wake = (actor: Actor): void => scheduler.wake(actor);

  let feed: TaskFeed | undefined;
  const pool = options.tasks((settled: readonly SettledTask[]) => feed?.settled(settled));
  const programs = new Programs({ store, sandbox, pool });
  feed = new TaskFeed({
    store,
    pool,
    programs,
    time,
    limits,
    activity,
    wakeups,
    encode: options.encode,
    report: options.report,
    deliver({ execution, seq }, outcome) {
      const actor = directory.byKey(execution);
      actor.queue.push({ event: { kind: "task", seq, outcome }, origin: { kind: "task", seq } });
      wake(actor);
    },
  });
  const timers: Timers = new Timers({
    store,
    time,
    window: limits.timerWindow,
    deliver({ execution, seq }) {
      const actor = directory.byKey(execution);
      actor.queue.push({ event: { kind: "timer", seq }, origin: { kind: "timer", seq } });
      wake(actor);
    },
    changed: () => recovery.timersChanged(),
  });
  const cache = new Cache(options.cacheSize, (leaving) => evict(leaving));
  const results = new ResultWaiters();
  const { checkpoint, encode, report } = options;
  const parts: Parts = {
    store,
    sandbox,
    programs,
    directory,
    cache,
    timers,
    feed,
    results,
    wakeups,
    time,
    activity,
    limits,
    checkpoint,
    encode,
    report,
  };
  const retries = new Retries(parts, wake);
  const scheduler = new Scheduler(parts, retries);
  const recovery = new Recovery(parts, wake);
  const starter = new Starter(parts, { randomHex, wake });

  function evict(leaving: readonly Actor[]): void {
    const dropped: string[] = [];
    for (const actor of leaving) {
      if (writesAtEviction(checkpoint, actor.position, 0)) {
        actor.flush = true;
        wake(actor);
      } else {
        actor.forgetState();
        if (actor.row !== undefined) dropped.push(actor.row.id);
        directory.release(actor);
      }
    }
    if (dropped.length > 0) sandbox.drop(dropped);
  }

  let closing: Promise<void> | undefined;
  const openOnly = (): void => {
    if (closing !== undefined) throw engineClosed();
  };

  /** In the order in which nothing new can arise: no new work, running tasks, activations, checkpoints, the parts. */
  async function shutDown(): Promise<void> {
    try {
      recovery.stop();
      feed?.stop();
      wakeups.stop();
      scheduler.stop();
      retries.stop(engineClosed());
      await pool.close(limits.closeGraceMs);
      await scheduler.drained();
      for (const actor of cache.live()) {
        if (!writesAtShutdown(checkpoint, actor.position)) continue;
        actor.flush = true;
        wake(actor);
      }
      await scheduler.drained();
    } finally {
      results.giveUp(engineClosed());
      const ends = await Promise.allSettled([sandbox.close()]);
      await store.close();
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) report({ message: "the sandbox did not close cleanly", cause: failed.reason });
    }
  }

  recovery.start();
  return {
    async deploy(program, resolveFrom) {
      openOnly();
      await activity.during(programs.deploy(program, resolveFrom));
      feed?.deployed(program.hash);
    },
    async start(request) {
      openOnly();
      return await starter.start(request);
    },
    async signal(executionId, signal, payload) {
      openOnly();
      await signalExecution({ ...parts, wake }, executionId, signal, payload);
    },
    ...queriesOf(store, results, openOnly),
    async idle() {
      await activity.whenResting();
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** Chooses the implementations: the one file of the engine that knows SQLite, QuickJS and worker threads. */
import { availableParallelism } from "node:os";
import type { SuspendReason } from "../protocol/execution.js";
import { openSandbox, type SandboxOptions } from "../sandbox/open.js";
import type { PayloadCodec } from "../store/codec.js";
import { openStore } from "../store/sqlite/open.js";
import { openLocalPool } from "../tasks/local.js";
import { openTaskPool } from "../tasks/pool.js";
import type { TaskPool } from "../tasks/tasks.js";
import { openTracing } from "../tracing/tracing.js";
import { type Clock, systemClock } from "./clock.js";
import { openEngine } from "./core.js";
import type { CheckpointMode, Engine, Problem } from "./engine.js";
import type { Limits } from "./limits.js";
import { type OfflineStore, offlineStore } from "./offline.js";

export { type Clock, systemClock, type VirtualClock, virtualClock } from "./clock.js";
export type { Engine, StartReply, StartRequest } from "./engine.js";

export interface RuntimeOptions {
  /** Path of the database file; made new if it does not exist. */
  readonly database: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: `auto`. */
  readonly checkpoint?: CheckpointMode;
  /** Live executions kept in memory. Default: 1000. */
  readonly cache?: number;
  /** Threads for task handlers. Default: one per processor, at least two. */
  readonly taskThreads?: number;
  /** Where task handlers run. `process`: in this one, sharing its modules and memory; see docs/embedding.md. Default: `threads`. */
  readonly tasksIn?: "threads" | "process";
  /** Handlers running at once per thread, or in this process. Default: 32. */
  readonly taskConcurrency?: number;
  /**
   * Every how many checkpoints one is brought up again and compared before it is stored; one that differs is reported
   * and not stored. 0: none. Default: 1000.
   */
  readonly verifyEvery?: number;
  readonly sandbox?: SandboxOptions;
  /** `full` (default): commits survive loss of power. `normal`: only the death of the process. */
  readonly synchronous?: "full" | "normal";
  /** What payloads go through on their way into the database: `encryption()`, `compression()`, or one's own. */
  readonly codec?: PayloadCodec | undefined;
  readonly limits?: Partial<Limits>;
  /** Told of every execution that the engine had to suspend, once that is durable. Must not throw. */
  readonly suspended?: (executionId: string, reason: SuspendReason) => void;
  /** Default: a process warning. */
  readonly report?: (problem: Problem) => void;
}

/** Live executions kept by default: about 4 KB of guest memory each. */
const DEFAULT_CACHE = 1000;
const DEFAULT_VERIFY_EVERY = 1000;
const DEFAULT_TASK_CONCURRENCY = 32;

/**
 * Opens the engine of a database. Throws Fault EV60xx when the database cannot be opened (missing folder, in use,
 * damaged, newer), EV52xx when the sandbox cannot be started.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Engine> {
  const { database, codec, synchronous = "full" } = options;
  // At the same time: both take a while, and mostly wait.
  const [storing, sandboxing] = await Promise.allSettled([
    openStore(database, { synchronous, codec }),
    openSandbox(options.sandbox),
  ]);
  if (storing.status === "rejected") {
    if (sandboxing.status === "fulfilled") await sandboxing.value.close();
    throw storing.reason;
  }
  const store = storing.value;
  try {
    if (sandboxing.status === "rejected") throw sandboxing.reason;
    const tracing = await openTracing(store.opened.secret);
    const sandbox = tracing?.sandbox(sandboxing.value) ?? sandboxing.value;
    // Nothing after this can fail.
    return await openEngine({
      store,
      sandbox,
      ...(tracing === undefined ? {} : { closed: (row) => tracing.ended(row) }),
      tasks: (onSettled, onBeat, onRequest, onInterrupted) => {
        const concurrency = options.taskConcurrency ?? DEFAULT_TASK_CONCURRENCY;
        const pool = { onSettled, onBeat, onRequest, onInterrupted, concurrency };
        const threads = options.taskThreads ?? Math.max(2, availableParallelism());
        const open = (traced: typeof pool): TaskPool =>
          options.tasksIn === "process" ? openLocalPool(traced) : openTaskPool({ ...traced, threads });
        return tracing?.pool(pool, open) ?? open(pool);
      },
      clock: options.clock ?? systemClock,
      checkpoint: options.checkpoint ?? "auto",
      verifyEvery: options.verifyEvery ?? DEFAULT_VERIFY_EVERY,
      cacheSize: options.cache ?? DEFAULT_CACHE,
      report: options.report ?? warn,
      ...(options.suspended === undefined ? {} : { suspended: options.suspended }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens the database file with no engine: to look, and to leave signals and starts for the next engine.
 * Throws Fault EV60xx as `openRuntime` does, also when an engine holds the file.
 */
export async function openOffline(
  database: string,
  clock: Clock = systemClock,
  codec?: PayloadCodec,
): Promise<OfflineStore> {
  return offlineStore(await openStore(database, { codec }), clock);
}

function warn({ message, execution, cause }: Problem): void {
  const where = execution === undefined ? "" : ` (${execution})`;
  process.emitWarning(`${message}${where}: ${cause instanceof Error ? cause.message : String(cause)}`);
}

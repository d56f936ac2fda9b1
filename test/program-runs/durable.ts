/** A compiled program on the real engine: its own in-memory database and virtual clock, every write counted. */
import { inspect } from "node:util";
import { virtualClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { CheckpointMode } from "#runtime/engine/engine.js";
import type { Program } from "#runtime/protocol/program.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { LogRow, Store } from "#runtime/store/store.js";
import { openTaskPool } from "#runtime/tasks/pool.js";
import type { ScriptedSignal } from "./native-loop.js";
import { START } from "./start.js";

export interface DurableRun {
  /** What the workflow `main` returned. */
  readonly trace: unknown;
  readonly logs: readonly LogRow[];
  readonly checkpoints: number;
  /** How many activations were recorded by a tail entry. */
  readonly tailEntries: number;
}

const YEAR_MS = 366 * 86_400_000;
const CONCURRENCY = 32;

/** Runs the program once. Throws when the execution fails, or is not closed after ten years. */
export async function runDurable(
  program: Program,
  script: readonly ScriptedSignal[],
  { checkpoint, cacheSize, folder }: { checkpoint: CheckpointMode; cacheSize: number; folder: string },
): Promise<DurableRun> {
  const clock = virtualClock(START, START);
  const problems: unknown[] = [];
  const written = { checkpoints: 0, tailEntries: 0 };
  const engine = await openEngine({
    store: counting(await openStore(":memory:"), written),
    // Restored programs do much between two waits, and the machine may be busy.
    sandbox: await openSandbox({ deadlineMs: 60_000 }),
    // One thread: handlers that do not wait end in the order of their calls, as in the native run.
    tasks: (onSettled) => openTaskPool({ threads: 1, concurrency: CONCURRENCY, onSettled }),
    clock,
    checkpoint,
    cacheSize,
    randomHex: (count) => "a5".repeat(count),
    report: (problem) => problems.push(problem),
  });
  try {
    await engine.deploy(program, folder);
    const { executionId } = await engine.start({ workflow: "main", name: "run", input: encode(undefined) });
    for (const at of new Set(script.map((entry) => entry.at))) {
      await clock.advanceTo(START + at);
      const together = script.filter((entry) => entry.at === at);
      await Promise.all(together.map(({ signal, payload }) => engine.signal(executionId, signal, encode(payload))));
    }
    await clock.advanceTo(START + 10 * YEAR_MS);
    await engine.idle();
    const { status, outcome, reason } = await engine.show(executionId);
    const logs = await engine.logs(executionId, { limit: 1000 });
    if (outcome === undefined)
      throw new Error(`the execution is ${status}: ${JSON.stringify({ reason, logs, problems })}`);
    if (!outcome.ok) throw new Error(`the execution is ${status}: ${inspect(decode(outcome.error))}`);
    if (problems.length > 0) throw new Error(`the engine had trouble: ${inspect(problems)}`);
    return { trace: decode(outcome.value), logs, ...written };
  } finally {
    await engine.close();
  }
}

function counting(store: Store, written: { checkpoints: number; tailEntries: number }): Store {
  const commit: Store["commit"] = (writes) => {
    for (const { kind } of writes) {
      if (kind === "putCheckpoint") written.checkpoints++;
      if (kind === "appendTail") written.tailEntries++;
    }
    return store.commit(writes);
  };
  return new Proxy(store, { get: (target, key) => (key === "commit" ? commit : bound(target, key)) });
}

function bound(target: Store, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === "function" ? value.bind(target) : value;
}

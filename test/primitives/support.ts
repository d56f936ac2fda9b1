/** Programs of test/fixtures/primitives on the real engine: real sandbox, threads and database, virtual clock. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Clock, type VirtualClock, virtualClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { Engine, EngineOptions } from "#runtime/engine/engine.js";
import type { Program } from "#runtime/protocol/program.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import type { PayloadCodec } from "#runtime/store/codec.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { openTaskPool } from "#runtime/tasks/pool.js";
import { compiledProgram, fixturePath } from "../support/programs.js";
import { temporaryFolder } from "../support/temp.js";

export const START = Date.UTC(2030, 0, 1);

/** The compiled program of a fixture. */
export function programOf(name: string): Promise<Program> {
  return compiledProgram(fixturePath("primitives", `${name}.ts`));
}

/** What the handlers of a fixture have noted, line by line. */
export async function notes(t: TestContext): Promise<() => string[]> {
  const file = join(await temporaryFolder(t), "notes.txt");
  process.env.NOTES = file;
  t.after(() => {
    delete process.env.NOTES;
  });
  return () => readFileSync(file, "utf8").trimEnd().split("\n");
}

export interface World {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly database: string;
  /** Starts an execution; its id. */
  start(workflow: string, input?: unknown, name?: string): Promise<string>;
  /** What came of an execution, once it has ended: time does not pass for that. */
  outcome(id: string): Promise<{ readonly status: string; readonly value?: unknown; readonly error?: Error }>;
  /** Lets time pass, in ms, and waits for rest. */
  pass(ms: number): Promise<void>;
  signal(id: string, signal: string, payload?: unknown): Promise<void>;
  /** Closes the engine and opens another on the same database, after a time (ms) in which nothing runs. */
  reopen(downtime?: number): Promise<World>;
}

export interface WorldOptions extends Partial<Pick<EngineOptions, "checkpoint" | "cacheSize" | "limits">> {
  readonly database?: string;
  readonly start?: number;
  readonly codec?: PayloadCodec;
  /** In place of the virtual one, where handlers have to be seen running: then time passes by itself. */
  readonly clock?: Clock;
}

/** Every way in which an execution's state may be kept between activations. */
export const WAYS = [
  { way: "live", checkpoint: "auto", cacheSize: 1000 },
  { way: "restored", checkpoint: "always", cacheSize: 0 },
  { way: "replayed", checkpoint: "never", cacheSize: 0 },
] as const;

/** An engine with the fixture's program. Time stands still until the test lets it pass. */
export async function open(t: TestContext, fixture: string, options: WorldOptions = {}): Promise<World> {
  const program = await programOf(fixture);
  const database = options.database ?? join(await temporaryFolder(t), "test.db");
  const begin = options.start ?? START;
  const clock = virtualClock(begin, begin);
  const problems: unknown[] = [];
  const engine = await openEngine({
    store: await openStore(database, { synchronous: "normal", codec: options.codec }),
    // Machines that test are busy with other tests.
    sandbox: await openSandbox({ deadlineMs: 30_000 }),
    tasks: (onSettled, onBeat, onRequest, onInterrupted) =>
      openTaskPool({ threads: 2, concurrency: 32, onSettled, onBeat, onRequest, onInterrupted }),
    clock: options.clock ?? clock,
    checkpoint: options.checkpoint ?? "auto",
    cacheSize: options.cacheSize ?? 1000,
    report: (problem) => problems.push(problem),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await engine.close();
    isOpen = false;
  };
  t.after(async () => {
    await close();
    assert.deepEqual(problems, [], "the engine had no trouble");
  });
  await engine.deploy(program, fixturePath("primitives"));
  return {
    engine,
    clock,
    database,
    async start(workflow, input, name) {
      const named = name === undefined ? {} : { name };
      return (await engine.start({ workflow, input: encode(input), ...named })).executionId;
    },
    async outcome(id) {
      const { status, outcome } = await engine.result(id);
      if (outcome === undefined) return { status };
      if (outcome.ok) return { status, value: decode(outcome.value) };
      return { status, error: decode(outcome.error) as Error };
    },
    async pass(ms) {
      await clock.advanceTo(clock.now() + ms);
      await engine.idle();
    },
    signal: (id, signal, payload) => engine.signal(id, signal, encode(payload)),
    async reopen(downtime = 0) {
      await close();
      return await open(t, fixture, { ...options, database, start: clock.now() + downtime });
    },
  };
}

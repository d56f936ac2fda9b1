import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Clock, type VirtualClock, virtualClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { CheckpointMode, Engine, Problem } from "#runtime/engine/engine.js";
import type { Limits } from "#runtime/engine/limits.js";
import type { Program } from "#runtime/protocol/program.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { openSandbox, type SandboxOptions } from "#runtime/sandbox/open.js";
import type { Sandbox } from "#runtime/sandbox/sandbox.js";
import { openStore, type StoreOptions } from "#runtime/store/sqlite/open.js";
import { openTaskPool } from "#runtime/tasks/pool.js";
import type { ThreadDeath } from "#runtime/tasks/tasks.js";
import { compiledProgram, fixturePath } from "../support/programs.js";
import { temporaryFolder } from "../support/temp.js";

export const START = Date.UTC(2030, 0, 1);
export const HOUR_MS = 3_600_000;

/** The compiled program of a fixture. */
export function programOf(name: string): Promise<Program> {
  return compiledProgram(fixturePath("faults", `${name}.ts`));
}

export interface Site {
  readonly database: string;
  /** Lines that task handlers have left. */
  notes(): readonly string[];
}

/** A place for a database, and a file for the notes of the handlers of this process. */
export async function site(t: TestContext): Promise<Site> {
  const folder = await temporaryFolder(t);
  const file = join(folder, "notes.txt");
  process.env.NOTES = file;
  return {
    database: join(folder, "test.db"),
    notes: () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []),
  };
}

export interface WorldOptions {
  readonly store?: StoreOptions;
  readonly sandbox?: SandboxOptions;
  readonly limits?: Partial<Limits>;
  /** What the engine has in place of the sandbox. */
  readonly around?: (sandbox: Sandbox) => Sandbox;
  readonly checkpoint?: CheckpointMode;
  /** Default: 1000. */
  readonly cache?: number;
  readonly verifyEvery?: number;
  readonly clock?: Clock;
  /** When the virtual clock begins, ms since the epoch. */
  readonly start?: number;
  /** Nothing is deployed: the engine has what its database holds. */
  readonly bare?: boolean;
}

export interface World {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly problems: Problem[];
  /** Executions that the engine had to suspend, each with the code. */
  readonly suspensions: string[];
  readonly deaths: ThreadDeath[];
  start(workflow: string, name: string, input?: unknown): Promise<string>;
  /** `SUCCEEDED "value"`, `FAILED Error: …`, `SUSPENDED EV5202`. */
  ending(id: string): Promise<string>;
  /** Lets virtual time pass, ms. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const same = (sandbox: Sandbox): Sandbox => sandbox;

/** An engine with the fixture's program. */
export async function open(t: TestContext, fixture: string, place: Site, options: WorldOptions = {}): Promise<World> {
  const program = await programOf(fixture);
  const begin = options.start ?? START;
  const clock = virtualClock(begin, begin);
  const problems: Problem[] = [];
  const suspensions: string[] = [];
  const deaths: ThreadDeath[] = [];
  const engine = await openEngine({
    store: await openStore(place.database, { synchronous: "normal", ...options.store }),
    sandbox: (options.around ?? same)(await openSandbox(options.sandbox)),
    tasks: (onSettled, onBeat, onRequest, onInterrupted) =>
      openTaskPool({
        ...{ threads: 2, concurrency: 8, onSettled, onBeat, onRequest, onInterrupted },
        onThreadDeath: (death) => deaths.push(death),
      }),
    clock: options.clock ?? clock,
    checkpoint: options.checkpoint ?? "auto",
    verifyEvery: options.verifyEvery ?? 0,
    cacheSize: options.cache ?? 1000,
    suspended: (execution, { code }) => suspensions.push(`${execution} ${code}`),
    report: (problem) => problems.push(problem),
    limits: { closeGraceMs: 100, ...options.limits },
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= engine.close();
    return closing;
  };
  t.after(async () => await close().catch(() => undefined));
  if (options.bare !== true) await engine.deploy(program, fixturePath("faults"));
  return {
    ...{ engine, clock, problems, suspensions, deaths, close },
    async start(workflow, name, input) {
      return (await engine.start({ workflow, name, input: encode(input) })).executionId;
    },
    async ending(id) {
      const { status, outcome, reason } = await engine.result(id);
      if (reason !== undefined) return `${status} ${reason.code}`;
      if (outcome === undefined) return status;
      if (!outcome.ok) return `${status} ${String(decode(outcome.error))}`;
      return `${status} ${JSON.stringify(decode(outcome.value))}`;
    },
    async pass(ms) {
      await clock.advanceTo(clock.now() + ms);
      await engine.idle();
    },
  };
}

/**
 * A sandbox whose workflows are small scripts over a JSON state, a task pool that the test commands, and an engine
 * made from them. The sandbox checks what it is asked: restoring must give back the state, replaying the commands.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { virtualClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { Engine, EngineOptions, Problem } from "#runtime/engine/engine.js";
import { programContent } from "#runtime/protocol/canonical.js";
import type { Command, OnCrash } from "#runtime/protocol/command.js";
import { type Declarations, NO_DECLARATIONS } from "#runtime/protocol/declarations.js";
import type { Event } from "#runtime/protocol/event.js";
import type { LogLine } from "#runtime/protocol/guest.js";
import { type Program, programSchema, RUNTIME_ABI } from "#runtime/protocol/program.js";
import { encode, type Outcome } from "#runtime/protocol/value.js";
import type { ActivationReply, ActivationRequest, Sandbox } from "#runtime/sandbox/sandbox.js";
import type { Store } from "#runtime/store/store.js";
import type { SettledTask, TaskCall, TaskPool } from "#runtime/tasks/tasks.js";
import { Database } from "./memory-store.js";

export interface Turn {
  /** Kept in checkpoints. */
  readonly state: State;
  readonly event: Event;
  readonly now: number;
  task(name: string, input?: unknown, onCrash?: OnCrash): number;
  timer(at: number): number;
  cancelTimer(seq: number): void;
  signal(execution: string, signal: string, payload?: unknown): number;
  child(workflow: string, name: string): number;
  close(outcome: Outcome): void;
  log(text: string): void;
}

export interface State {
  seq: number;
  workflow: string;
  closed: boolean;
  /** Set by a script to make checkpoints fail, with this as the path. */
  unserializable?: string;
  [field: string]: unknown;
}

export type Script = (turn: Turn) => void;

export const ok = (value?: unknown): Outcome => ({ ok: true, value: encode(value) });
export const START = Date.UTC(2026, 0, 1);
export const DAY = 86_400_000;

export class FakeSandbox implements Sandbox {
  readonly live = new Map<string, State>();
  /** Every request, in order. */
  readonly requests: ActivationRequest[] = [];
  readonly batches: number[] = [];
  /** Answers in place of the script; undefined lets it run. */
  intercept: (request: ActivationRequest) => ActivationReply | undefined = () => undefined;
  readonly #scripts: Readonly<Record<string, Script>>;
  #loaded = false;

  constructor(scripts: Readonly<Record<string, Script>>) {
    this.#scripts = scripts;
  }

  async load(): Promise<void> {
    this.#loaded = true;
  }

  async activate(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]> {
    assert.ok(this.#loaded, "an activation of a program that is not loaded");
    this.batches.push(requests.length);
    this.requests.push(...requests);
    // A turn of the event loop, as a real one takes.
    await new Promise((resolve) => setImmediate(resolve));
    return requests.map((request) => this.#run(request));
  }

  drop(executions: readonly string[]): void {
    for (const execution of executions) this.live.delete(execution);
  }

  async close(): Promise<void> {}

  #run(request: ActivationRequest): ActivationReply {
    const answer = this.intercept(request);
    if (answer !== undefined) {
      this.live.delete(request.execution);
      return answer;
    }
    let state: State;
    if (request.bring === "live") {
      const live = this.live.get(request.execution);
      if (live === undefined) return { kind: "lost" };
      state = live;
    } else {
      const { checkpoint, tail } = request.bring;
      state = checkpoint === null ? { seq: 0, workflow: "", closed: false } : (JSON.parse(checkpoint) as State);
      for (const { now, events, commandsHash } of tail) {
        assert.equal(JSON.stringify(this.#apply(state, now, events).commands), commandsHash, "the tail replays");
      }
    }
    const { commands, logs } = this.#apply(state, request.now, request.events);
    if (request.drop || state.closed) this.live.delete(request.execution);
    else this.live.set(request.execution, state);
    const reply = { kind: "done", commands, logs, commandsHash: JSON.stringify(commands), cost: 10.4 } as const;
    const { closed, unserializable } = state;
    if (!request.write || closed) return { ...reply, closed };
    if (unserializable !== undefined) {
      return { ...reply, closed, unserializable: { path: unserializable, what: "a socket" } };
    }
    return { ...reply, closed, checkpoint: { text: JSON.stringify(state), cost: 10.4 } };
  }

  #apply(state: State, now: number, events: readonly Event[]): { commands: Command[]; logs: LogLine[] } {
    const commands: Command[] = [];
    const logs: LogLine[] = [];
    for (const event of events) {
      if (event.kind === "start") state.workflow = event.workflow;
      if (state.closed) continue;
      const add = (make: (seq: number) => Command): number => {
        state.seq++;
        commands.push(make(state.seq));
        return state.seq;
      };
      this.#scripts[state.workflow]?.({
        state,
        event,
        now,
        task: (task, input, onCrash = "retry") =>
          add((seq) => ({ kind: "task", seq, task, input: encode(input), onCrash })),
        timer: (at) => add((seq) => ({ kind: "timer", seq, at })),
        cancelTimer: (seq) => commands.push({ kind: "cancelTimer", seq }),
        signal: (execution, signal, payload) =>
          add((seq) => ({ kind: "signal", seq, execution, signal, payload: encode(payload) })),
        child: (workflow, name) =>
          add((seq) => ({ kind: "child", seq, workflow, name, input: encode(null), onParentClose: "abandon" })),
        close(outcome) {
          state.closed = true;
          commands.push({ kind: "close", outcome });
        },
        log: (text) => logs.push({ level: "info", text }),
      });
    }
    return { commands, logs };
  }
}

/** Calls are answered by `answer`, or held for the test when it gives undefined. */
export class FakePool implements TaskPool {
  readonly calls: TaskCall[] = [];
  readonly cancelled: string[] = [];
  pending = 0;
  readonly #answer: (call: TaskCall) => Outcome | undefined;
  readonly #onSettled: (settled: readonly SettledTask[]) => void;
  #closed = false;

  constructor(answer: (call: TaskCall) => Outcome | undefined, onSettled: (settled: readonly SettledTask[]) => void) {
    this.#answer = answer;
    this.#onSettled = onSettled;
  }

  async load(): Promise<Declarations> {
    return NO_DECLARATIONS;
  }

  submit(calls: readonly TaskCall[]): void {
    assert.ok(!this.#closed, "a call after the pool was closed");
    this.calls.push(...calls);
    this.pending += calls.length;
    for (const call of calls) {
      const outcome = this.#answer(call);
      if (outcome !== undefined) setImmediate(() => this.settle(call.ref, outcome));
    }
  }

  cancel(refs: readonly string[]): void {
    this.cancelled.push(...refs);
  }

  settle(ref: string, outcome: Outcome): void {
    this.pending--;
    this.#onSettled([{ ref, outcome }]);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

export interface World {
  readonly engine: Engine;
  readonly database: Database;
  readonly sandbox: FakeSandbox;
  readonly pool: FakePool;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly problems: Problem[];
}

export interface WorldOptions extends Partial<Pick<EngineOptions, "checkpoint" | "cacheSize" | "limits">> {
  readonly database?: Database;
  /** In place of the database. */
  readonly store?: Store;
  readonly answer?: (call: TaskCall) => Outcome | undefined;
  /** Where the clock begins, ms since the epoch; it moves only by `advanceTo`, unless `free`. */
  readonly start?: number;
  readonly free?: boolean;
  /** Whether the program is deployed again; default: yes. */
  readonly deploy?: boolean;
}

/** An engine on fakes, with a program that has all `scripts`. Time stands still until the test advances it. */
export async function openWorld(scripts: Readonly<Record<string, Script>>, options: WorldOptions = {}): Promise<World> {
  const { database = new Database(), answer = (call) => ({ ok: true, value: call.input }), start = START } = options;
  const sandbox = new FakeSandbox(scripts);
  const clock = virtualClock(start, options.free ? Number.POSITIVE_INFINITY : start);
  const problems: Problem[] = [];
  let pool: FakePool | undefined;
  const engine = await openEngine({
    store: options.store ?? database.open(),
    sandbox,
    tasks(onSettled) {
      pool = new FakePool(answer, onSettled);
      return pool;
    },
    clock,
    checkpoint: options.checkpoint ?? "auto",
    cacheSize: options.cacheSize ?? 10,
    limits: options.limits ?? {},
    report: (problem) => problems.push(problem),
    randomHex: counter(),
  });
  assert.ok(pool !== undefined);
  if (options.deploy !== false) await engine.deploy(program(Object.keys(scripts)), "/nowhere");
  return { engine, database, sandbox, pool, clock, problems };
}

/** Stands for a program: the fake sandbox needs only the names. `compiler` makes it another one. */
export function program(workflows: readonly string[], compiler = "test"): Program {
  const position = { line: 1, column: 0 };
  const code = { code: "", map: "" };
  const content = programSchema.parse({
    format: "eventual-program",
    hash: "0".repeat(64),
    manifest: {
      abi: RUNTIME_ABI,
      compiler,
      entry: "test.ts",
      workflows: workflows.map((name) => ({ name, module: "test.ts", position })),
      tasks: [],
      signals: [],
      queries: [],
      events: [],
      subscriptions: [],
      schedules: [],
      modules: [],
    },
    guest: code,
    host: code,
    externals: [],
  });
  return { ...content, hash: createHash("sha256").update(programContent(content)).digest("hex") };
}

/** Resolves when `condition` holds; the test's own time limit ends it if that never happens. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function counter(): (count: number) => string {
  let next = 0;
  return (count) => (++next).toString(16).padStart(2 * count, "0");
}

/**
 * The test environment: the real compiler, sandbox, database and task threads, with time and chance in the test's hands.
 *
 * E1  Time stands still unless the test lets it pass, and passes only while nothing can happen without it.
 * E2  After every call that changes something, all that comes of it without time has happened.
 * E3  The same test with the same seed does the same.
 */
import { dueMilliseconds, durationMilliseconds, durationSchedule } from "../api/schedule.js";
import type { DurationUnit, Subscription, Task, Workflow, WorkflowInput, WorkflowOutput } from "../api/types.js";
import { type VirtualClock, virtualClock } from "../engine/clock.js";
import type { Engine, Problem } from "../engine/engine.js";
import type { Program } from "../protocol/program.js";
import { encode, encodeError } from "../protocol/value.js";
import { crashPlan } from "./crashes.js";
import { programOf } from "./entry.js";
import { type ExecutionWorld, TestExecution } from "./execution.js";
import { databaseInMemory, engineTrouble, neverIdle, nothingMore, notInProgram } from "./faults.js";
import { History, type HistoryEntry } from "./history.js";
import { Lives } from "./lives.js";
import type { MockSubscription } from "./mock-subscription.js";
import type { MockTask } from "./mock-task.js";
import type { MockWorkflow } from "./mock-workflow.js";
import { mockWorld } from "./mock-world.js";
import { Mocks } from "./mocks.js";
import { databaseOf, type TestEnvironmentOptions, type TestStartOptions } from "./options.js";
import { TestPool } from "./pool.js";
import { derivedHex } from "./random.js";
import { assertRealTimers } from "./real-timers.js";
import { type RunTaskOptions, runTask, type TaskRun } from "./run-task.js";
import { lineOf } from "./timeline.js";

/** An event's definition, as far as it says what it is emitted with. */
export interface Emits<Payload> {
  readonly name: string;
  emit(...payloads: readonly Payload[]): Promise<void>;
}

/** Any workflow's definition. */
export type AnyWorkflow = Workflow<string, never, unknown>;

const DEFAULT_START = Date.UTC(2030, 0, 1);
/** More steps of time than this, and `advanceUntilIdle` gives up. */
const MOST_STEPS = 100_000;
/** How many of the last things that happened a failure tells. */
const TOLD = 25;

export class TestEnvironment {
  readonly #lives: Lives;
  readonly #clock: VirtualClock;
  readonly #history: History;
  #program: Program;
  readonly #options: TestEnvironmentOptions;
  readonly #pool: TestPool;
  readonly #mocks: Mocks;
  readonly #problems: readonly Problem[];
  readonly #cleanUp: () => Promise<void>;
  readonly #world: ExecutionWorld;
  readonly #start: number;
  #started = 0;
  #closing: Promise<void> | undefined;

  private constructor(parts: EnvironmentParts) {
    this.#lives = parts.lives;
    this.#clock = parts.clock;
    this.#history = parts.history;
    this.#program = parts.program;
    this.#options = parts.options;
    this.#pool = parts.pool;
    this.#mocks = parts.mocks;
    this.#problems = parts.problems;
    this.#cleanUp = parts.cleanUp;
    this.#start = parts.clock.now();
    this.#world = {
      ask: (question) => this.#lives.ask(question),
      act: (question) => this.#act(question),
      step: () => this.#step(),
      history: (id) => this.#history.of(id),
      story: () => this.#story(),
    };
  }

  /**
   * Compiles the program (once per process) and opens an engine with it. To be closed at the end of the test.
   * Throws Fault EV8601 when the program does not compile, EV8608 under a framework's fake timers, and what opening
   * the database throws.
   *
   * ```ts
   * const env = await TestEnvironment.create({ entry: new URL("./order.ts", import.meta.url) });
   * ```
   */
  static async create(options: TestEnvironmentOptions): Promise<TestEnvironment> {
    assertRealTimers();
    const deployed = await programOf(options.entry);
    const { program } = deployed;
    const { path, cleanUp } = await databaseOf(options);
    const { seed = 1 } = options;
    const start = options.start?.getTime() ?? DEFAULT_START;
    const clock = virtualClock(start, start);
    const history = new History();
    const problems: Problem[] = [];
    const mocks = new Mocks();
    let lives: Lives | undefined;
    const pool = new TestPool({
      mocked: (call) => mocks.run(call),
      emitted: (events) => history.emitted(events),
      completions: options.completions,
      isBusy: () => lives?.isBusy ?? false,
    });
    try {
      lives = await Lives.open({
        ...{ program: deployed, clock, history, pool, mocks: mocks.workflows, database: path, codec: options.codec },
        checkpoint: options.restore === undefined ? "auto" : options.restore === "everywhere" ? "always" : "never",
        cacheSize: options.restore === undefined ? 1000 : 0,
        randomHex: (count, purpose) => derivedHex(seed, count, purpose),
        crashes: crashPlan(options.crash),
        committed: (writes) => mocks.recorded(writes),
        report: (problem) => problems.push(problem),
      });
      const env = new TestEnvironment({
        ...{ lives, clock, history, program, options, pool, mocks, problems, cleanUp },
      });
      await env.#settle();
      return env;
    } catch (error) {
      await pool.close(0);
      await cleanUp();
      throw error;
    }
  }

  /** Virtual time. */
  get now(): Date {
    return new Date(this.#clock.now());
  }

  /** How often the engine has been killed. */
  get crashes(): number {
    return this.#lives.deaths;
  }

  /**
   * Starts an execution of a workflow, given by its definition or its name (then with its type, for the types of input
   * and result: `env.start<typeof order>("order", input)`). Resolves when what comes of it at once has happened.
   */
  start<W extends AnyWorkflow>(
    workflow: W | W["workflowName"],
    ...input: undefined extends WorkflowInput<W>
      ? [input?: WorkflowInput<W>, options?: TestStartOptions]
      : [input: WorkflowInput<W>, options?: TestStartOptions]
  ): Promise<TestExecution<WorkflowOutput<W>>>;
  start(workflow: string, input?: unknown, options?: TestStartOptions): Promise<TestExecution>;
  async start(workflow: AnyWorkflow | string, input?: unknown, options: TestStartOptions = {}): Promise<TestExecution> {
    const { workflows } = this.#program.manifest;
    const name = this.#known("workflow", typeof workflow === "string" ? workflow : workflow.workflowName, workflows);
    const base = await this.#lives.nextKey();
    const request = {
      workflow: name,
      name: options.name ?? `test-${base + this.#started++}`,
      input: encode(input, "input"),
      ...(options.timeout === undefined ? {} : { timeoutAt: dueMilliseconds(options.timeout, this.#clock.now()) }),
    };
    const { executionId } = await this.#answer(this.#lives.ask((engine) => engine.start(request)));
    return new TestExecution(executionId, this.#world);
  }

  /** An execution by its id: a child, or one that a task has started. */
  execution<Output = unknown>(id: string): TestExecution<Output> {
    return new TestExecution(id, this.#world);
  }

  /** Ids of the executions in which something has happened. */
  get executions(): readonly string[] {
    return this.#history.executions;
  }

  /** Lets time pass: `env.tick(2, "days")`. Everything that falls due meanwhile happens at its own time. */
  async tick(length = 1, unit: DurationUnit = "seconds"): Promise<void> {
    await this.#advanceTo(this.#clock.now() + durationMilliseconds(durationSchedule(length, unit)));
  }

  /** Lets time pass up to a moment; one in the past changes nothing. */
  async tickUntil(moment: Date | string): Promise<void> {
    await this.#advanceTo(new Date(moment).getTime());
  }

  /**
   * Lets time pass until nothing will happen by itself any more. Throws Fault EV8603 when that takes more than 100 000
   * steps, as with an execution that never ends.
   */
  async advanceUntilIdle(): Promise<void> {
    for (let steps = 0; await this.#step(); steps++) {
      if (steps === MOST_STEPS) throw neverIdle(MOST_STEPS, this.#story());
    }
  }

  /**
   * Lets time pass, from one moment at which something happens to the next, until `condition` gives true.
   * Throws Fault EV8602 when nothing more can happen before that.
   */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await this.#settle();
    while (!(await condition())) {
      if (!(await this.#step())) throw nothingMore("The condition is not true", this.#story());
    }
  }

  /** A task's mock: until it is told otherwise the real handler runs, and its calls are noted. */
  mockTask<Input, Output>(task: Task<string, Input, Output> | string): MockTask<Input, Output> {
    const { tasks } = this.#program.manifest;
    const name = this.#known("task", typeof task === "string" ? task : task.taskName, tasks);
    return this.#mocks.task(name, mockWorld(this.#lives, this.#clock)) as unknown as MockTask<Input, Output>;
  }

  /** A subscription's mock: until it is told otherwise the real handler runs, and its events are noted. */
  mockSubscription<Payload>(subscription: Subscription<Payload> | string): MockSubscription<Payload> {
    const { subscriptions } = this.#program.manifest;
    const given = typeof subscription === "string" ? subscription : subscription.name;
    return this.#mocks.subscription(
      this.#known("subscription", given, subscriptions),
      mockWorld(this.#lives, this.#clock),
    );
  }

  /** A workflow's mock, for children and other executions: until it is told otherwise the real workflow runs. */
  mockWorkflow<Input, Output>(workflow: Workflow<string, Input, Output> | string): MockWorkflow<Input, Output> {
    const { workflows } = this.#program.manifest;
    const name = this.#known("workflow", typeof workflow === "string" ? workflow : workflow.workflowName, workflows);
    return this.#mocks.workflow(name) as unknown as MockWorkflow<Input, Output>;
  }

  /** All mocks run the real thing again, and their records are empty. */
  resetMocks(): void {
    this.#mocks.reset();
  }

  /** Runs a task's handler by itself. See `runTask`. */
  async runTask<Input, Output>(
    task: Task<string, Input, Output>,
    input: Input,
    options: RunTaskOptions = {},
  ): Promise<TaskRun<Output>> {
    return await runTask(task, input, { scheduledTime: this.now, ...options });
  }

  /** How often handlers of the task, or its mock, have been started. */
  startsOf(task: Pick<Task<string, never, unknown>, "taskName"> | string): number {
    const name = typeof task === "string" ? task : task.taskName;
    return this.#pool.starts.filter((start) => start.task === name).length;
  }

  /** Names of the tasks whose handlers, or mocks, have been started, once per start. */
  get startedTasks(): readonly string[] {
    return this.#pool.starts.map(({ task }) => task);
  }

  /** Emits events of one kind, given by definition or name, to their subscriptions. The payloads are not checked. */
  async emit<Payload>(event: { readonly name: string } | string, ...payloads: readonly Payload[]): Promise<void> {
    const name = typeof event === "string" ? event : event.name;
    await this.#act((engine) =>
      engine.emit(payloads.map((payload) => ({ event: name, payload: encode(payload, "payload") }))),
    );
  }

  /** What workflows and handlers have emitted of one event, given by definition or name: the payloads, oldest first. */
  emitted<Payload = unknown>(event: Emits<Payload> | string): readonly Payload[] {
    return this.#history.emittedOf(typeof event === "string" ? event : event.name) as readonly Payload[];
  }

  /** Completes an attempt of a task by its token. Rejects with EV8014 or EV8015 when nothing waits for it. */
  async completeTask(token: string, result?: unknown): Promise<void> {
    await this.#act((engine) => engine.completeTask(token, { ok: true, value: encode(result, "result") }));
  }

  /** Fails an attempt of a task by its token. Rejects as `completeTask`. */
  async failTask(token: string, error: unknown): Promise<void> {
    await this.#act((engine) => engine.completeTask(token, { ok: false, error: encodeError(error) }));
  }

  /** A sign of life of an attempt. `cancelled`: nobody waits for it any more. */
  async heartbeatTask(token: string, details?: unknown): Promise<{ readonly cancelled: boolean }> {
    return await this.#act((engine) => engine.heartbeatTask(token, encode(details, "details")));
  }

  /**
   * Deploys another version of the program, as an update would: executions go on with the program that they started on,
   * new ones start on this one. Throws Fault EV8601 when it does not compile.
   */
  async deploy(entry: string | URL): Promise<void> {
    const { program, resolveFrom } = await programOf(entry);
    await this.#lives.deploy(program, resolveFrom);
    this.#program = program;
  }

  /** Closes the engine and opens it again on the same database. Throws Fault EV8607 for a database in memory. */
  async restart(): Promise<void> {
    if (this.#options.database === ":memory:") throw databaseInMemory("restart()");
    await this.#lives.restart();
    await this.#settle();
  }

  /** Kills the engine, as a power cut would, and opens it again. Throws Fault EV8607 for a database in memory. */
  async crash(): Promise<void> {
    if (this.#options.database === ":memory:") throw databaseInMemory("crash()");
    await this.#lives.crash();
    await this.#settle();
  }

  /** Everything that has happened in all executions, as text. */
  timeline(): string {
    return this.#history
      .last(Number.MAX_SAFE_INTEGER)
      .map((told) => this.#line(told))
      .join("\n");
  }

  /** Closes everything. Throws Fault EV8605 when the engine had trouble during the test. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#lives.close();
    } finally {
      await this.#cleanUp();
    }
    const { crash } = this.#options;
    const areWanted = typeof crash === "object" && "refused" in crash;
    if (this.#problems.length > 0 && !areWanted) {
      const told = this.#problems.map(({ message, cause }) => `${message}: ${String(cause)}`);
      throw engineTrouble(told, this.#story());
    }
  }

  async #act<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    return await this.#answer(this.#lives.askOnce(question));
  }

  /** Waits for an answer, and lets time pass if that is what it takes: for a handler that waits, or a commit's retry. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    let isPending = true;
    const settled = (): void => {
      isPending = false;
    };
    asked.then(settled, settled);
    for (;;) {
      await this.#settle();
      await new Promise((resolve) => setImmediate(resolve));
      if (!isPending) return await asked;
      if (!(await this.#step())) throw nothingMore("The call has no answer", this.#story());
    }
  }

  /** Resolves when nothing more happens without time. */
  async #settle(): Promise<void> {
    assertRealTimers();
    await this.#lives.ask((engine) => engine.idle());
  }

  async #advanceTo(time: number): Promise<void> {
    await this.#settle();
    await this.#clock.advanceTo(time);
    await this.#settle();
  }

  async #step(): Promise<boolean> {
    await this.#settle();
    const next = this.#clock.next();
    if (next === undefined) return false;
    await this.#advanceTo(next);
    return true;
  }

  #known(kind: string, name: string, all: readonly { readonly name: string }[]): string {
    const names = all.map((each) => each.name);
    if (!names.includes(name)) throw notInProgram(kind, name, names);
    return name;
  }

  /** What a failure tells: how to do it again, and what happened last. */
  #story(): string {
    const { seed = 1, restore, crash } = this.#options;
    const setting = [
      `program ${this.#program.manifest.entry}`,
      `seed ${seed}`,
      ...(restore === undefined ? [] : [`restore ${restore}`]),
      ...(crash === undefined ? [] : [`crash ${JSON.stringify(crash)} (${this.#lives.deaths} so far)`]),
    ];
    const last = this.#history.last(TOLD).map((told) => `  ${this.#line(told)}`);
    return [`  ${setting.join(", ")}`, ...last].join("\n");
  }

  #line({ id, entry }: { readonly id: string; readonly entry: HistoryEntry }): string {
    return `${id} ${lineOf(entry, this.#start)}`;
  }
}

interface EnvironmentParts {
  readonly lives: Lives;
  readonly clock: VirtualClock;
  readonly history: History;
  readonly program: Program;
  readonly options: TestEnvironmentOptions;
  readonly pool: TestPool;
  readonly mocks: Mocks;
  readonly problems: readonly Problem[];
  readonly cleanUp: () => Promise<void>;
}

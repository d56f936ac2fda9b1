/**
 * One simulated run: random workflows on the real engine and the real guest, over a store in memory, in virtual time,
 * with faults of every kind at moments that the seed chooses. At the end nothing may be lost, doubled or different.
 *
 * I1  Same seed, same run, to the last event.
 * I2  What was acknowledged is there after every crash; what was not, is there wholly or not at all.
 * I3  Every script gives what its model gives; every task call that counts was made exactly once, and one that must not
 *     be run twice was started at most once.
 * I4  A handler is started only for a call that is committed, leased by the engine that starts it; one of a
 *     subscription only for an event that is in its queue.
 * I5  What a transaction wrote and what an event or a schedule's moment leads to is there once.
 * I6  At rest no more instances are live than the cache holds.
 */
import { type VirtualClock, virtualClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { CheckpointMode, Engine } from "#runtime/engine/engine.js";
import type { Limits } from "#runtime/engine/limits.js";
import { isClosed } from "#runtime/protocol/execution.js";
import type { Program } from "#runtime/protocol/program.js";
import { decode, encode, type Outcome } from "#runtime/protocol/value.js";
import type { Write } from "#runtime/store/store.js";
import type { TaskCall } from "#runtime/tasks/tasks.js";
import { Database } from "../engine/memory-store.js";
import { judge } from "./judge.js";
import { HANDLER, Ledger, RETENTIONS, SCHEDULE, SimulatedPool } from "./pool.js";
import { type Chance, chanceFrom } from "./random.js";
import { type SharedRealms, SimulatedSandbox } from "./sandbox.js";
import { answerTo, type OutsideSignal, type Workload, workload } from "./script.js";
import { Tempo, turn } from "./tempo.js";

export interface Run {
  readonly seed: number;
  /** What went wrong; undefined if nothing did. */
  readonly violation: string | undefined;
  /** What happened, in order. */
  readonly events: readonly string[];
  readonly crashes: number;
  readonly commits: number;
}

const START = Date.UTC(2030, 0, 1);
/** Actions under faults; after them everything is left to finish. */
const ACTIONS = 150;
/** Turns of the event loop that an engine can need without time passing. */
const MOST_TURNS = 200;
/** So many rests in a row without anything to wait for, while no time passes, and nothing will come any more. */
const QUIET_ROUNDS = 5;
/** Moves of time until which everything has to be finished. */
const PATIENCE = 3000;

interface Life {
  readonly engine: Engine;
  readonly sandbox: SimulatedSandbox;
  readonly pool: SimulatedPool;
  readonly clock: VirtualClock;
}

/** Runs the workload of a seed. Never throws for what the engine does: that is the run's violation. */
export async function simulate(seed: number, program: Program, realms: SharedRealms): Promise<Run> {
  const simulation = new Simulation(seed, program, realms);
  let violation: string | undefined;
  try {
    await simulation.run();
  } catch (error) {
    violation = error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    simulation.end();
  }
  const { events, crashes, database } = simulation;
  return { seed, violation, events, crashes, commits: database.attempts };
}

class Simulation {
  readonly events: string[] = [];
  readonly database = new Database();
  crashes = 0;
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #program: Program;
  readonly #realms: SharedRealms;
  readonly #work: Workload;
  readonly #ledger = new Ledger();
  readonly #checkpoint: CheckpointMode;
  readonly #cacheSize: number;
  readonly #tempo: Tempo;
  readonly #limits: Partial<Limits>;
  readonly #unstarted: string[];
  readonly #acknowledged = new Set<string>();
  readonly #unsent: OutsideSignal[];
  #faulty = true;
  #failingCommits = 0;
  #random = 0;
  #life: Life | undefined;
  #lives = 0;
  #broken: string | undefined;
  /** To be called when the engine has died: what it had not answered yet. */
  #pending: (() => void)[] = [];

  constructor(seed: number, program: Program, realms: SharedRealms) {
    this.#seed = seed;
    this.#program = program;
    this.#realms = realms;
    this.#chance = chanceFrom(seed);
    this.#work = workload(this.#chance);
    this.#checkpoint = this.#chance.pick(["auto", "auto", "always", "never"] as const);
    this.#cacheSize = this.#chance.pick([0, 1, 3, 100]);
    const tempo = new Tempo(seed);
    this.#tempo = tempo;
    this.#faulty = !tempo.isCalm;
    this.#limits = tempo.limits;
    const isRead = (what: string): boolean => !["commit", "begin", "saveProgram"].includes(what);
    this.database.arrival = (what) => tempo.wait(isRead(what) ? "read" : "commit");
    this.database.answer = (what) => tempo.wait(isRead(what) ? "answer to a read" : "answer to a commit");
    this.#unstarted = [...this.#work.scripts.keys()];
    this.#unsent = [...this.#work.signals];
    this.database.beforeCommit = () => {
      if (this.#failingCommits === 0) return;
      this.#failingCommits--;
      this.#note("a commit fails");
      throw new Error("the disk is full");
    };
  }

  async run(): Promise<void> {
    await this.#begin(START);
    for (let i = 0; i < ACTIONS && this.#broken === undefined; i++) await this.#act();
    this.#faulty = false;
    this.#failingCommits = 0;
    this.#note("no more faults");
    await this.#finish();
    if (this.#broken !== undefined) throw new Error(this.#broken);
    judge(this.database, this.#work, this.#ledger);
  }

  end(): void {
    this.#life?.sandbox.kill();
    this.#life?.pool.kill();
    this.database.crash();
  }

  #note(event: string): void {
    this.events.push(event);
  }

  get #current(): Life {
    if (this.#life === undefined) throw new Error("no engine is open");
    return this.#life;
  }

  async #begin(now: number): Promise<void> {
    const number = ++this.#lives;
    const clock = virtualClock(now, now);
    const sandbox = new SimulatedSandbox(
      this.#realms,
      () => this.#faulty && this.#chance.percent(1),
      () => this.#tempo.wait("answer of the sandbox"),
    );
    let pool: SimulatedPool | undefined;
    const store = this.database.open();
    const engine = await openEngine({
      store,
      sandbox,
      tasks: (onSettled, _onBeat, onRequest) => {
        const check = (call: TaskCall): void => this.#checkStart(call, store.opened.incarnation);
        pool = new SimulatedPool(this.#ledger, { onSettled, onRequest, check });
        return pool;
      },
      clock,
      checkpoint: this.#checkpoint,
      cacheSize: this.#cacheSize,
      limits: this.#limits,
      report: ({ message }) => this.#note(`reported: ${message}`),
      randomHex: (bytes) =>
        `${this.#seed.toString(16)}${(++this.#random).toString(16)}`.padStart(2 * bytes, "0").slice(-2 * bytes),
    });
    if (pool === undefined) throw new Error("the engine has no pool");
    this.#life = { engine, sandbox, pool, clock };
    this.#note(`life ${number} begins`);
    await this.#letPass(this.#life, engine.deploy(this.#program, "/nowhere"));
  }

  /** I4: what starts is committed, as the present attempt, and not running already. */
  #checkStart(call: TaskCall, incarnation: number): void {
    const { ref, task, context } = call;
    this.#note(`${task} starts for ${context.executionId}, attempt ${context.retry}`);
    const running = this.#life?.pool.running ?? [];
    const why = running.some((other) => callOf(other) === callOf(call))
      ? "although it is running"
      : task === HANDLER
        ? this.#deliveryRefusal(ref)
        : this.#taskRefusal(ref, incarnation);
    if (why !== undefined) this.#broken ??= `I4: ${task} was started for ${context.executionId} ${why}: ${ref}`;
  }

  #deliveryRefusal(ref: string): string | undefined {
    const { deliveries } = this.database.data.outside;
    return deliveries.some(({ id, deadAt }) => ref === `delivery#${id}` && deadAt === undefined)
      ? undefined
      : "uncommitted";
  }

  #taskRefusal(ref: string, incarnation: number): string | undefined {
    const [execution, seq, attempt] = ref.split(/[#@]/).map(Number);
    const { data, unanswered } = this.database;
    const row = data.tasks.find((one) => one.execution === execution && one.seq === seq);
    if (row?.lease === incarnation && row.attempt === attempt && !row.isWaiting) return undefined;
    // What has become of it meanwhile is still on its way to the engine.
    const isNews = (write: Write): boolean =>
      "seq" in write && write.kind.endsWith("Task") && write.execution === execution && write.seq === seq;
    return [...unanswered].flat().some(isNews) ? undefined : `although its row is ${JSON.stringify(row)}`;
  }

  /** The process dies, and another one begins. */
  async #crash(): Promise<void> {
    const { sandbox, pool, clock } = this.#current;
    this.#note("crash");
    this.crashes++;
    this.database.crash();
    sandbox.kill();
    pool.kill();
    this.#life = undefined;
    this.#resolvePending();
    // The clock of the machine may have gone on, or back.
    await this.#begin(clock.now() + this.#chance.pick([0, 0, 5000, 3_600_000, -60_000]));
  }

  async #act(): Promise<void> {
    const chance = this.#chance;
    for (let turns = chance.upTo(6); turns > 0; turns--) await turn();
    const choice = chance.upTo(100);
    const { pool, clock } = this.#current;
    if (choice < 12) this.#startOne();
    else if (choice < 24) this.#sendOne();
    else if (choice < 60) this.#settleSome(pool);
    else if (choice < 85) await this.#pass(clock, chance.pick([1, 1000, 5000, 3_600_000]));
    else if (this.#tempo.isCalm) this.#operate();
    else if (choice < 91) this.#failingCommits = 1 + chance.upTo(3);
    else if (choice < 95) await this.#crash();
    else this.#operate();
  }

  /** What people do to a running engine. */
  #operate(): void {
    const chance = this.#chance;
    const { engine } = this.#current;
    const rows = [...this.database.data.executions.values()].map(({ row }) => row);
    const open = rows.filter(({ status }) => !isClosed(status));
    const dead = this.database.data.outside.deadLetters();
    const say = (what: string, done: Promise<unknown>): void => {
      this.#note(what);
      done.catch((error: unknown) => this.#note(`${what}: ${String(error)}`));
    };
    const choices: (() => void)[] = [
      () => say("pause the schedule", engine.pauseSchedule(SCHEDULE)),
      () => say("resume the schedule", engine.resumeSchedule(SCHEDULE)),
      () => say("prune", engine.prune()),
      ...open.map(({ id, status }) => () => {
        const action = status === "SUSPENDED" ? "resume" : "suspend";
        say(`${action} ${id}`, engine.control(id, action));
      }),
      ...dead.map(
        ({ id }) =>
          () =>
            say(`retry dead letter ${id}`, engine.retryDeadLetter(id)),
      ),
    ];
    chance.pick(choices)();
  }

  /** Lets time pass, without waiting for the engine: commits may be failing. */
  async #pass(clock: VirtualClock, ms: number): Promise<void> {
    this.#note(`${ms} ms pass`);
    void clock.advanceTo(clock.now() + ms);
    await turn();
  }

  #settleSome(pool: SimulatedPool): void {
    for (let left = this.#tempo.together(pool.running.length); left > 0 && pool.running.length > 0; left--) {
      const { ref, task } = this.#chance.pick(pool.running);
      this.#note(`${task} ends`);
      pool.settle(ref);
    }
  }

  /** Asks for an execution, perhaps again. */
  #startOne(): void {
    const name = this.#chance.pick([...this.#work.scripts.keys()]);
    const { engine } = this.#current;
    const input = encode(this.#work.scripts.get(name));
    this.#note(`start ${name}`);
    engine.start({ workflow: "run", name, input }).then(
      () => {
        if (this.#life?.engine !== engine) return;
        this.#note(`${name} is acknowledged`);
        this.#acknowledged.add(name);
        const at = this.#unstarted.indexOf(name);
        if (at >= 0) this.#unstarted.splice(at, 1);
      },
      (error: unknown) => this.#note(`start of ${name} refused: ${String(error)}`),
    );
  }

  #sendOne(): void {
    const ready = this.#unsent.filter(({ to }) => this.#acknowledged.has(to));
    if (ready.length === 0) return;
    this.#send(this.#chance.pick(ready));
  }

  #send(signal: OutsideSignal): void {
    const { engine } = this.#current;
    this.#unsent.splice(this.#unsent.indexOf(signal), 1);
    this.#note(`send ${signal.n} to ${signal.to}`);
    const again = (why: string): void => {
      this.#note(`signal ${signal.n}: ${why}`);
      // Refused, or its engine died before it said anything: what the database has decides.
      if (!this.#isCommitted(signal)) this.#unsent.push(signal);
    };
    let answered = false;
    const { to, signal: name, n, asks } = signal;
    const sent: Promise<unknown> = asks
      ? engine.request(`run/${to}`, name, encode(n)).then((outcome) => this.#checkAnswer(signal, outcome))
      : engine.signal(`run/${to}`, name, encode(n));
    sent.then(
      () => {
        answered = true;
        if (this.#life?.engine === engine) this.#note(`signal ${signal.n} is acknowledged`);
        if (!this.#isCommitted(signal)) this.#broken ??= `I2: signal ${signal.n} was acknowledged and is not there`;
      },
      (error: unknown) => {
        answered = true;
        again(String(error));
      },
    );
    this.#pending.push(() => {
      if (!answered) again("its engine died");
    });
  }

  #checkAnswer({ n }: OutsideSignal, outcome: Outcome): void {
    const answer = outcome.ok ? decode(outcome.value) : JSON.stringify(outcome);
    if (answer !== answerTo(n)) this.#broken ??= `I2: the request ${n} was answered with ${String(answer)}`;
  }

  #isCommitted({ n }: OutsideSignal): boolean {
    return this.database.commits.some((writes) => JSON.stringify(writes).includes(`j${n}`));
  }

  async #finish(): Promise<void> {
    let quiet = 0;
    let since = 0;
    for (let round = 0; round < PATIENCE && this.#broken === undefined; round++) {
      const { engine, pool, clock } = this.#current;
      await this.#rest(engine);
      while (this.#unstarted.length > 0) {
        const name = this.#unstarted.shift() as string;
        engine.start({ workflow: "run", name, input: encode(this.#work.scripts.get(name)) }).then(
          () => this.#acknowledged.add(name),
          () => this.#unstarted.push(name),
        );
      }
      await this.#rest(engine);
      for (const signal of [...this.#unsent]) if (this.#acknowledged.has(signal.to)) this.#send(signal);
      await this.#rest(engine);
      if (pool.running.length > 0) {
        this.#settleSome(pool);
        continue;
      }
      if (this.#isDone()) return this.#checkMemory();
      this.#resumeAll(engine);
      const next = clock.next();
      if (next === undefined) {
        // The clock moves right after the engine has come to rest: only what stays so is the end.
        quiet = clock.now() > since ? 0 : quiet + 1;
        since = clock.now();
        if (quiet > QUIET_ROUNDS) throw new Error(`everything rests, and not all is done: ${this.#whatRests()}`);
        continue;
      }
      quiet = 0;
      await this.#bounded(clock.advanceTo(Math.max(next, clock.now())));
    }
    if (this.#broken === undefined) throw new Error(`not finished: ${this.#whatRests()}`);
  }

  /** People end what they have begun. */
  #resumeAll(engine: Engine): void {
    engine.pauseSchedule(SCHEDULE).catch(() => {});
    for (const { row } of this.database.data.executions.values()) {
      if (row.status === "SUSPENDED") engine.control(row.id, "resume").catch(() => {});
    }
  }

  /** I6. */
  #checkMemory(): void {
    const { live } = this.#current.sandbox;
    if (live > this.#cacheSize) this.#broken ??= `I6: ${live} instances are live, ${this.#cacheSize} may be`;
  }

  async #rest(engine: Engine): Promise<void> {
    await this.#bounded(engine.idle());
  }

  /** Waits for `done`, but no longer than an engine can be busy without time passing. */
  async #bounded(done: Promise<void>): Promise<void> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    done.then(end, end);
    for (let turns = 0; turns < MOST_TURNS && !isDone; turns++) await turn();
  }

  /** Waits for `done`, with as much time passing as the engine wants. */
  async #letPass({ clock, pool }: Life, done: Promise<void>): Promise<void> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    done.then(end, end);
    for (let round = 0; round < PATIENCE && !isDone; round++) {
      await turn();
      const next = clock.next();
      if (!isDone && next !== undefined) void clock.advanceTo(next);
      // Nothing is committed while a transaction is open.
      for (const { ref, task } of [...pool.running]) if (task === "book") pool.settle(ref);
    }
    if (!isDone) throw new Error("nothing comes of what was asked, however much time passes");
    await done;
  }

  #resolvePending(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const look of pending) look();
  }

  #open(): string[] {
    const rows = [...this.database.data.executions.values()].map(({ row }) => row);
    return rows.filter(({ status }) => !isClosed(status)).map(({ id, status }) => `${id} ${status}`);
  }

  #whatRests(): string {
    const { timers, tasks, inbox, outside } = this.database.data;
    return JSON.stringify({
      deliveries: outside.deliveries,
      open: this.#open(),
      overdue: this.#overdue(),
      unsent: this.#unsent,
      unstarted: this.#unstarted,
      timers,
      tasks,
      inbox,
    });
  }

  /** Executions that should have been pruned. */
  #overdue(): string[] {
    const now = this.#current.clock.now();
    const rows = [...this.database.data.executions.values()].map(({ row }) => row);
    return rows
      .filter(({ workflow, endTime = now }) => endTime + (RETENTIONS.get(workflow) ?? Infinity) <= now)
      .map(({ id }) => id);
  }

  #isDone(): boolean {
    const allStarted = this.#acknowledged.size === this.#work.scripts.size;
    const isHandled = this.database.data.outside.deliveries.every(({ deadAt }) => deadAt !== undefined);
    const isOver = isHandled && this.#unsent.length === 0 && this.#open().length === 0;
    return allStarted && isOver && this.#overdue().length === 0;
  }
}

/** What a call is called, whatever its attempt. */
function callOf({ ref }: TaskCall): string | undefined {
  return ref.split("@")[0];
}

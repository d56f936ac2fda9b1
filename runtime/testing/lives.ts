/**
 * The lives of the engine under test: opened on a database, killed at a commit or on request, opened again on what the
 * database holds. One sandbox and one pool of threads serve all of them; whatever they hold of a dead life is dropped.
 *
 * L1  At most one engine is alive.
 * L2  Work that was asked of an engine which died is asked of the next one, as a client would that got no answer.
 */
import type { VirtualClock } from "../engine/clock.js";
import { openEngine } from "../engine/core.js";
import type { CheckpointMode, Engine, Problem } from "../engine/engine.js";
import type { RandomHex } from "../engine/new-executions.js";
import type { Program } from "../protocol/program.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { PayloadCodec } from "../store/codec.js";
import { openStore } from "../store/sqlite/open.js";
import type { Write } from "../store/store.js";
import { lifeClock } from "./clock.js";
import type { CrashPlan } from "./crashes.js";
import type { History } from "./history.js";
import type { WorkflowMocks } from "./mock-workflow.js";
import type { TestPool } from "./pool.js";
import { giveBack, takeSandbox } from "./sandboxes.js";
import { type LifeStore, lifeStore } from "./store.js";

export interface DeployedProgram {
  readonly program: Program;
  /** Folder from which its external packages are resolved. */
  readonly resolveFrom: string;
}

export interface LivesOptions {
  readonly database: string;
  readonly codec?: PayloadCodec | undefined;
  readonly program: DeployedProgram;
  readonly clock: VirtualClock;
  readonly checkpoint: CheckpointMode;
  readonly cacheSize: number;
  readonly randomHex: RandomHex;
  readonly crashes: CrashPlan;
  readonly pool: TestPool;
  readonly mocks: WorkflowMocks;
  readonly history: History;
  /** Told of every commit that the database has. */
  readonly committed: (writes: readonly Write[]) => void;
  readonly report: (problem: Problem) => void;
}

interface Life {
  readonly engine: Engine;
  /** Key of the next execution when it began. */
  readonly nextKey: number;
  /** Resolves when it is dead and gone. */
  readonly ended: Promise<void>;
  readonly kill: () => void;
}

/** Deaths are the test's own doing: tasks that they cut off are made again at once, however often. */
const DEATHS_ARE_FREE = { crashMinMs: 0, crashMaxMs: 0, crashes: Number.POSITIVE_INFINITY };

export class Lives {
  readonly #options: LivesOptions;
  readonly #sandbox: Sandbox;
  /** The newest last. */
  readonly #programs: DeployedProgram[];
  readonly #seen = new Set<string>();
  /** Activations under way in the sandbox. */
  readonly #activating = new Set<Promise<unknown>>();
  #current: Promise<Life>;
  #store: LifeStore | undefined;
  #deaths = 0;
  /** While above 0 no commit kills. */
  #protected = 0;

  private constructor(options: LivesOptions, sandbox: Sandbox) {
    this.#options = options;
    this.#sandbox = sandbox;
    this.#programs = [options.program];
    this.#current = this.#begin();
  }

  static async open(options: LivesOptions): Promise<Lives> {
    const lives = new Lives(options, await takeSandbox());
    try {
      await lives.#current;
    } catch (error) {
      giveBack(lives.#sandbox);
      throw error;
    }
    return lives;
  }

  /** True while something is run in the sandbox, or written or read in the database. */
  get isBusy(): boolean {
    return this.#activating.size > 0 || (this.#store?.isBusy ?? false);
  }

  get deaths(): number {
    return this.#deaths;
  }

  /** Key of the next execution when the present life began. */
  async nextKey(): Promise<number> {
    return (await this.#current).nextKey;
  }

  /** Asks the engine for what must not be asked twice: it does not die meanwhile. */
  async askOnce<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    this.#protected += 1;
    try {
      return await this.ask(question);
    } finally {
      this.#protected -= 1;
    }
  }

  /** Asks the engine; asks the next one again when this one dies over it (L2). */
  async ask<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    for (;;) {
      const life = await this.#current;
      const answer = await Promise.race([question(life.engine).then((value) => ({ value })), life.ended]);
      if (answer !== undefined) return answer.value;
    }
  }

  /** Makes another program known, to this life and those after it. */
  async deploy(program: Program, resolveFrom: string): Promise<void> {
    this.#programs.push({ program, resolveFrom });
    await this.ask((engine) => engine.deploy(program, resolveFrom));
  }

  /** Kills the engine, as a power cut would; resolves when the next one is open. */
  async crash(): Promise<void> {
    (await this.#current).kill();
    await this.#current;
  }

  /** Closes the engine cleanly and opens another on the same database. */
  async restart(): Promise<void> {
    await this.ask((engine) => engine.close());
    this.#current = this.#begin();
    await this.#current;
  }

  async close(): Promise<void> {
    try {
      await this.ask((engine) => engine.close());
    } finally {
      await this.#options.pool.close(0);
      giveBack(this.#sandbox);
    }
  }

  async #begin(): Promise<Life> {
    const { database, pool, history, crashes, report, ...options } = this.#options;
    const { checkpoint, cacheSize, randomHex } = options;
    const clock = lifeClock(options.clock);
    const store = await openStore(database, { synchronous: "normal", codec: options.codec });
    let died: () => void = () => {};
    const mortal = lifeStore({
      ...{ store, fate: (writes) => (this.#protected > 0 ? "lives" : crashes(writes)) },
      committed: (writes) => {
        history.committed(writes, options.clock.now());
        this.#options.committed(writes);
      },
      loaded: ({ key, id }) => history.knows(key, id),
      died: () => died(),
    });
    this.#store = mortal;
    const ended = new Promise<void>((resolve, reject) => {
      died = () => {
        this.#deaths += 1;
        clock.end();
        this.#current = this.#afterDeath(mortal.quiet, () => store.close());
        this.#current.then(() => resolve(), reject);
      };
    });
    ended.catch(() => {});
    const opening = openEngine({
      ...{ store: mortal.store, sandbox: this.#shared(), clock, checkpoint, cacheSize, randomHex, report },
      limits: DEATHS_ARE_FREE,
      tasks: (onSettled, onBeat, onRequest, onInterrupted) =>
        pool.begin({ onSettled, onBeat, onRequest, onInterrupted }),
    });
    const engine = await Promise.race([opening, ended]);
    // It died while it was being opened: the next one is there.
    if (engine === undefined) return await this.#current;
    const life = { engine, nextKey: store.opened.nextKey, ended, kill: mortal.kill };
    for (const { program, resolveFrom } of this.#programs) {
      await Promise.race([engine.deploy(program, resolveFrom), ended]);
    }
    return life;
  }

  /** Clears away what a dead engine has left, and opens the next one. */
  async #afterDeath(quiet: () => Promise<void>, close: () => Promise<void>): Promise<Life> {
    await quiet();
    await Promise.allSettled(this.#activating);
    this.#options.history.forgetUncommitted();
    await this.#options.pool.end();
    this.#sandbox.drop([...this.#seen]);
    this.#seen.clear();
    await close();
    return await this.#begin();
  }

  /** The sandbox as one life sees it: with the mocked workflows, and not to be closed. */
  #shared(): Sandbox {
    const { mocks, history } = this.#options;
    return {
      load: (program) => this.#sandbox.load(program),
      drop: (executions) => this.#sandbox.drop(executions),
      close: async () => this.#sandbox.drop([...this.#seen]),
      activate: async (requests) => {
        const replies = requests.map((request) => mocks.reply(request));
        const others = requests.filter((_, index) => replies[index] === undefined);
        for (const { execution } of others) this.#seen.add(execution);
        const activating = others.length === 0 ? Promise.resolve([]) : this.#sandbox.activate(others);
        this.#activating.add(activating);
        try {
          const real = [...(await activating)];
          return requests.map((request, index) => {
            const reply = replies[index] ?? real.shift() ?? { kind: "lost" as const };
            history.activated(request, reply);
            return reply;
          });
        } finally {
          this.#activating.delete(activating);
        }
      },
    };
  }
}

/**
 * The task pool: accepts calls, has them run on worker threads (`dispatcher.ts`), and answers each once (K1–K3 in
 * `tasks.ts`).
 */
import type { Declarations } from "../protocol/declarations.js";
import { Dispatcher } from "./dispatcher.js";
import { programUnavailable, unanswered } from "./failure.js";
import { POOL_LIMITS, type PoolLimits } from "./limits.js";
import { Loader, poolClosed } from "./loader.js";
import type { HostProgram, SettledTask, TaskCall, TaskPool, TaskPoolOptions, ThreadDeath } from "./tasks.js";

/**
 * Opens a pool; threads start when they are first needed. Throws a RangeError for numbers of threads or concurrency
 * that are not whole and positive.
 */
export function openTaskPool(options: TaskPoolOptions, limits: PoolLimits = POOL_LIMITS): TaskPool {
  for (const value of [options.threads, options.concurrency]) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`threads and concurrency are whole numbers from 1 on, not ${value}`);
    }
  }
  return new Pool(options, limits);
}

class Pool implements TaskPool {
  readonly #options: TaskPoolOptions;
  readonly #loader: Loader;
  readonly #dispatcher: Dispatcher;
  #pending = 0;
  #closing: Promise<void> | undefined;

  constructor(options: TaskPoolOptions, limits: PoolLimits) {
    this.#options = options;
    this.#loader = new Loader(limits);
    this.#dispatcher = new Dispatcher({
      threads: options.threads,
      concurrency: options.concurrency,
      limits,
      prepare: (thread) => this.#loader.prepare(thread),
      settled: (settled) => this.#settle(settled),
      died: (death) => {
        options.onInterrupted?.(death.interrupted);
        (options.onThreadDeath ?? reportDeath)(death);
      },
      beat: (ref, details) => options.onBeat?.(ref, details),
      ask: async (request, program) => (await options.onRequest?.(request, program)) ?? unanswered(),
    });
  }

  get pending(): number {
    return this.#pending;
  }

  /** Throws Fault EV7010 (cannot be imported), EV7002 or EV7003 (wrong definitions), EV7014 (pool closed). */
  async load(program: HostProgram): Promise<Declarations> {
    if (this.#closing !== undefined) throw poolClosed();
    return await this.#loader.load(program, this.#dispatcher);
  }

  /** Throws Fault EV7014 if the pool is closed. */
  submit(calls: readonly TaskCall[]): void {
    if (this.#closing !== undefined) throw poolClosed();
    this.#pending += calls.length;
    const strangers = calls.filter(({ program }) => !this.#loader.has(program));
    if (strangers.length > 0) queueMicrotask(() => this.#settle(strangers.map(notLoaded)));
    const known = strangers.length === 0 ? calls : calls.filter(({ program }) => this.#loader.has(program));
    this.#dispatcher.add(known.map((call) => ({ call, deaths: 0, bounces: 0 })));
  }

  cancel(refs: readonly string[]): void {
    if (this.#closing === undefined && refs.length > 0) this.#dispatcher.cancel(new Set(refs));
  }

  close(graceMs: number): Promise<void> {
    this.#loader.stop();
    this.#closing ??= this.#dispatcher.stop(graceMs).finally(() => this.#loader.clean());
    return this.#closing;
  }

  #settle(settled: readonly SettledTask[]): void {
    this.#pending -= settled.length;
    this.#options.onSettled(settled);
  }
}

function notLoaded({ ref, program }: TaskCall): SettledTask {
  return { ref, outcome: programUnavailable(`the program ${program} has not been loaded`) };
}

function reportDeath({ cause, error, interrupted }: ThreadDeath): void {
  const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
  process.stderr.write(`A task thread died, with ${interrupted.length} running calls: ${cause}${stack}\n`);
}

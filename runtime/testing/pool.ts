/**
 * The task pool of a test: one set of threads for all lives of the engine, with the mocks in front of it.
 *
 * P1  A life hears only of its own calls, and of none once it has ended.
 * P2  A mock that takes virtual time goes on when its engine's life ends: its call keeps its place in the next one.
 * P3  Every call that a handler or a mock is started for is noted, with what it was given.
 */
import type { Emitted } from "../protocol/command.js";
import type { Declarations } from "../protocol/declarations.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import { unanswered } from "../tasks/failure.js";
import { openTaskPool } from "../tasks/pool.js";
import type { HostProgram, SettledTask, TaskCall, TaskPool } from "../tasks/tasks.js";
import { CompletionQueue, type Completions } from "./completions.js";

/** How an engine's life is told of its calls. */
export interface PoolListener {
  readonly onSettled: (settled: readonly SettledTask[]) => void;
  readonly onBeat: (ref: string, details: Encoded) => void;
  readonly onRequest: (request: HostRequest, program: string) => Promise<Outcome>;
  readonly onInterrupted: (refs: readonly string[]) => void;
}

/** Runs a call in place of its handler; undefined to let the handler run. */
export type MockedCall = (call: TaskCall) => Promise<Omit<SettledTask, "ref">> | undefined;

export interface TestPoolOptions {
  readonly mocked: MockedCall;
  readonly completions?: Completions | undefined;
  readonly isBusy: () => boolean;
  /** A handler has emitted events. */
  readonly emitted: (events: readonly Emitted[]) => void;
}

/** One start of a task's handler, or of its mock. */
export interface TaskStart {
  readonly task: string;
  readonly call: TaskCall;
}

/** Handlers that outlive their engine have this long to end, in real ms; then their threads are ended. */
const GRACE_MS = 2000;
const CONCURRENCY = 32;

export class TestPool {
  readonly starts: TaskStart[] = [];
  readonly #mocked: MockedCall;
  readonly #emitted: TestPoolOptions["emitted"];
  readonly #programs = new Map<string, HostProgram>();
  #threads: TaskPool | undefined;
  #life = 0;
  #listener: PoolListener | undefined;
  /** What a handler's question to a life gets that ends over it. */
  #over: Promise<Outcome> = Promise.resolve(unanswered());
  #tellOver: () => void = () => {};
  /** Calls that real handlers are running, of any life. */
  readonly #running = new Set<string>();
  /** Those of them that have a transaction, or wait for one. */
  readonly #transacting = new Set<string>();
  #whenQuiet: (() => void) | undefined;

  /** Attempts whose mocks take virtual time. */
  readonly #keepingPlace = new Set<string>();
  readonly #completions: CompletionQueue;

  /** `isBusy` tells whether the engine has something to do. */
  constructor({ mocked, completions, isBusy, emitted }: TestPoolOptions) {
    this.#mocked = mocked;
    this.#emitted = emitted;
    this.#completions = new CompletionQueue(completions, {
      deliver: (settled) => this.#listener?.onSettled(settled),
      isRunning: () => this.#running.size > 0,
      isBusy,
    });
  }

  /** The pool as the next life of the engine sees it. */
  begin(listener: PoolListener): TaskPool {
    const life = ++this.#life;
    this.#listener = listener;
    this.#over = new Promise((resolve) => {
      this.#tellOver = () => resolve(unanswered());
    });
    const mark = (ref: string): string => `${life}:${ref}`;
    const pool = this;
    return {
      load: (program) => this.#load(program),
      submit: (calls) => this.#submit(calls, life),
      keepsPlace: (ref) => this.#keepingPlace.has(ref),
      cancel: (refs) => this.#threads?.cancel(refs.map(mark)),
      get pending() {
        return pool.#running.size;
      },
      close: (graceMs) => this.close(graceMs),
    };
  }

  /** The life has ended. Resolves when nothing that it started is running any more. */
  async end(): Promise<void> {
    this.#listener = undefined;
    this.#tellOver();
    this.#life++;
    this.#completions.clear();
    if (this.#running.size === 0) return;
    this.#threads?.cancel([...this.#running]);
    let timer: NodeJS.Timeout | undefined;
    const isQuiet = await Promise.race([
      new Promise<boolean>((resolve) => {
        this.#whenQuiet = () => resolve(true);
      }),
      new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), GRACE_MS);
      }),
    ]);
    clearTimeout(timer);
    if (!isQuiet) await this.close(0);
  }

  async close(graceMs: number): Promise<void> {
    const threads = this.#threads;
    this.#threads = undefined;
    await threads?.close(graceMs);
    this.#running.clear();
    this.#transacting.clear();
  }

  async #load(program: HostProgram): Promise<Declarations> {
    this.#programs.set(program.hash, program);
    const threads = this.#threads ?? (await this.#open());
    return await threads.load(program);
  }

  async #open(): Promise<TaskPool> {
    // One thread: handlers that do not wait end in the order of their calls.
    const threads = openTaskPool({
      threads: 1,
      concurrency: CONCURRENCY,
      onSettled: (settled) => this.#settled(settled),
      onBeat: (ref, details) => this.#ofThisLife(ref, (own) => this.#listener?.onBeat(own, details)),
      onInterrupted: (refs) => {
        for (const ref of refs) this.#ofThisLife(ref, (own) => this.#listener?.onInterrupted([own]));
      },
      onRequest: (request, program) => this.#request(request, program),
    });
    this.#threads = threads;
    for (const program of this.#programs.values()) await threads.load(program);
    return threads;
  }

  /** The engine knows an attempt of an earlier life by no name. */
  #ofOwnAttempt(request: HostRequest): HostRequest {
    if (request.kind !== "statement") return request;
    let attempt = "";
    this.#ofThisLife(request.attempt, (own) => {
      attempt = own;
    });
    return { ...request, attempt };
  }

  /** What a handler asks the engine; that of a life that has ended is answered no more. */
  async #request(request: HostRequest, program: string): Promise<Outcome> {
    const listener = this.#listener;
    if (listener === undefined) return unanswered();
    if (request.kind === "statement") this.#transacting.add(request.attempt);
    const outcome = await Promise.race([listener.onRequest(this.#ofOwnAttempt(request), program), this.#over]);
    if (request.kind === "emit" && outcome.ok) this.#emitted(request.events);
    return outcome;
  }

  #submit(calls: readonly TaskCall[], life: number): void {
    const real: TaskCall[] = [];
    for (const call of calls) {
      this.starts.push({ task: call.task, call });
      const mocked = this.#mocked(call);
      if (mocked === undefined) real.push({ ...call, ref: `${life}:${call.ref}` });
      else void mocked.then((settled) => this.#mockSettled(life, { ...settled, ref: call.ref }));
    }
    for (const { ref } of real) this.#running.add(ref);
    if (real.length > 0) this.#threads?.submit(real);
  }

  #mockSettled(life: number, settled: SettledTask): void {
    if (settled.keepsPlace === true) this.#keepingPlace.add(settled.ref);
    this.#answer(life, [settled]);
  }

  #settled(settled: readonly SettledTask[]): void {
    const own: SettledTask[] = [];
    for (const each of settled) {
      this.#running.delete(each.ref);
      const holdsTransaction = this.#transacting.delete(each.ref);
      this.#ofThisLife(each.ref, (ref) => {
        // Until it is told, all others wait for the database: its outcome cannot be kept back for theirs.
        if (holdsTransaction) this.#listener?.onSettled([{ ...each, ref }]);
        else own.push({ ...each, ref });
      });
    }
    if (own.length > 0) this.#answer(this.#life, own);
    if (this.#running.size === 0) this.#whenQuiet?.();
  }

  #answer(life: number, settled: readonly SettledTask[]): void {
    if (life === this.#life) this.#completions.add(settled);
  }

  #ofThisLife(ref: string, action: (own: string) => void): void {
    const end = ref.indexOf(":");
    if (Number(ref.slice(0, end)) === this.#life) action(ref.slice(end + 1));
  }
}

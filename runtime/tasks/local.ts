/**
 * Task handlers in this process instead of worker threads: they share its modules, connections and memory. What that
 * costs: a handler that does not yield holds up the engine and cannot be ended, only told by its `signal`; an error
 * that nothing catches is the process's.
 *
 * L1  Host code is imported once per process, however many pools use it (so does Node with modules).
 * L2  What a handler asks of its engine goes to the pool that runs it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setBridge } from "../api/bridge.js";
import type { Declarations } from "../protocol/declarations.js";
import { CancelledError, TaskInterrupted } from "../protocol/errors.js";
import { Fault } from "../protocol/fault.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Outcome } from "../protocol/value.js";
import { currentClasses, currentProgram, currentTask, inTransaction, runCall } from "./call.js";
import { CallAbort } from "./call-abort.js";
import { refusedInTransaction } from "./database.js";
import { failure, programUnavailable, unanswered } from "./failure.js";
import { HostCodeFolder } from "./host-code.js";
import { poolClosed } from "./loader.js";
import { Programs } from "./programs.js";
import { CallQueue } from "./queue.js";
import type { HostProgram, SettledTask, TaskCall, TaskPool, TaskPoolOptions } from "./tasks.js";

const programs = new Programs();
const owner = new AsyncLocalStorage<LocalPool>();

/** Opens a pool. Throws a RangeError for a concurrency that is not whole and positive. */
export function openLocalPool(options: Omit<TaskPoolOptions, "threads">): TaskPool {
  const { concurrency } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`the concurrency is a whole number from 1 on, not ${concurrency}`);
  }
  setBridge({
    ask: async (request) => {
      if (inTransaction()) return failure(refusedInTransaction(request.kind));
      return (await owner.getStore()?.ask(request)) ?? unanswered();
    },
    currentTask,
    classes: currentClasses,
  });
  return new LocalPool(options);
}

class LocalPool implements TaskPool {
  readonly #options: Omit<TaskPoolOptions, "threads">;
  readonly #folder = new HostCodeFolder();
  readonly #waiting = new CallQueue<TaskCall>();
  readonly #running = new Map<string, CallAbort>();
  #closed = false;
  #whenQuiet: (() => void) | undefined;

  constructor(options: Omit<TaskPoolOptions, "threads">) {
    this.#options = options;
  }

  get pending(): number {
    return this.#waiting.length + this.#running.size;
  }

  /** Throws Fault EV7010, EV7002 or EV7003 for host code that cannot be imported, EV7014 when the pool is closed. */
  async load(program: HostProgram): Promise<Declarations> {
    if (this.#closed) throw poolClosed();
    const loaded = await programs.load(program.hash, { ...this.#folder.write(program), map: program.map });
    if (loaded.ok) return loaded.declarations;
    const { message, code = "EV7010", remedy = "Correct the module-level code that throws." } = loaded.reason;
    throw new Fault(code as Fault["code"], `the program's host code cannot be imported: ${message}`, { remedy });
  }

  submit(calls: readonly TaskCall[]): void {
    if (this.#closed) throw poolClosed();
    for (const call of calls) this.#waiting.push(call, call.priority);
    // Not in the caller's turn: it has not noted the calls as submitted yet.
    queueMicrotask(() => this.#startNext());
  }

  cancel(refs: readonly string[]): void {
    const given = new Set(refs);
    for (const { ref } of this.#waiting.remove((call) => given.has(call.ref))) {
      this.#settle({ ref, outcome: failure(new CancelledError(UNWANTED)) });
    }
    for (const ref of refs) this.#running.get(ref)?.abort(new CancelledError(UNWANTED));
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    if (this.#running.size > 0) {
      const quiet = new Promise<void>((resolve) => {
        this.#whenQuiet = resolve;
      });
      const reason = new TaskInterrupted("the runtime is closing", { code: "EV7020" });
      for (const controller of this.#running.values()) controller.abort(reason);
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([quiet, patience]);
      clearTimeout(timer);
    }
    this.#running.clear();
    this.#folder.remove();
  }

  async ask(request: HostRequest): Promise<Outcome> {
    return (await this.#options.onRequest?.(request, currentProgram() ?? "")) ?? unanswered();
  }

  #startNext(): void {
    while (!this.#closed && this.#running.size < this.#options.concurrency) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      const controller = new CallAbort();
      this.#running.set(call.ref, controller);
      void owner.run(this, () => this.#run(call, controller));
    }
  }

  async #run(call: TaskCall, controller: CallAbort): Promise<void> {
    const loaded = programs.get(call.program);
    const { ref } = call;
    if (loaded?.ok !== true) {
      this.#ended({ ref, outcome: programUnavailable(`the program ${call.program} has not been loaded`) });
      return;
    }
    const { outcome, aborted, waits } = await runCall(call, {
      tasks: loaded.tasks,
      classes: loaded.classes,
      stackText: loaded.stackText,
      get signal() {
        return controller.signal;
      },
      beat: (details) => this.#options.onBeat?.(ref, details),
      ask: (request) => this.ask(request),
    });
    // Given up because the runtime closes: the row stays, another engine runs it again.
    if (aborted && this.#closed) this.#forget(ref);
    else this.#ended({ ref, outcome, ...(waits && { waits }) });
  }

  #ended(settled: SettledTask): void {
    if (this.#running.has(settled.ref)) this.#settle(settled);
    this.#forget(settled.ref);
    this.#startNext();
  }

  #forget(ref: string): void {
    this.#running.delete(ref);
    if (this.#running.size === 0) this.#whenQuiet?.();
  }

  #settle(settled: SettledTask): void {
    this.#options.onSettled([settled]);
  }
}

const UNWANTED = "nobody waits for the task any more";

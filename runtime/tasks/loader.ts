/**
 * Brings programs into the threads. A program is first imported by a spare thread that runs no calls, so that code
 * which kills or hangs its thread does no harm; then by all threads, in the order in which they were loaded.
 */
import type { Declarations } from "../protocol/declarations.js";
import { Fault } from "../protocol/fault.js";
import type { HostModule } from "./author-stack.js";
import type { Dispatcher } from "./dispatcher.js";
import { HostCodeFolder } from "./host-code.js";
import type { PoolLimits } from "./limits.js";
import type { LoadFailure } from "./messages.js";
import type { HostProgram } from "./tasks.js";
import type { LoadReply, TaskThread, ThreadEnd } from "./thread.js";

type TrialEnd =
  | LoadReply
  | { readonly ok: false; readonly end: ThreadEnd }
  | { readonly ok: false; readonly hung: true };

export class Loader {
  readonly #limits: PoolLimits;
  readonly #folder = new HostCodeFolder();
  readonly #loading = new Map<string, Promise<Declarations>>();
  /** What can be imported, by the program's hash. */
  readonly #modules = new Map<string, HostModule>();
  #closed = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** True for a program whose load has succeeded. */
  has(program: string): boolean {
    return this.#modules.has(program);
  }

  /** Loads a program once; a failed load may be tried again. Throws Fault EV7010, EV7003, EV7002 or EV7014. */
  load(program: HostProgram, dispatcher: Dispatcher): Promise<Declarations> {
    const earlier = this.#loading.get(program.hash);
    if (earlier !== undefined) return earlier;
    const loading = this.#load(program, dispatcher).catch((error: unknown) => {
      this.#loading.delete(program.hash);
      throw error;
    });
    this.#loading.set(program.hash, loading);
    return loading;
  }

  /** Sends a new thread all programs. */
  prepare(thread: TaskThread, except?: string): void {
    for (const [program, module] of this.#modules) {
      // A failure of what has succeeded elsewhere is answered call by call, by the thread itself.
      if (program !== except) thread.import(program, module, () => {});
    }
  }

  /** Loads nothing any more; loads under way are refused. */
  stop(): void {
    this.#closed = true;
  }

  /** Removes the code from the disk. */
  clean(): void {
    this.#folder.remove();
  }

  async #load(program: HostProgram, dispatcher: Dispatcher): Promise<Declarations> {
    const module = this.#folder.write(program);
    const { thread, result } = this.#try(program.hash, module, dispatcher);
    const reply = await result;
    if (this.#closed || !reply.ok) {
      await thread.terminate();
      throw reply.ok || this.#closed ? poolClosed() : loadFault(reply, this.#limits);
    }
    for (const other of dispatcher.threads) other.import(program.hash, module, () => {});
    this.prepare(thread);
    this.#modules.set(program.hash, module);
    if (!dispatcher.adopt(thread)) await thread.terminate();
    return reply.declarations;
  }

  /** Imports the code on a spare thread. The result never rejects. */
  #try(program: string, module: HostModule, dispatcher: Dispatcher): { thread: TaskThread; result: Promise<TrialEnd> } {
    let finish = (_end: TrialEnd): void => {};
    const result = new Promise<TrialEnd>((resolve) => {
      finish = resolve;
    });
    const thread = dispatcher.spare((end) => finish({ ok: false, end }));
    const deadline = setTimeout(() => finish({ ok: false, hung: true }), this.#limits.loadMs);
    thread.import(program, module, finish);
    return { thread, result: result.finally(() => clearTimeout(deadline)) };
  }
}

/** The refusal of calls and programs by a pool that is closed. */
export function poolClosed(): Fault {
  return new Fault("EV7014", "the task pool is closed", { remedy: "Start the runtime again to run tasks." });
}

function loadFault(reply: Exclude<TrialEnd, { ok: true }>, limits: PoolLimits): Fault {
  if ("reason" in reply) return importFault(reply.reason);
  const why =
    "end" in reply
      ? `it ended its thread: ${reply.end.cause}`
      : `it did not finish within ${limits.loadMs / 1000} seconds`;
  const cause = "end" in reply ? reply.end.error : undefined;
  return new Fault("EV7010", `the program's host code cannot be imported: ${why}`, {
    remedy: "Do at module level only what defines things; connect, listen and wait inside the tasks.",
    cause,
  });
}

/** A refusal by the API keeps its own code; anything else that the code threw is EV7010. */
function importFault(reason: LoadFailure): Fault {
  const cause = new Error(reason.message);
  cause.stack = reason.stack;
  const { code, remedy } = reason;
  if (code !== undefined && remedy !== undefined && isFaultCode(code)) {
    return new Fault(code, reason.message, { remedy, cause });
  }
  const stack = reason.stack === "" ? reason.message : reason.stack;
  return new Fault("EV7010", `the program's host code cannot be imported: ${stack}`, {
    remedy: "Correct the module-level code that throws, or install the package that is missing where the program runs.",
    cause,
  });
}

function isFaultCode(code: string): code is Fault["code"] {
  return /^EV\d+$/.test(code);
}

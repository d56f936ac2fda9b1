/** Opens a sandbox: spreads executions over engine threads by a hash of their id. */
import { Fault } from "../protocol/fault.js";
import { readGuestFiles } from "./guest-files.js";
import { resolveLimits, type SandboxOptions } from "./limits.js";
import type { ActivationReply, ActivationRequest, Sandbox, SandboxProgram } from "./sandbox.js";
import { EngineThread } from "./thread.js";

export type { SandboxOptions };

/**
 * Starts the engine threads.
 * @throws Fault EV5213 for an option out of range, EV5209 without the guest bundle, EV5211 when no thread starts
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { workers, ...limits } = resolveLimits(options);
  const settings = {
    limits,
    harden: options.harden ?? true,
    ...(options.guestCode === undefined ? await readGuestFiles() : { guestCode: options.guestCode }),
    onProblem: options.onProblem ?? warn,
  };
  const threads = Array.from({ length: workers }, () => new EngineThread(settings));
  try {
    await Promise.all(threads.map((thread) => thread.ready()));
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.close()));
    throw error;
  }
  return new ThreadedSandbox(threads);
}

class ThreadedSandbox implements Sandbox {
  readonly #threads: readonly EngineThread[];
  readonly #programs = new Map<string, Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(threads: readonly EngineThread[]) {
    this.#threads = threads;
  }

  load(program: SandboxProgram): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(closedFault());
    const known = this.#programs.get(program.hash);
    if (known !== undefined) return known;
    const loading = this.#load(program);
    this.#programs.set(program.hash, loading);
    loading.catch(() => this.#programs.delete(program.hash));
    return loading;
  }

  async activate(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]> {
    if (this.#closed !== undefined) throw closedFault();
    for (const { program } of requests) {
      if (this.#programs.has(program)) continue;
      throw new Fault("EV5212", `Program ${program} was not loaded into this sandbox.`, {
        remedy: "Load the program before its executions are activated.",
      });
    }
    const [only] = this.#threads;
    if (this.#threads.length === 1 && only !== undefined) return only.activate(requests);
    return this.#spread(requests);
  }

  drop(executions: readonly string[]): void {
    if (this.#closed !== undefined) return;
    for (const [index, thread] of this.#threads.entries()) {
      const own = executions.filter((execution) => this.#threadOf(execution) === index);
      if (own.length > 0) thread.drop(own);
    }
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all(this.#threads.map((thread) => thread.close())).then(() => undefined);
    return this.#closed;
  }

  /** Boots the program in one thread, which shows that it can be; the others boot it when they need it. */
  async #load(program: SandboxProgram): Promise<void> {
    const [first, ...others] = this.#threads;
    await first?.load(program);
    for (const thread of others) thread.add(program);
  }

  async #spread(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]> {
    const places = this.#threads.map((): number[] => []);
    requests.forEach((request, place) => {
      places[this.#threadOf(request.execution)]?.push(place);
    });
    const replies = new Array<ActivationReply>(requests.length);
    const parts = this.#threads.map(async (thread, index) => {
      const own = places[index] ?? [];
      if (own.length === 0) return;
      const answered = await thread.activate(own.flatMap((place) => requests[place] ?? []));
      own.forEach((place, position) => {
        const reply = answered[position];
        if (reply !== undefined) replies[place] = reply;
      });
    });
    await Promise.all(parts);
    return replies;
  }

  #threadOf(execution: string): number {
    return hashOf(execution) % this.#threads.length;
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function closedFault(): Fault {
  return new Fault("EV5212", "The sandbox is closed.", { remedy: "Open a new one." });
}

function warn(problem: Fault): void {
  process.emitWarning(problem.message, { code: problem.code });
}

/**
 * One engine thread, seen from the main thread: its work in flight, its watchdog, and its replacement when it dies.
 *
 * D1  Every load and every request is settled exactly once, whatever becomes of threads on the way.
 * D2  When a thread dies, the request it was running is suspended; everything else in flight is posted again, in order,
 *     to the replacement. That is sound: an activation has no effect before its reply has been handed out, and a
 *     `live` request finds its instance gone there and is answered `lost`.
 */
import type { Worker } from "node:worker_threads";
import { startThread } from "../platform/threads.js";
import type { SuspendReason } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { SandboxLimits } from "./limits.js";
import { type FromThread, parseFromThread, SIGHT, SIGHT_BYTES, type ThreadData, type ToThread } from "./messages.js";
import { stuck, threadEnded } from "./reasons.js";
import type { ActivationReply, ActivationRequest, SandboxProgram } from "./sandbox.js";
import { engineThread } from "./thread-kind.js";
import { Watchdog } from "./watchdog.js";

export interface ThreadSettings {
  readonly limits: SandboxLimits;
  readonly harden: boolean;
  readonly guestCode: string;
  readonly image?: Uint8Array | undefined;
  readonly onProblem: (problem: Fault) => void;
  /** The thread's script; default: worker.js. A seam for tests. */
  readonly entry?: URL;
}

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Fault) => void;
}
interface Loading extends Settle<void> {
  readonly kind: "load";
  readonly program: SandboxProgram;
}
interface Activating extends Settle<readonly ActivationReply[]> {
  readonly kind: "activate";
  readonly replies: (ActivationReply | undefined)[];
  /** Requests without reply, and the place of each in `replies`. */
  open: { readonly request: ActivationRequest; readonly place: number }[];
}

/** Deaths in a row without an answer in between, after which the thread is given up. */
const FRUITLESS_DEATHS_MAX = 3;

export class EngineThread {
  readonly #settings: ThreadSettings;
  readonly #programs = new Map<string, SandboxProgram>();
  readonly #inFlight = new Map<number, Loading | Activating>();
  readonly #ready: Promise<void>;
  #settleReady: Settle<void> | undefined;
  #closing: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  /** One per worker: a worker that is being ended may still write into its own. */
  #sight!: Int32Array;
  #watchdog!: Watchdog;
  #worker: Worker;
  #nextId = 1;
  #fruitlessDeaths = 0;
  #dead: Fault | undefined;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
    this.#ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.#worker = this.#startWorker();
  }

  /** Resolves when the thread runs. @throws Fault EV5211 when it cannot be started */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Makes a program known to the thread without booting it. */
  add(program: SandboxProgram): void {
    this.#programs.set(program.hash, program);
    this.#post({ kind: "program", program });
  }

  /** Loads a program and boots its realm. @throws Fault EV5201, EV5209, EV5211 */
  load(program: SandboxProgram): Promise<void> {
    return new Promise((resolve, reject) => this.#begin({ kind: "load", program, resolve, reject }));
  }

  /** Runs requests in order. @throws Fault EV5211 when no thread can be kept alive */
  activate(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]> {
    return new Promise((resolve, reject) => {
      const open = requests.map((request, place) => ({ request, place }));
      this.#begin({ kind: "activate", replies: requests.map(() => undefined), open, resolve, reject });
    });
  }

  drop(executions: readonly string[]): void {
    this.#post({ kind: "drop", executions });
  }

  /** Waits for the work in flight, frees the realms and ends the thread. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#dead === undefined) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
        this.#post({ kind: "close" });
        this.#watchdog.start();
      });
    }
    this.#watchdog.stop();
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }

  #begin(work: Loading | Activating): void {
    if (this.#dead !== undefined) {
      work.reject(this.#dead);
      return;
    }
    const id = this.#nextId++;
    this.#inFlight.set(id, work);
    this.#send(id, work);
  }

  #send(id: number, work: Loading | Activating): void {
    this.#watchdog.start();
    if (work.kind === "load") this.#post({ kind: "load", id, program: work.program });
    else this.#post({ kind: "activate", id, requests: work.open.map(({ request }) => request) });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #startWorker(): Worker {
    const { limits, harden, guestCode, image } = this.#settings;
    const sight = new SharedArrayBuffer(SIGHT_BYTES);
    this.#sight = new Int32Array(sight);
    this.#watchdog = new Watchdog(this.#sight, limits.graceMs, ({ message, index, allowedMs }) =>
      this.#replace({ message, index, reason: stuck(allowedMs) }),
    );
    const data: ThreadData = { limits, harden, guestCode, sight, ...(image === undefined ? {} : { image }) };
    const { entry } = this.#settings;
    const kind = engineThread(limits);
    const worker = startThread(entry === undefined ? kind : { ...kind, file: entry }, data);
    let cause = "it exited";
    worker.on("message", (message: unknown) => this.#receive(parseFromThread(message)));
    worker.on("error", (error) => {
      cause = String(error);
    });
    worker.on("exit", () => this.#died(cause));
    return worker;
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case "ready":
        this.#settleReady?.resolve();
        this.#settleReady = undefined;
        return;
      case "loaded": {
        const work = this.#take(message.id);
        if (work?.kind !== "load") return;
        const { fault } = message;
        if (fault !== undefined) {
          work.reject(new Fault(fault.code, fault.message, fault));
          return;
        }
        this.#programs.set(work.program.hash, work.program);
        work.resolve();
        return;
      }
      case "replies": {
        const work = this.#take(message.id);
        if (work?.kind !== "activate") return;
        work.open.forEach(({ place }, index) => {
          work.replies[place] = message.replies[index];
        });
        finish(work);
        return;
      }
      case "closed":
        if (message.problem !== undefined) this.#settings.onProblem(disposeProblem(message.problem));
        this.#closing?.();
    }
  }

  #take(id: number): Loading | Activating | undefined {
    const work = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    this.#fruitlessDeaths = 0;
    if (this.#inFlight.size === 0 && this.#closing === undefined) this.#watchdog.stop();
    return work;
  }

  /** The thread ended without being asked to. */
  #died(cause: string): void {
    this.#watchdog.stop();
    const running = Atomics.load(this.#sight, SIGHT.call) !== 0;
    const message = running ? Atomics.load(this.#sight, SIGHT.message) : 0;
    this.#replace({ message, index: Atomics.load(this.#sight, SIGHT.index), reason: threadEnded(cause) });
  }

  /** Ends the thread, answers for the culprit and carries on with a new thread (D2). */
  #replace(culprit: { readonly message: number; readonly index: number; readonly reason: SuspendReason }): void {
    this.#worker.removeAllListeners();
    // A late error of a thread that is being ended concerns nobody.
    this.#worker.on("error", () => undefined);
    void this.#worker.terminate();
    if (this.#closing !== undefined && this.#inFlight.size === 0) {
      this.#closing();
      return;
    }
    this.#fruitlessDeaths = this.#convict(culprit) ? 0 : this.#fruitlessDeaths + 1;
    if (this.#fruitlessDeaths >= FRUITLESS_DEATHS_MAX || this.#settleReady !== undefined) {
      this.#giveUp(culprit.reason.message);
      return;
    }
    this.#worker = this.#startWorker();
    for (const program of this.#programs.values()) this.#post({ kind: "program", program });
    for (const [id, work] of this.#inFlight) this.#send(id, work);
    if (this.#closing !== undefined) this.#post({ kind: "close" });
  }

  /** Settles the work that the thread died of. False when it died of nothing in flight. */
  #convict(culprit: { readonly message: number; readonly index: number; readonly reason: SuspendReason }): boolean {
    const work = this.#inFlight.get(culprit.message);
    if (work === undefined) return false;
    if (work.kind === "load") {
      this.#inFlight.delete(culprit.message);
      const { code, message, remedy } = culprit.reason;
      work.reject(new Fault(code, `The program could not be loaded. ${message}`, { remedy }));
      return true;
    }
    const guilty = work.open[culprit.index];
    if (guilty === undefined) return false;
    work.replies[guilty.place] = { kind: "suspend", reason: culprit.reason };
    work.open = work.open.filter((entry) => entry !== guilty);
    if (work.open.length === 0) {
      this.#inFlight.delete(culprit.message);
      finish(work);
    }
    return true;
  }

  #giveUp(what: string): void {
    this.#dead = new Fault("EV5211", `The engine thread cannot be kept alive: ${what}`, {
      remedy: "Check the machine's memory and this installation of Eventual, then start the runtime again.",
    });
    this.#settleReady?.reject(this.#dead);
    this.#settleReady = undefined;
    for (const work of this.#inFlight.values()) work.reject(this.#dead);
    this.#inFlight.clear();
    this.#closing?.();
  }
}

function finish(work: Activating): void {
  work.resolve(
    work.replies.map((reply) => {
      if (reply === undefined) throw new Error("an activation request was left without a reply");
      return reply;
    }),
  );
}

function disposeProblem(what: string): Fault {
  return new Fault("EV5214", `A realm could not be disposed cleanly: ${what}`, {
    remedy: "Nothing is lost; report it, since it shows a leak in the sandbox.",
  });
}

/**
 * The pool's side of one worker thread: its life, the calls it holds, and which of them it has started.
 *
 * T1  A call is in `#held` from `offer` until it settles, is withdrawn, or the thread ends.
 * T2  The thread ends once: `ended` is called after every message that it sent has been handled.
 */
import type { Worker } from "node:worker_threads";
import { startThread } from "../platform/threads.js";
import type { Declarations } from "../protocol/declarations.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { HostModule } from "./author-stack.js";
import type { FromThread, LoadFailure, OfferedCall, SettledCall, TaskThreadData, ToThread } from "./messages.js";
import type { TaskCall } from "./tasks.js";
import { TASK_THREAD } from "./thread-kind.js";

/** A call on its way through the pool. */
export interface OpenCall {
  readonly call: TaskCall;
  /** How many threads died while they were running it. */
  deaths: number;
  /** How many died before they came to it. */
  bounces: number;
  /** Nobody wants it any more. */
  cancelled?: true;
}

export interface ThreadEvents {
  settled(thread: TaskThread, calls: readonly { readonly open: OpenCall; readonly settled: SettledCall }[]): void;
  /** A heartbeat of a call that it holds. */
  beat(ref: string, details: Encoded): void;
  /** A handler asks something of the engine. */
  asked(thread: TaskThread, id: number, program: string, request: HostRequest): void;
  /** The thread's event loop has turned: it is not stuck. */
  responded(thread: TaskThread): void;
  ended(thread: TaskThread, end: ThreadEnd): void;
}

/** How a thread ended and what it held. */
export interface ThreadEnd {
  /** In words, for messages: "process.exit(1) was called". */
  readonly cause: string;
  /** The uncaught error, if that was the cause. */
  readonly error: unknown;
  /** Calls whose handlers had started. */
  readonly started: readonly OpenCall[];
  readonly waiting: readonly OpenCall[];
  /** The pool ended it, because a cancelled handler did not let go. */
  readonly wasFreed: boolean;
}

interface Held {
  readonly open: OpenCall;
  readonly slot: number;
  readonly ticket: number;
  readonly offeredAt: number;
}

export type LoadReply =
  | { readonly ok: true; readonly declarations: Declarations }
  | { readonly ok: false; readonly reason: LoadFailure };

const LAST_TICKET = 2 ** 31 - 1;

export class TaskThread {
  /** Set by the pool while the thread does not respond. */
  stuck = false;
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #claims: Int32Array;
  readonly #freeSlots: number[];
  readonly #held = new Map<string, Held>();
  readonly #loads = new Map<string, (reply: LoadReply) => void>();
  #offers: OfferedCall[] = [];
  #ticket = 0;
  #error: { readonly value: unknown } | undefined;
  #terminated = false;
  #wasFreed = false;
  #isBooting = true;

  /** Starts a thread that may hold `capacity` calls at once. */
  constructor(capacity: number, events: ThreadEvents) {
    const claims = new SharedArrayBuffer(capacity * Int32Array.BYTES_PER_ELEMENT);
    this.#claims = new Int32Array(claims);
    this.#freeSlots = Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#events = events;
    this.#worker = startThread(TASK_THREAD, { claims } satisfies TaskThreadData);
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (error: unknown) => {
      this.#error = { value: error };
    });
    this.#worker.on("messageerror", (error) => {
      throw error;
    });
    this.#worker.on("exit", (code) => this.#exited(code));
  }

  /** Calls that it holds. */
  get load(): number {
    return this.#held.size;
  }

  /** True until its first message: it takes some 50 ms before it can run anything. */
  get isBooting(): boolean {
    return this.#isBooting;
  }

  get isFull(): boolean {
    return this.#freeSlots.length === 0;
  }

  /** Imports host code; `reply` is called unless the thread ends first. */
  import(program: string, module: HostModule, reply: (reply: LoadReply) => void): void {
    this.#loads.set(program, reply);
    this.#send({ kind: "load", program, module });
  }

  /** Reserves a place for a call; `sendOffers` sends it. The thread must not be full. */
  offer(open: OpenCall, now: number): void {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) throw new RangeError("the task thread is full");
    this.#ticket = this.#ticket === LAST_TICKET ? 1 : this.#ticket + 1;
    Atomics.store(this.#claims, slot, this.#ticket);
    const { ref, program, task, input, context } = open.call;
    this.#held.set(ref, { open, slot, ticket: this.#ticket, offeredAt: now });
    const retry = context.retry + open.deaths;
    this.#offers.push({ ref, slot, ticket: this.#ticket, program, task, input, context: { ...context, retry } });
  }

  sendOffers(): void {
    if (this.#offers.length === 0) return;
    this.#send({ kind: "run", calls: this.#offers });
    this.#offers = [];
  }

  /** True if it holds a call that was offered before `time` and has not started. */
  hasWaitingSince(time: number): boolean {
    for (const held of this.#held.values()) if (held.offeredAt <= time && this.#isWaiting(held)) return true;
    return false;
  }

  /** Takes back the calls that have not started. */
  withdraw(): OpenCall[] {
    const withdrawn: OpenCall[] = [];
    for (const [ref, held] of this.#held) {
      if (Atomics.compareExchange(this.#claims, held.slot, held.ticket, 0) !== held.ticket) continue;
      withdrawn.push(held.open);
      this.#release(ref, held);
    }
    return withdrawn;
  }

  /** Tells the handler of a call that it holds; gives the call back if it has not started. */
  cancel(ref: string): { readonly isHeld: boolean; readonly withdrawn?: OpenCall } {
    const held = this.#held.get(ref);
    if (held === undefined) return { isHeld: false };
    held.open.cancelled = true;
    if (Atomics.compareExchange(this.#claims, held.slot, held.ticket, 0) === held.ticket) {
      this.#release(ref, held);
      return { isHeld: true, withdrawn: held.open };
    }
    this.#send({ kind: "cancel", refs: [ref] });
    return { isHeld: true };
  }

  answer(id: number, outcome: Outcome): void {
    this.#send({ kind: "answer", id, outcome });
  }

  /** True while a cancelled call has not let go. */
  holds(ref: string): boolean {
    return this.#held.has(ref);
  }

  /** Ends the thread for the sake of the others. */
  free(): void {
    this.#wasFreed = true;
    void this.terminate();
  }

  ping(): void {
    this.#send({ kind: "ping" });
  }

  abort(): void {
    this.#send({ kind: "abort" });
  }

  /** Ends the thread, whatever it is doing. Resolves after `ended` has been called. */
  async terminate(): Promise<void> {
    this.#terminated = true;
    await this.#worker.terminate();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    this.#isBooting = false;
    switch (message.kind) {
      case "settled":
        this.#settle(message.calls);
        break;
      case "loaded":
        this.#replyToLoad(message.program, { ok: true, declarations: message.declarations });
        break;
      case "loadFailed":
        this.#replyToLoad(message.program, { ok: false, reason: message.reason });
        break;
      case "beat":
        if (this.#held.get(message.ref)?.open.cancelled !== true) this.#events.beat(message.ref, message.details);
        break;
      case "ask":
        this.#events.asked(this, message.id, message.program, message.request);
        break;
      case "pong":
        break;
    }
    this.#events.responded(this);
  }

  #settle(calls: readonly SettledCall[]): void {
    const settled: { open: OpenCall; settled: SettledCall }[] = [];
    for (const call of calls) {
      const held = this.#held.get(call.ref);
      if (held === undefined) continue;
      this.#release(call.ref, held);
      settled.push({ open: held.open, settled: call });
    }
    this.#events.settled(this, settled);
  }

  #replyToLoad(program: string, reply: LoadReply): void {
    const waiting = this.#loads.get(program);
    this.#loads.delete(program);
    waiting?.(reply);
  }

  #exited(code: number): void {
    const all = [...this.#held.values()];
    const waiting = all.filter((held) => this.#isWaiting(held)).map(({ open }) => open);
    const started = all.filter((held) => !this.#isWaiting(held)).map(({ open }) => open);
    this.#held.clear();
    this.#events.ended(this, {
      cause: this.#causeOfEnd(code),
      error: this.#error?.value,
      started,
      waiting,
      wasFreed: this.#wasFreed,
    });
  }

  #causeOfEnd(code: number): string {
    if (this.#error !== undefined) return `an error that nothing caught: ${firstLine(this.#error.value)}`;
    return this.#terminated ? "it was terminated" : `process.exit(${code}) was called`;
  }

  #isWaiting(held: Held): boolean {
    return Atomics.load(this.#claims, held.slot) === held.ticket;
  }

  #release(ref: string, held: Held): void {
    this.#held.delete(ref);
    Atomics.store(this.#claims, held.slot, 0);
    this.#freeSlots.push(held.slot);
  }
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message}`.split("\n", 1)[0] ?? error.name;
}

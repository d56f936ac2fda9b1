/**
 * Which thread runs which call. Threads are started when a call finds all others busy, up to the configured number.
 *
 * D1  A call is in exactly one place: the queue, the suspects, or a thread.
 * D2  A call that has not started is never lost to a thread that is stuck or dies: another thread takes it.
 * D3  A call whose last attempt this may be (it was running on all but one of the deaths that are allowed) runs alone,
 *     so that no call is given up for what another one did.
 * D4  A thread gets at most one message with calls per turn of the event loop: a message costs as much as several calls.
 */
import type { HostRequest } from "../protocol/host-request.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import { interrupted, programUnavailable } from "./failure.js";
import type { PoolLimits } from "./limits.js";
import type { SettledCall } from "./messages.js";
import { CallQueue } from "./queue.js";
import type { SettledTask, ThreadDeath } from "./tasks.js";
import { type OpenCall, TaskThread, type ThreadEnd } from "./thread.js";

export interface DispatcherParts {
  readonly threads: number;
  readonly concurrency: number;
  readonly limits: PoolLimits;
  /** Gives a new thread its programs. */
  readonly prepare: (thread: TaskThread) => void;
  readonly settled: (settled: readonly SettledTask[]) => void;
  readonly died: (death: ThreadDeath) => void;
  readonly beat: (ref: string, details: Encoded) => void;
  readonly ask: (request: HostRequest, program: string) => Promise<Outcome>;
}

export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Called at the next message of the thread. */
  readonly #pings = new WeakMap<TaskThread, () => void>();
  readonly #threads = new Set<TaskThread>();
  /** Threads outside the pool, and what to do when they end. */
  readonly #spares = new Map<TaskThread, (end: ThreadEnd) => void>();
  readonly #queue = new CallQueue<OpenCall>();
  readonly #suspects: OpenCall[] = [];
  /** Threads that run a suspect. */
  readonly #alone = new Set<TaskThread>();
  /** Gets no new calls, so that a suspect can have it alone. */
  #draining: TaskThread | undefined;
  #watch: NodeJS.Timeout | undefined;
  #stopped = false;
  #dispatching = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  get threads(): ReadonlySet<TaskThread> {
    return this.#threads;
  }

  add(calls: readonly OpenCall[]): void {
    for (const call of calls) this.#queue.push(call, call.call.priority);
    this.#dispatchSoon();
  }

  /** Gives up what has not started, and tells the rest. */
  cancel(refs: ReadonlySet<string>): void {
    const isMeant = ({ call }: OpenCall): boolean => refs.has(call.ref);
    const given = this.#queue.remove(isMeant);
    for (const suspect of this.#suspects.filter(isMeant)) {
      this.#suspects.splice(this.#suspects.indexOf(suspect), 1);
      given.push(suspect);
    }
    for (const thread of this.#threads) {
      for (const ref of refs) {
        const { isHeld, withdrawn } = thread.cancel(ref);
        if (withdrawn !== undefined) given.push(withdrawn);
        else if (isHeld) this.#watchCancelled(thread, ref);
      }
    }
    if (given.length > 0) this.#parts.settled(given.map(givenUp));
    this.#dispatch();
  }

  /** After the grace time, a thread whose event loop still does not turn is ended. */
  #watchCancelled(thread: TaskThread, ref: string): void {
    setTimeout(() => {
      if (!this.#threads.has(thread) || !thread.holds(ref)) return;
      let turned = false;
      this.#pings.set(thread, () => {
        turned = true;
      });
      thread.ping();
      setTimeout(() => {
        if (!turned && this.#threads.has(thread) && thread.holds(ref)) thread.free();
      }, this.#parts.limits.stuckMs * 4).unref();
    }, this.#parts.limits.cancelGraceMs).unref();
  }

  /** A thread that gets no calls, for trying out an import. Must be adopted or terminated. */
  spare(ended: (end: ThreadEnd) => void): TaskThread {
    const thread = this.#newThread();
    this.#spares.set(thread, ended);
    return thread;
  }

  /** Takes a spare thread into the pool, if there is room. */
  adopt(thread: TaskThread): boolean {
    if (this.#stopped || this.#threads.size >= this.#parts.threads || !this.#spares.delete(thread)) return false;
    this.#threads.add(thread);
    this.#dispatch();
    return true;
  }

  /**
   * Starts no more calls, aborts the running ones, and ends the threads when these have settled, or after `graceMs`.
   * Nothing is reported any more once it resolves.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#watch);
    this.#queue.clear();
    this.#suspects.length = 0;
    for (const thread of this.#threads) {
      thread.withdraw();
      thread.abort();
    }
    await this.#idle(graceMs);
    await Promise.all([...this.#threads, ...this.#spares.keys()].map((thread) => thread.terminate()));
  }

  async #idle(graceMs: number): Promise<void> {
    if (!this.#isBusy()) return;
    const { promise, resolve } = settleLater();
    const timer = setTimeout(resolve, graceMs);
    this.#whenIdle = resolve;
    await promise;
    clearTimeout(timer);
  }

  #isBusy(): boolean {
    return [...this.#threads].some((thread) => thread.load > 0);
  }

  #newThread(): TaskThread {
    return new TaskThread(this.#parts.concurrency, {
      settled: (_thread, calls) => this.#settle(calls),
      beat: (ref, details) => this.#parts.beat(ref, details),
      asked: (thread, id, program, request) => {
        void this.#parts.ask(request, program).then((outcome) => thread.answer(id, outcome));
      },
      responded: (thread) => this.#responded(thread),
      ended: (thread, end) => this.#ended(thread, end),
    });
  }

  #startThread(): TaskThread {
    const thread = this.#newThread();
    this.#threads.add(thread);
    this.#parts.prepare(thread);
    return thread;
  }

  /** After the promise reactions of this turn of the event loop: calls that come together share a message (D4). */
  #dispatchSoon(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    process.nextTick(() => {
      this.#dispatching = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#stopped) return;
    const now = performance.now();
    this.#placeSuspects(now);
    while (this.#queue.length > 0) {
      const thread = this.#roomiest();
      const call = thread && this.#queue.shift();
      if (thread === undefined || call === undefined) break;
      thread.offer(call, now);
    }
    for (const thread of this.#threads) thread.sendOffers();
    this.#watchOffers(now);
  }

  /** The thread for the next call: an idle one, else a new one, else the least loaded. */
  #roomiest(): TaskThread | undefined {
    const best = leastLoaded(this.#threads, (thread) => {
      return !thread.isFull && !thread.stuck && thread !== this.#draining && !this.#alone.has(thread);
    });
    if (best?.load === 0) return best;
    return this.#threads.size < this.#parts.threads ? this.#startThread() : best;
  }

  #placeSuspects(now: number): void {
    for (let suspect = this.#suspects[0]; suspect !== undefined; suspect = this.#suspects[0]) {
      const thread = this.#idleThread();
      if (thread === undefined) {
        this.#draining ??= leastLoaded(this.#threads, (other) => !this.#alone.has(other));
        return;
      }
      this.#alone.add(thread);
      thread.offer(suspect, now);
      this.#suspects.shift();
    }
    this.#draining = undefined;
  }

  #idleThread(): TaskThread | undefined {
    const idle = leastLoaded(this.#threads, (thread) => thread.load === 0 && !thread.stuck);
    return idle ?? (this.#threads.size < this.#parts.threads ? this.#startThread() : undefined);
  }

  /** Looks after offered calls that no thread has started yet (D2). */
  #watchOffers(now: number): void {
    if (this.#watch !== undefined || this.#parts.threads === 1) return;
    if (![...this.#threads].some((thread) => thread.hasWaitingSince(now))) return;
    this.#watch = setTimeout(() => {
      this.#watch = undefined;
      this.#relieveStuck(performance.now() - this.#parts.limits.stuckMs);
      this.#dispatch();
    }, this.#parts.limits.stuckMs).unref();
  }

  #relieveStuck(offeredBefore: number): void {
    for (const thread of this.#threads) {
      if (thread.stuck || thread.isBooting || !thread.hasWaitingSince(offeredBefore)) continue;
      thread.stuck = true;
      if (!this.#hasRoom()) {
        // Nobody else could take them: they may as well wait where they are.
        thread.stuck = false;
        continue;
      }
      thread.ping();
      this.#requeue(thread.withdraw());
      if (thread.load === 0) this.#alone.delete(thread);
    }
  }

  #hasRoom(): boolean {
    if (this.#threads.size < this.#parts.threads) return true;
    return [...this.#threads].some((thread) => !thread.isFull && !thread.stuck && !this.#alone.has(thread));
  }

  #requeue(calls: readonly OpenCall[]): void {
    const isSuspect = ({ deaths }: OpenCall): boolean => deaths > 0 && deaths >= this.#parts.limits.deaths - 1;
    this.#suspects.push(...calls.filter(isSuspect));
    this.#queue.putBack(calls.filter((call) => !isSuspect(call)));
  }

  #settle(calls: readonly { readonly settled: SettledCall }[]): void {
    const answers = calls.filter(({ settled }) => settled.aborted !== true);
    if (answers.length > 0) {
      this.#parts.settled(
        answers.map(({ settled: { ref, outcome, waits } }) => ({ ref, outcome, ...(waits && { waits }) })),
      );
    }
  }

  #responded(thread: TaskThread): void {
    thread.stuck = false;
    this.#pings.get(thread)?.();
    if (thread.load === 0) {
      this.#alone.delete(thread);
      if (!this.#isBusy()) this.#whenIdle?.();
    }
    this.#dispatchSoon();
  }

  #ended(thread: TaskThread, end: ThreadEnd): void {
    const spareEnded = this.#spares.get(thread);
    this.#spares.delete(thread);
    if (spareEnded !== undefined) {
      spareEnded(end);
      return;
    }
    this.#threads.delete(thread);
    this.#alone.delete(thread);
    if (this.#draining === thread) this.#draining = undefined;
    if (this.#stopped) {
      // What was running is left unanswered, as after the death of the process.
      if (!this.#isBusy()) this.#whenIdle?.();
      return;
    }
    this.#parts.died({ cause: end.cause, error: end.error, interrupted: end.started.map(({ call }) => call.ref) });
    const answers = [...this.#afterDeath(end), ...this.#afterBounce(end)];
    if (answers.length > 0) this.#parts.settled(answers);
    this.#dispatch();
  }

  /** Requeues the calls that were running on a dead thread; gives the answers of those that are not run again. */
  #afterDeath({ started, cause, wasFreed }: ThreadEnd): SettledTask[] {
    const answers: SettledTask[] = [];
    const again: OpenCall[] = [];
    for (const open of started) {
      if (open.cancelled === true) {
        answers.push(givenUp(open));
        continue;
      }
      if (wasFreed && open.call.onCrash === "retry") {
        again.push(open);
        continue;
      }
      open.deaths++;
      const { ref, task, onCrash } = open.call;
      if (onCrash === "fail") {
        const message = `the thread died that was running task "${task}": ${cause}`;
        answers.push({ ref, outcome: interrupted(message) });
      } else if (open.deaths >= this.#parts.limits.deaths) {
        const message = `task "${task}" was given up: ${open.deaths} threads died while running it, last by this: ${cause}`;
        answers.push({ ref, outcome: interrupted(message) });
      } else again.push(open);
    }
    this.#requeue(again);
    return answers;
  }

  /** Requeues the calls that a dead thread had not started; gives the answers of those that never get anywhere. */
  #afterBounce({ waiting, cause }: ThreadEnd): SettledTask[] {
    for (const open of waiting) open.bounces++;
    const isLost = ({ bounces }: OpenCall): boolean => bounces >= this.#parts.limits.bounces;
    this.#requeue(waiting.filter((open) => !isLost(open)));
    return waiting.filter(isLost).map(({ call, bounces }) => {
      const message = `task "${call.task}" could not be started: ${bounces} threads died before, last by this: ${cause}`;
      return { ref: call.ref, outcome: programUnavailable(message) };
    });
  }
}

/** The answer of a call that was cancelled. */
function givenUp({ call: { ref, task } }: OpenCall): SettledTask {
  return { ref, outcome: interrupted(`task "${task}" was cancelled`) };
}

function leastLoaded(threads: Iterable<TaskThread>, fits: (thread: TaskThread) => boolean): TaskThread | undefined {
  let best: TaskThread | undefined;
  for (const thread of threads) {
    if (fits(thread) && (best === undefined || thread.load < best.load)) best = thread;
  }
  return best;
}

function settleLater(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

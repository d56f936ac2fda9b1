/**
 * The seam between the engine and the threads that run task handlers.
 *
 * K1  Every accepted call is answered exactly once through `onSettled`, unless the pool is closed first.
 * K2  A handler sees copies of its input; the workflow sees a copy of its result.
 * K3  A worker that dies (process.exit, out of memory) fails only the calls that were on it, with TaskInterrupted or by
 *     another attempt, as their `onCrash` says.
 */
import type { OnCrash } from "../protocol/command.js";
import type { Declarations } from "../protocol/declarations.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Encoded, Outcome } from "../protocol/value.js";

export interface TaskPool {
  /** Loads a program's host code into the workers; gives what it declares. Throws Fault EV7xxx if it cannot be imported. */
  load(program: HostProgram): Promise<Declarations>;
  submit(calls: readonly TaskCall[]): void;
  /**
   * Nobody wants these calls any more: those not started are given up, the handlers of the others are told by their
   * `signal`. A thread that does not yield is ended after a grace time, and the other calls on it are run elsewhere.
   */
  cancel(refs: readonly string[]): void;
  /** True for a call that was answered with `keepsPlace`, also by an earlier engine's pool, if there are such calls. */
  readonly keepsPlace?: (ref: string) => boolean;
  /** Calls accepted and not settled. */
  readonly pending: number;
  /** Stops taking calls, gives running ones `graceMs` to settle, then ends the threads. */
  close(graceMs: number): Promise<void>;
}

export interface TaskPoolOptions {
  /** Number of worker threads, started when first needed. */
  readonly threads: number;
  /** Handlers running at once per thread. */
  readonly concurrency: number;
  /** Called with every settled call; several at once when they settle together. */
  readonly onSettled: (settled: readonly SettledTask[]) => void;
  /** Called with every heartbeat of a running handler. */
  readonly onBeat?: (ref: string, details: Encoded) => void;
  /** Answers what a handler asks of the engine; `program` is that of the handler. Must not reject. */
  readonly onRequest?: (request: HostRequest, program: string) => Promise<Outcome>;
  /** Called with the refs of the calls that were running on a thread that died, before they are answered or run again. */
  readonly onInterrupted?: (refs: readonly string[]) => void;
  /** Told of every thread that died by itself. Default: a line on stderr, with the error's stack. */
  readonly onThreadDeath?: (death: ThreadDeath) => void;
}

export interface ThreadDeath {
  /** What ended it: "process.exit(1) was called", "an error that nothing caught: …" */
  readonly cause: string;
  /** The uncaught error; undefined for any other cause. */
  readonly error: unknown;
  /** Refs of the calls whose handlers were running on it. */
  readonly interrupted: readonly string[];
}

export interface HostProgram {
  readonly hash: string;
  readonly code: string;
  readonly map: string;
  /** Folder from which external packages are resolved. */
  readonly resolveFrom: string;
}

export interface TaskCall {
  /** Chosen by the engine; unique among open calls. */
  readonly ref: string;
  readonly program: string;
  readonly task: string;
  readonly input: Encoded;
  readonly onCrash: OnCrash;
  readonly context: TaskCallContext;
  /** Higher goes first among the calls that wait for a thread. Default: 0. */
  readonly priority?: number;
}

/** What becomes the handler's second argument. */
export interface TaskCallContext {
  readonly executionId: string;
  readonly workflowName: string;
  /** ISO 8601 */
  readonly scheduledTime: string;
  /** 0 for the first attempt. */
  readonly retry: number;
  /** Equal for every attempt of the same call. */
  readonly idempotencyKey: string;
  /** Completes this attempt from outside. */
  readonly token: string;
  /** Details of the last heartbeat of an earlier attempt. */
  readonly lastHeartbeat?: Encoded;
  /** The span of this attempt, as W3C's trace context writes it. */
  readonly traceparent?: string;
  /** Of a subscription's handler: the name of the event. It has no execution and no token. */
  readonly event?: string;
}

export interface SettledTask {
  readonly ref: string;
  readonly outcome: Outcome;
  /** The handler has returned `asyncResult`: the outcome means nothing, the holder of the token completes the attempt. */
  readonly waits?: true;
  /** It waits in the place of a handler that still runs: for limits of concurrency it goes on. */
  readonly keepsPlace?: true;
}

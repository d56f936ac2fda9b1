/**
 * What the pool and a worker thread say to each other. Both directions are batched: one message carries every call
 * that is offered at once, and every outcome that settles in the same turn of the thread.
 *
 * Claims: `TaskThreadData.claims` is shared memory with one slot per call that the thread may hold. The pool writes
 * the ticket of an offered call into its slot; the thread claims it, just before it runs the handler, by swapping the
 * ticket for its negative. So the pool always knows which calls have started, even of a thread that is stuck or dead,
 * and can take the others back by swapping the ticket for 0.
 */

import type { Declarations } from "../protocol/declarations.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { HostModule } from "./author-stack.js";
import type { TaskCallContext } from "./tasks.js";

/** What a task thread is started with. */
export interface TaskThreadData {
  /** Int32 slots, see above. */
  readonly claims: SharedArrayBuffer;
}

/** An offer to run one call. */
export interface OfferedCall {
  readonly ref: string;
  readonly slot: number;
  /** Positive; unique among all offers that the thread can still have in its queue. */
  readonly ticket: number;
  readonly program: string;
  readonly task: string;
  readonly input: Encoded;
  readonly context: TaskCallContext;
}

export type ToThread =
  /** Import host code. Answered by `loaded` or `loadFailed`. */
  | { readonly kind: "load"; readonly program: string; readonly module: HostModule }
  /** Run calls of programs whose `load` was sent before. Each claimed one is answered in a `settled` message. */
  | { readonly kind: "run"; readonly calls: readonly OfferedCall[] }
  /** Abort the signals of these running calls. No answer. */
  | { readonly kind: "cancel"; readonly refs: readonly string[] }
  /** The answer to an `ask`. */
  | { readonly kind: "answer"; readonly id: number; readonly outcome: Outcome }
  /** Abort the signals of all running calls. No answer. */
  | { readonly kind: "abort" }
  /** Answered by `pong` as soon as the thread's event loop turns. */
  | { readonly kind: "ping" };

export type FromThread =
  | { readonly kind: "loaded"; readonly program: string; readonly declarations: Declarations }
  | { readonly kind: "loadFailed"; readonly program: string; readonly reason: LoadFailure }
  | { readonly kind: "settled"; readonly calls: readonly SettledCall[] }
  /** A heartbeat of a running call. */
  | { readonly kind: "beat"; readonly ref: string; readonly details: Encoded }
  /** A handler asks something of the engine. Answered by `answer` with the same id. */
  | { readonly kind: "ask"; readonly id: number; readonly program: string; readonly request: HostRequest }
  /** The thread's event loop turns: sent once at its start, and for every `ping`. */
  | { readonly kind: "pong" };

/** Why host code could not be imported. */
export interface LoadFailure {
  /** First line of the error: class and message. */
  readonly message: string;
  /** The error's stack, naming the author's source lines; empty for a thrown value that is no error. */
  readonly stack: string;
  /** Code of the Fault, where the API itself refused (a duplicate task name, an invalid definition). */
  readonly code?: string;
  readonly remedy?: string;
}

export interface SettledCall {
  readonly ref: string;
  readonly slot: number;
  readonly outcome: Outcome;
  readonly waits?: true;
  /** The handler rejected because its signal was aborted: it says nothing about the task itself. */
  readonly aborted?: true;
}

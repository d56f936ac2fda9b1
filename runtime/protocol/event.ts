import type { Encoded, Outcome } from "./value.js";

/** What reaches an execution from outside. Each event is consumed exactly once, in commit order. */
export type Event =
  /** The first event of every execution. `seed` is 32 hex digits for the execution's random generator. */
  | {
      readonly kind: "start";
      readonly workflow: string;
      readonly input: Encoded;
      readonly execution: ExecutionContext;
      readonly seed: string;
    }
  | { readonly kind: "task"; readonly seq: number; readonly outcome: Outcome }
  | { readonly kind: "timer"; readonly seq: number }
  | { readonly kind: "signal"; readonly signal: string; readonly payload: Encoded }
  /** The answer to a `signal` command: delivered, or refused (unknown or closed execution). */
  | { readonly kind: "sent"; readonly seq: number; readonly outcome: Outcome };

/** `ctx.execution` of a workflow handler. */
export interface ExecutionContext {
  /** `workflow/name` */
  readonly id: string;
  readonly name: string;
  readonly parentId?: string;
  /** ISO 8601 */
  readonly startTime: string;
}

/** One entry of an execution's tail: the events of one committed activation. */
export interface TailEntry {
  /** 1, 2, 3 … without gaps over the whole life of the execution. */
  readonly n: number;
  /** Logical time of the activation, ms since the epoch. */
  readonly now: number;
  readonly events: readonly Event[];
  /** Hash of the commands that the activation gave (invariant 4: the tail replays to the same commands). */
  readonly commandsHash: string;
}

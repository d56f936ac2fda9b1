import type { Encoded, Outcome } from "./value.js";

/**
 * What an activation asks the host to do. A command is applied exactly once, in the transaction that commits the
 * activation; its effect leaves the process only after that commit. `seq` numbers the durable operations of one
 * execution from 1 and is the key by which the host's answer finds the waiting continuation.
 */
export type Command =
  /** Run a task handler; answered by a `task` event. */
  | {
      readonly kind: "task";
      readonly seq: number;
      readonly task: string;
      readonly input: Encoded;
      readonly onCrash: OnCrash;
    }
  /** Wake the execution at `at` (ms since the epoch, logical time); answered by a `timer` event. */
  | { readonly kind: "timer"; readonly seq: number; readonly at: number }
  /** A timer whose purpose is gone. No answer. */
  | { readonly kind: "cancelTimer"; readonly seq: number }
  /** Send a signal to another execution; answered by a `sent` event. */
  | {
      readonly kind: "signal";
      readonly seq: number;
      readonly execution: string;
      readonly signal: string;
      readonly payload: Encoded;
    }
  /** The workflow function returned or threw: the execution is closed. */
  | { readonly kind: "close"; readonly outcome: Outcome };

/** What happens to a task attempt that the death of the process interrupted: semantics §3.5. */
export type OnCrash = "retry" | "fail";

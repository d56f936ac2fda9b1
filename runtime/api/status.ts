/** What is known of an execution from outside: its status, and what came of it. */
import type { Status } from "../protocol/execution.js";

/** A status, as `getStatus()` gives it. */
export type ExecutionStatus = Status;

/**
 * The statuses by name.
 *
 * ```ts
 * const { status } = await executionHandle("checkout/order-17").getStatus();
 * if (status === ExecutionStatus.FAILED) console.log("the order could not be processed");
 * ```
 */
export const ExecutionStatus: { readonly [Name in Status]: Name } = Object.freeze({
  IN_PROGRESS: "IN_PROGRESS",
  SUSPENDED: "SUSPENDED",
  SUCCEEDED: "SUCCEEDED",
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
  TIMED_OUT: "TIMED_OUT",
  TERMINATED: "TERMINATED",
});

/** An execution as it stands. */
export interface Execution<Output = unknown> {
  readonly id: string;
  readonly status: ExecutionStatus;
  /** ISO 8601 */
  readonly startTime: string;
  readonly endTime?: string;
  readonly result?: Output;
  readonly error?: unknown;
}

/**
 * True for an execution that has returned: it has `result` and `endTime`.
 *
 * @example
 * ```ts
 * const execution = await executionHandle<number>("order/17").getStatus();
 * if (isSucceededExecution(execution)) console.log(execution.result.toFixed(2));
 * ```
 */
export function isSucceededExecution<Output>(execution: Execution<Output>): execution is Execution<Output> & {
  readonly status: "SUCCEEDED";
  readonly endTime: string;
  readonly result: Output;
} {
  return execution.status === "SUCCEEDED";
}

/**
 * True for an execution that has thrown: it has `error` and `endTime`.
 *
 * @example
 * ```ts
 * const execution = await executionHandle("order/17").getStatus();
 * if (isFailedExecution(execution)) console.log(execution.endTime, execution.error);
 * ```
 */
export function isFailedExecution<Output>(
  execution: Execution<Output>,
): execution is Execution<Output> & { readonly status: "FAILED"; readonly endTime: string } {
  return execution.status === "FAILED";
}

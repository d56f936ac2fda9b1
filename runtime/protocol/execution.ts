/** The statuses of an execution: semantics §3.7. */
export const STATUSES = [
  "IN_PROGRESS",
  "SUSPENDED",
  "SUCCEEDED",
  "FAILED",
  "CANCELLED",
  "TIMED_OUT",
  "TERMINATED",
] as const;
export type Status = (typeof STATUSES)[number];

/** Those that nothing can leave. */
export const CLOSED_STATUSES = STATUSES.filter(isClosed);

/** True for a status that nothing can leave. */
export function isClosed(status: Status): boolean {
  return status !== "IN_PROGRESS" && status !== "SUSPENDED";
}

/** Why an execution was suspended by the engine: shown to the operator. */
export interface SuspendReason {
  readonly code: `EV${number}`;
  readonly message: string;
  readonly remedy: string;
}

/** How programs import the authoring API, and what they can import from it. */

/** The specifiers of the authoring API: Eventual's own, and the original framework's. */
export const API_SPECIFIERS: readonly string[] = ["eventual", "@eventual/core"];

/** True for a specifier of the authoring API. */
export function isApiSpecifier(specifier: string): boolean {
  return API_SPECIFIERS.includes(specifier);
}

/** The values that the authoring API exports. A test compares the list with runtime/api. */
export const API_NAMES: readonly string[] = [
  "CancelledError",
  "DeterminismError",
  "EventualError",
  "ExecutionStatus",
  "HeartbeatTimeout",
  "Schedule",
  "TaskInterrupted",
  "Timeout",
  "UnserializableError",
  "WorkflowTimeout",
  "asyncResult",
  "cancelScope",
  "condition",
  "duration",
  "event",
  "executionHandle",
  "expectSignal",
  "isFailedExecution",
  "isSucceededExecution",
  "onSignal",
  "query",
  "saga",
  "schedule",
  "sendSignal",
  "sendTaskFailure",
  "sendTaskHeartbeat",
  "sendTaskSuccess",
  "signal",
  "subscription",
  "task",
  "taskContext",
  "time",
  "uncancellable",
  "workflow",
];

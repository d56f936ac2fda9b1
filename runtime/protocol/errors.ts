/**
 * The error classes that authors meet, on both sides of the sandbox. `protocol/value` carries them across by name, so
 * `error instanceof Timeout` holds in the workflow for a timeout that the host found.
 */

/** Base of all errors that Eventual itself throws into user code. `code` leads to docs/errors. */
export class EventualError extends Error {
  declare readonly code?: string;

  constructor(message?: string, options?: { cause?: unknown; code?: string }) {
    super(message, options !== undefined && "cause" in options ? { cause: options.cause } : undefined);
    if (options?.code !== undefined) {
      Object.defineProperty(this, "code", { value: options.code, writable: true, enumerable: true, configurable: true });
    }
  }
}

/** Something took longer than its author allowed. */
export class Timeout extends EventualError {}
/** A task attempt stopped sending heartbeats. */
export class HeartbeatTimeout extends Timeout {}
/** A workflow took longer than its `timeout`. */
export class WorkflowTimeout extends Timeout {}
/** The execution or scope was cancelled while it waited. */
export class CancelledError extends EventualError {}
/** The process died during an attempt of a task declared `onCrash: "fail"`. */
export class TaskInterrupted extends EventualError {}
/** A value cannot cross a border or be kept; the message names the path to it. */
export class UnserializableError extends EventualError {}
/** A replay of the tail gave other commands than the first run. */
export class DeterminismError extends EventualError {}

export const ERROR_CLASSES = {
  EventualError,
  Timeout,
  HeartbeatTimeout,
  WorkflowTimeout,
  CancelledError,
  TaskInterrupted,
  UnserializableError,
  DeterminismError,
} as const;

// A subclass is known by the name on its prototype, as the built-in errors are; minifiers cannot disturb it.
for (const [name, constructor] of Object.entries(ERROR_CLASSES)) {
  Object.defineProperty(constructor.prototype, "name", { value: name, writable: true, configurable: true });
}

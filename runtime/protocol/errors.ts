/**
 * The error classes that authors meet, on both sides of the sandbox. `protocol/value` carries them across by name, so
 * `error instanceof Timeout` holds in the workflow for a timeout that the host found.
 */

interface ErrorDetails {
  readonly cause?: unknown;
  readonly code?: string;
}

/**
 * Base of all errors that Eventual itself throws into user code, and an error with a chosen name for authors:
 * `throw new EventualError("OutOfStock", "no more blue ones")`. `code` leads to docs/errors.
 */
export class EventualError extends Error {
  declare readonly code?: string;

  constructor(name: string, message?: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    if (name !== this.name) Object.defineProperty(this, "name", { value: name, writable: true, configurable: true });
    if (details.code !== undefined) {
      Object.defineProperty(this, "code", {
        value: details.code,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }

  /** What plain JSON keeps of it; without this, JSON of an error is `{}`. */
  toJSON(): { name: string; message: string } {
    return { name: this.name, message: this.message };
  }
}

/** An EventualError whose name is that of its class. */
class NamedError extends EventualError {
  constructor(message?: string, details?: ErrorDetails) {
    super(new.target.prototype.name, message, details);
  }
}

/** Something took longer than its author allowed. */
export class Timeout extends NamedError {}
/** A task attempt stopped sending heartbeats. */
export class HeartbeatTimeout extends Timeout {}
/** A workflow took longer than its `timeout`. */
export class WorkflowTimeout extends Timeout {}
/** The execution or scope was cancelled while it waited. */
export class CancelledError extends NamedError {}
/** A task attempt was cut off by the death of its process or thread, and may not be or was not to be repeated. */
export class TaskInterrupted extends NamedError {}
/** A value cannot cross a border or be kept; the message names the path to it. */
export class UnserializableError extends NamedError {}
/** A replay of the tail gave other commands than the first run. */
export class DeterminismError extends NamedError {}

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
for (const [name, errorClass] of Object.entries(ERROR_CLASSES)) {
  Object.defineProperty(errorClass.prototype, "name", { value: name, writable: true, configurable: true });
}

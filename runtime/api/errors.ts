/**
 * The error classes that workflow code can catch. Shared by guest and host, so they use nothing of either.
 * An instance's `name` is its class's name, except for `EventualError`, whose name is chosen by its maker.
 */

/** An error with a chosen name: `throw new EventualError("OutOfStock", "no more blue ones")`. */
export class EventualError extends Error {
  constructor(name: string, message?: string) {
    super(message);
    Object.defineProperty(this, "name", { value: name, writable: true, configurable: true });
  }

  toJSON(): { name: string; message: string } {
    return { name: this.name, message: this.message };
  }
}

/** Something took longer than its `timeout`. */
export class Timeout extends EventualError {
  constructor(message = "Timed out", name = "Timeout") {
    super(name, message);
  }
}

/** A task let its heartbeat deadline pass. */
export class HeartbeatTimeout extends Timeout {
  constructor(message = "Heartbeat timed out") {
    super(message, "HeartbeatTimeout");
  }
}

/** An execution took longer than its workflow's timeout. */
export class WorkflowTimeout extends Timeout {
  constructor(message = "Workflow timed out") {
    super(message, "WorkflowTimeout");
  }
}

/** The execution, or the scope that was waiting, was cancelled. */
export class CancelledError extends EventualError {
  constructor(message = "Cancelled") {
    super("CancelledError", message);
  }
}

/** A task attempt was cut off by the death of its process or thread, and may not be or was not to be repeated. */
export class TaskInterrupted extends EventualError {
  constructor(message = "The task was interrupted; how far it came is unknown") {
    super("TaskInterrupted", message);
  }
}

/** A value cannot be copied between workflow and task, or stored: a function, symbol or promise. */
export class UnserializableError extends EventualError {
  /** Where the value is: `input.items[3].onDone` */
  readonly path: string;

  /** `path` as above; `what` says what is there: "a function". */
  constructor(path: string, what: string) {
    super("UnserializableError", `${path}: ${what} cannot be copied`);
    this.path = path;
  }
}

/** Running the same code on the same events gave other commands than before. */
export class DeterminismError extends EventualError {
  constructor(message = "The workflow did not repeat its earlier commands") {
    super("DeterminismError", message);
  }
}

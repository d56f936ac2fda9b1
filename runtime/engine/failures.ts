/** Outcomes that the engine itself gives to workflows: errors as they arrive in workflow code. */
import { EventualError, HeartbeatTimeout, TaskInterrupted, WorkflowTimeout } from "../protocol/errors.js";
import { Fault } from "../protocol/fault.js";
import { encode, type Outcome } from "../protocol/value.js";
import { INTERRUPTED } from "./faults.js";

/** The process died while an attempt of a task with onCrash "fail" may have run. */
export function interrupted(task: string): Outcome {
  return { ok: false, error: encode(withoutStack(new TaskInterrupted(`${task}: ${INTERRUPTED}`, { code: "EV8012" }))) };
}

/** The process died again and again while attempts of `what` ran: `task "charge"`. */
export function interruptedTooOften(what: string, deaths: number): Outcome & { readonly ok: false } {
  const message = `${what} was given up: the process died ${deaths} times while it ran`;
  return { ok: false, error: encode(withoutStack(new TaskInterrupted(message, { code: "EV8012" }))) };
}

/** An attempt was silent for longer than its heartbeatTimeout. */
export function heartbeatMissed(task: string): Outcome {
  const message = `task "${task}" gave no heartbeat within its heartbeatTimeout`;
  return { ok: false, error: encode(withoutStack(new HeartbeatTimeout(message))) };
}

/** What an execution asked of the engine cannot be. */
export function refused({ code, message, remedy }: Fault): Outcome {
  return { ok: false, error: encode(withoutStack(new EventualError("Refused", `${message}. ${remedy}`, { code }))) };
}

/** An execution could not be started from a workflow. */
export function refusedStart(fault: Fault): Outcome {
  return {
    ok: false,
    error: encode(withoutStack(new EventualError("StartRefused", fault.message, { code: fault.code }))),
  };
}

/** The execution was closed from outside, or its time is over. */
export function terminated(status: "TERMINATED" | "TIMED_OUT", reason: string | undefined): Outcome {
  const why = reason === undefined ? "" : `: ${reason}`;
  const error =
    status === "TIMED_OUT"
      ? new WorkflowTimeout(`the workflow did not end in time${why}`)
      : new EventualError("Terminated", `the execution was terminated${why}`);
  return { ok: false, error: encode(withoutStack(error)) };
}

/** A signal to another execution was refused. */
export function refusedSignal(fault: Fault): Outcome {
  return {
    ok: false,
    error: encode(withoutStack(new EventualError("SignalRefused", fault.message, { code: fault.code }))),
  };
}

/** What a task did in its transaction could not be committed. */
export function refusedTransaction(cause: unknown): Outcome {
  const known = cause instanceof Fault ? cause : undefined;
  const message = known === undefined ? String(cause) : `${known.message}. ${known.remedy}`;
  const details = known === undefined ? {} : { code: known.code };
  return { ok: false, error: encode(withoutStack(new EventualError("TransactionFailed", message, details))) };
}

/** A task with an open transaction has returned `asyncResult`. */
export function waitsInTransaction(task: string): Outcome {
  return refusedTransaction(
    new Fault("EV7026", `task "${task}" returns asyncResult and has used ctx.db`, {
      remedy: "Its transaction is committed with its result: do one of the two in another task.",
    }),
  );
}

/** The engine's own frames would tell the author nothing, and would differ between installations. */
function withoutStack<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** The engine's refusals (EV8001–EV8199): one function per code, each with what, where and what to do. */

import type { SuspendReason } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";

/** EV8001 */
export function unknownWorkflow(workflow: string, known: readonly string[]): Fault {
  const list = known.length === 0 ? "no program has been deployed yet" : `known are: ${known.join(", ")}`;
  return new Fault("EV8001", `There is no workflow "${workflow}"; ${list}`, {
    remedy: 'Use the name given to workflow("…") in the source, and deploy the program that defines it.',
  });
}

/** EV8002 */
export function conflictingStart(executionId: string): Fault {
  return new Fault("EV8002", `There is already an execution "${executionId}" with another input`, {
    place: executionId,
    remedy: "Choose another name, or start it with the same input to get the existing execution.",
  });
}

/** EV8003 */
export function badName(what: string, name: string, why: string): Fault {
  return new Fault("EV8003", `The ${what} ${JSON.stringify(name.slice(0, 80))} cannot be used: ${why}`, {
    remedy: "Use any text that is not empty, has no control characters and is not longer than 512 characters.",
  });
}

/** EV8004 */
export function unknownExecution(executionId: string): Fault {
  return new Fault("EV8004", `There is no execution "${executionId}"`, {
    place: executionId,
    remedy: "An id is <workflow>/<name>; `eventual list` shows those in the database.",
  });
}

/** EV8005 */
export function closedExecution(executionId: string, status: string): Fault {
  return new Fault("EV8005", `The execution "${executionId}" is closed (${status})`, {
    place: executionId,
    remedy: "A closed execution takes no signals; start a new one.",
  });
}

/** EV8006 */
export function engineClosed(): Fault {
  return new Fault("EV8006", "The engine is closed", {
    remedy: "Open the database again; everything that was acknowledged is kept.",
  });
}

/** EV8007 */
export function notStored(what: string, executionId: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const remedy = cause instanceof Fault ? cause.remedy : "Look at the cause, mend it, and try again.";
  return new Fault("EV8007", `The ${what} for "${executionId}" could not be stored: ${why}`, {
    place: executionId,
    remedy: `Nothing of it happened. ${remedy}`,
    cause,
  });
}

/** EV8008 */
export function lostTooOften(times: number): SuspendReason {
  return {
    code: "EV8008",
    message: `its sandbox was lost ${times} times in a row while it ran`,
    remedy: "Look for endless loops and large allocations in the workflow; its committed state is kept.",
  };
}

/** EV8009 */
export function unknownProgram(hash: string): Fault {
  return new Fault("EV8009", `The program ${hash} is not in the database`, {
    place: hash,
    remedy: "Deploy it with `eventual run` or `eventual serve`.",
  });
}

/** EV8010 */
export function foreignProgram(hash: string, abi: number, own: number): Fault {
  return new Fault("EV8010", `The program was compiled for runtime version ${abi}; this runtime has version ${own}`, {
    place: hash,
    remedy: "Compile it again with the `eventualc` of this installation.",
  });
}

/** EV8011 */
export function damagedProgram(hash: string, why: string): Fault {
  return new Fault("EV8011", `The stored program ${hash} cannot be read: ${why}`, {
    place: hash,
    remedy: "Restore the database from a backup: the row was changed by something else than Eventual.",
  });
}

/** EV8012: the message of a TaskInterrupted. */
export const INTERRUPTED =
  'the process ended while the task ran, and the task is declared with onCrash: "fail", so it was not started again';

/** EV8013: the log line about a value that no checkpoint can hold. */
export function unserializableLine(path: string, what: string): string {
  return (
    `EV8013: no checkpoint: ${path} is ${what}, which cannot be stored. The execution stays correct: it is rebuilt by ` +
    "replaying its events, which takes longer the more there are. Keep the value out of what lives across an await."
  );
}

/** EV8014 */
export function badToken(): Fault {
  return new Fault("EV8014", "The task token was not made by this database", {
    remedy: "Pass the token as the task's handler got it (ctx.invocation.token, or the argument of asyncResult).",
  });
}

/** EV8015 */
export function alreadyCompleted(): Fault {
  return new Fault("EV8015", "Nothing waits for this completion of the task", {
    remedy: "It is completed already, has timed out, was cancelled, or goes on with another attempt: nothing is to do.",
  });
}

/** EV8021 */
export function payloadTooLarge(what: string, units: number, most: number): Fault {
  return new Fault("EV8021", `${what} has ${units} characters; at most ${most} can be passed`, {
    remedy: "Store the data elsewhere and pass a reference to it.",
  });
}

/** EV8022 */
export function engineBusy(waiting: number): Fault {
  return new Fault("EV8022", `The engine is busy: ${waiting} starts and signals wait to be stored`, {
    remedy: "Nothing of it happened. Try again a little later, and with fewer requests at once.",
  });
}

/** EV8024 */
export function differingCheckpoint(executionId: string, why: string): Fault {
  return new Fault("EV8024", `A checkpoint of "${executionId}" does not give the same state again: ${why}`, {
    place: executionId,
    remedy: "It was not stored, and nothing is lost: the execution is brought up from its events. Please report it.",
  });
}

/** EV8030 */
export function notResting(executionId: string, seq: number): Fault {
  return new Fault("EV8030", `The call ${seq} of "${executionId}" does not rest until a next attempt`, {
    place: executionId,
    remedy: "`eventual tasks list` shows which calls rest; others run, wait for their completion, or have ended.",
  });
}

/** EV8016 */
export function workflowNotInProgram(workflow: string): Fault {
  return new Fault("EV8016", `The execution's program has no workflow "${workflow}"`, {
    remedy: "A workflow starts workflows of its own program; define it there.",
  });
}

/** EV8017 */
export function suspendedByOperator(reason: string | undefined): SuspendReason {
  return {
    code: "EV8017",
    message: reason ?? "it was suspended on request",
    remedy: "Resume it to let it go on; what arrives meanwhile is kept.",
  };
}

/** EV8018 */
export function notAsked(executionId: string, why: string): Fault {
  return new Fault("EV8018", `The execution "${executionId}" cannot be queried: ${why}`, {
    place: executionId,
    remedy: "Define the query in the program that the execution runs on, and look at its status with `eventual show`.",
  });
}

/** EV7023 */
export function transactionOver(): Fault {
  return new Fault("EV7023", "the task's transaction is over", {
    remedy: "Use ctx.db only until the handler has returned; a call that is cancelled or timed out writes nothing.",
  });
}

/** EV7025 */
export function transactionTooLong(limitMs: number): Fault {
  return new Fault("EV7025", `the task's transaction took longer than ${limitMs} ms and was undone`, {
    remedy:
      "Nothing else is stored while it is open: do slow work before the first use of ctx.db, or in another task, and large changes in parts.",
  });
}

/** The log line about a suspension. */
export function suspendedLine({ code, message }: SuspendReason): string {
  return `${code}: suspended: ${message}`;
}

/** EV8019 */
export function unknownDeadLetter(id: number): Fault {
  return new Fault("EV8019", `there is no dead letter ${id}`, {
    remedy: "List them again: it may have been tried again or dropped meanwhile.",
  });
}

/** EV8020 */
export function unknownSchedule(name: string, known: readonly string[]): Fault {
  const others = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
  return new Fault("EV8020", `there is no schedule "${name}" (${others})`, {
    remedy: "Check the name; a schedule is there as long as a program that declares it is the newest one.",
  });
}

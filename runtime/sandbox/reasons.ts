/** Why the sandbox suspends an execution: one function per code, each with a page in docs/errors. */
import type { SuspendReason } from "../protocol/execution.js";

const RETRY_OR_MOVE = "What was committed is kept; start the fixed program under a new id.";

/** EV5202: the activation ran longer than its deadline. */
export function tooLong(milliseconds: number): SuspendReason {
  return {
    code: "EV5202",
    message: `The workflow code ran for more than ${milliseconds} ms without waiting for anything.`,
    remedy: `Look for a loop without an end, or move heavy computing into a task. ${RETRY_OR_MOVE}`,
  };
}

/** EV5203: one built-in operation ran on beyond deadline and grace; its thread was ended. */
export function stuck(milliseconds: number): SuspendReason {
  return {
    code: "EV5203",
    message: `A single built-in operation of the workflow code ran for more than ${milliseconds} ms.`,
    remedy: `Move work on very large values (JSON, split, fill, big numbers) into a task. ${RETRY_OR_MOVE}`,
  };
}

/** EV5204: guest memory exhausted. */
export function outOfMemory(bytes: number): SuspendReason {
  return {
    code: "EV5204",
    message: `The workflow code needed more memory than the sandbox has (${Math.round(bytes / 1_048_576)} MiB).`,
    remedy: `Keep less in variables of the workflow, or give the sandbox more memory. ${RETRY_OR_MOVE}`,
  };
}

/** EV5205: guest stack exhausted. */
export function stackExhausted(message: string): SuspendReason {
  return {
    code: "EV5205",
    message: `The workflow code exhausted the stack: ${message}`,
    remedy: `Look for a recursion without an end. ${RETRY_OR_MOVE}`,
  };
}

/** EV5206: the program threw while its modules were evaluated for this execution. */
export function initialisationThrew(what: string): SuspendReason {
  return {
    code: "EV5206",
    message: `The program threw while its modules were being evaluated: ${what}`,
    remedy: "Fix the module's top-level code and move the execution to the fixed program.",
  };
}

/** EV5207: the guest refused the checkpoint. */
export function notRestored(what: string): SuspendReason {
  return {
    code: "EV5207",
    message: `The checkpoint could not be restored: ${what}`,
    remedy: "Keep the database and report this; the execution can be terminated.",
  };
}

/** EV5208: tail entry `n` replayed to other commands than it gave when it was committed. */
export function replayDiffers(n: number): SuspendReason {
  return {
    code: "EV5208",
    message: `Replay gave different commands: activation ${n} does not repeat what it did the first time.`,
    remedy: "The runtime was changed under a running execution, or this is a defect: keep the database and report it.",
  };
}

/** EV5209: the guest runtime or QuickJS itself failed. */
export function guestFailed(what: string): SuspendReason {
  return {
    code: "EV5209",
    message: `The guest runtime failed: ${what}`,
    remedy: `Report this with the program. ${RETRY_OR_MOVE}`,
  };
}

/** EV5210: what should cross the guest's border in one call is too large. */
export function tooLarge(units: number, max: number): SuspendReason {
  return {
    code: "EV5210",
    message: `The activation takes in or gives out ${units} characters at once; the sandbox passes ${max}.`,
    remedy: "Pass references instead of large payloads, or give the sandbox more memory, then resume the execution.",
  };
}

/** EV5211: the engine thread ended under this execution. */
export function threadEnded(what: string): SuspendReason {
  return {
    code: "EV5211",
    message: `The engine thread ended while it ran this execution: ${what}`,
    remedy: `Look for very large values in the workflow. ${RETRY_OR_MOVE}`,
  };
}

/**
 * Refusals that user code can bring about inside the sandbox, with their codes (docs/errors/EV50nn.md).
 */
import { Fault, type FaultCode } from "../protocol/fault.js";
import { INITIALISATION_FAILED } from "../protocol/guest.js";

/** A refusal: `message` says what, `remedy` what to do instead. */
export function refusal(code: FaultCode, message: string, remedy: string): Fault {
  return new Fault(code, message, { remedy });
}

/** EV5001: a durable operation while the program's modules are evaluated. */
export function duringInitialisation(what: string): Fault {
  return refusal(
    "EV5001",
    `${what} is not possible while modules are being evaluated`,
    "Move the call into a workflow's handler: module-level code runs once per execution, before it starts.",
  );
}

/** EV5002: a part of the API that this version of the runtime does not have. */
export function notSupported(what: string): Fault {
  return refusal(
    "EV5002",
    `${what} is not supported yet`,
    "Leave it out, or use an operation that is documented as available.",
  );
}

/** EV5003: an option that this version of the runtime does not honour. */
export function optionNotSupported(owner: string, option: string): Fault {
  return refusal("EV5003", `the option "${option}" of ${owner} is not supported yet`, "Leave the option out.");
}

/** EV5004: an argument of the API that cannot be. */
export function invalidArgument(message: string, remedy: string): Fault {
  return refusal("EV5004", message, remedy);
}

/** Refuses options other than `known`; gives the options back. */
export function checkOptions(
  owner: string,
  options: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null) {
    throw invalidArgument(`the options of ${owner} are not an object`, "Pass an object such as { timeout: … }.");
  }
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw optionNotSupported(owner, option);
  }
  return options as Readonly<Record<string, unknown>>;
}

/** EV5024: a top-level `await` of something that only the host can settle. */
export function topLevelWait(): Fault {
  return refusal(
    "EV5024",
    "a top-level await waits for something that can only happen later",
    "Await it in a workflow's handler: modules are evaluated in one go, before the execution starts.",
  );
}

/**
 * What a module threw, as an error with message and stack that says where it comes from; a Fault's code and remedy
 * are in the message, because only text leaves the sandbox.
 */
export function initialisationError(thrown: unknown): Error {
  if (thrown instanceof Fault)
    return withStack(
      new Error(`${INITIALISATION_FAILED}: ${thrown.code}: ${thrown.message}. ${thrown.remedy}`),
      thrown,
    );
  if (thrown instanceof Error)
    return withStack(new Error(`${INITIALISATION_FAILED}: ${thrown.name}: ${thrown.message}`), thrown);
  return new Error(`${INITIALISATION_FAILED}: they threw ${String(thrown)}`);
}

/** An error that comes of an event, not of a call: nobody's code is on the stack, and what awaits it will add its line. */
export function withoutStack<E extends Error>(error: E): E {
  error.stack = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  return error;
}

function withStack(error: Error, source: Error): Error {
  Object.defineProperty(error, "stack", { value: source.stack, writable: true, configurable: true });
  return error;
}

/** EV7005: `taskContext()` in a workflow. */
export function outsideTask(): Error {
  return refusal(
    "EV7005",
    "taskContext() works only while a task is running",
    "Call it in the task's handler; a workflow has its own context as its handler's second argument.",
  );
}

/**
 * `task`: inside the guest a definition is a name and its options; calling it asks the host to run the handler.
 */
import type { OnCrash } from "../../protocol/command.js";
import { UnserializableError } from "../../protocol/errors.js";
import type { AnyFunction } from "../../protocol/helpers.js";
import { type Encoded, encode } from "../../protocol/value.js";
import { checkOptions, invalidArgument, outsideTask } from "../errors.js";
import { rejectedPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { command, requireExecution } from "./durable.js";

const callCode = runtimeCode("rt:task", (captures) => {
  const [name, onCrash] = captures as readonly [string, OnCrash];
  return (input: unknown, options?: unknown) => {
    requireExecution(`calling the task "${name}"`);
    checkOptions(`a call of task "${name}"`, options, []);
    let encoded: Encoded;
    try {
      // Copied now: what the caller does to its objects later does not change what it has asked for.
      encoded = encode(input, "input");
    } catch (error) {
      if (!(error instanceof UnserializableError)) throw error;
      return rejectedPromise(error);
    }
    return command((seq) => ({ kind: "task", seq, task: name, input: encoded, onCrash }));
  };
});

/**
 * `task(name, [options], [handler])`; the handler stays on the host. Throws Fault EV5004 for a bad name or option,
 * EV5003 for an option that is not supported yet.
 */
export function task(name: unknown, ...definition: readonly unknown[]): AnyFunction {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("a task has no name", 'Give it one: task("sendEmail", async (input) => { … }).');
  }
  const given = typeof definition[0] === "function" ? undefined : definition[0];
  const options = checkOptions(`task "${name}"`, given, ["onCrash"]);
  const { onCrash = "retry" } = options;
  if (onCrash !== "retry" && onCrash !== "fail") {
    throw invalidArgument(`the option onCrash of task "${name}" is ${String(onCrash)}`, 'Use "retry" or "fail".');
  }
  const call = makeClosure(callCode, [name, onCrash]);
  Object.defineProperty(call, "name", { value: name, configurable: true });
  return Object.assign(call, { kind: "Task", taskName: name, options });
}

/** `taskContext()`: no task runs in the guest. Throws Fault EV7005. */
export function taskContext(): never {
  throw outsideTask();
}

/**
 * `workflow`: registers the handler under its name. What it gives stands for the definition: called it starts a child.
 */
import { retryPolicyOf } from "../../api/retry-policy.js";
import { isSchedule } from "../../api/schedule.js";
import type { AnyFunction } from "../../protocol/helpers.js";
import { currentTurn } from "../current.js";
import { checkOptions, invalidArgument, refusal } from "../errors.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { callChild, startDetached } from "./child.js";
import { definedFunction } from "./definition.js";

const callCode = runtimeCode(
  "rt:callWorkflow",
  ([name]) =>
    (input: unknown, options?: unknown) =>
      callChild(name as string, input, options),
);
const startCode = runtimeCode(
  "rt:startWorkflow",
  ([name]) =>
    (options?: unknown) =>
      startDetached(name as string, options),
);

/**
 * `workflow(name, [options], handler)`. Throws Fault EV5004 for a bad name, handler, timeout or retry, EV5003 for options
 * that are not known, EV5005 for a name that is taken or a definition inside a function.
 */
export function workflow(name: unknown, ...definition: readonly unknown[]): AnyFunction {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("a workflow has no name", 'Give it one: workflow("checkout", async (input) => { … }).');
  }
  const [options, handler] = definition.length > 1 ? definition : [undefined, definition[0]];
  if (typeof handler !== "function") {
    throw invalidArgument(`the handler of workflow "${name}" is not a function`, "Pass an async function last.");
  }
  const { timeout, retry: given } = checkOptions(`workflow "${name}"`, options, ["timeout", "retention", "retry"]);
  if (timeout !== undefined && !isSchedule(timeout)) {
    throw invalidArgument(`the timeout of workflow "${name}" is no schedule`, 'Pass duration(5, "minutes").');
  }
  const retry = given === undefined ? undefined : retryPolicyOf(`workflow "${name}"`, given, invalidArgument);
  const { instance, phase } = currentTurn();
  if (phase !== "init" || instance.workflows.has(name)) {
    throw refusal(
      "EV5005",
      phase === "init"
        ? `two workflows have the name "${name}"`
        : `workflow "${name}" is defined while an execution runs`,
      "Define each workflow once, at the top level of a module, under a name of its own.",
    );
  }
  instance.workflows.set(name, Object.freeze({ handler, timeout, retry }));
  return definedFunction(name, makeClosure(callCode, [name]), {
    kind: "Workflow",
    workflowName: name,
    handler,
    startExecution: Object.freeze(makeClosure(startCode, [name])),
  });
}

/**
 * `workflow`: registers the handler under its name. What it gives stands for the definition; starting children through
 * it is not supported yet and says so.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { currentTurn } from "../current.js";
import { checkOptions, invalidArgument, refusal } from "../errors.js";
import { unsupported } from "./refusing.js";

/**
 * `workflow(name, [options], handler)`. Throws Fault EV5004 for a bad name or handler, EV5003 for options (none is
 * supported yet), EV5005 for a name that is taken or a definition inside a function.
 */
export function workflow(name: unknown, ...definition: readonly unknown[]): AnyFunction {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("a workflow has no name", 'Give it one: workflow("checkout", async (input) => { … }).');
  }
  const [options, handler] = definition.length > 1 ? definition : [undefined, definition[0]];
  if (typeof handler !== "function") {
    throw invalidArgument(`the handler of workflow "${name}" is not a function`, "Pass an async function last.");
  }
  checkOptions(`workflow "${name}"`, options, []);
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
  instance.workflows.set(name, handler);
  const handle = unsupported(`calling workflow "${name}" as a child`);
  Object.defineProperty(handle, "name", { value: name, configurable: true });
  return Object.assign(handle, {
    kind: "Workflow",
    workflowName: name,
    handler,
    startExecution: unsupported(`startExecution() of workflow "${name}"`),
  });
}

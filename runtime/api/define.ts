/**
 * Definitions on the host: the values that `task()`, `workflow()` and `signal()` give on plain Node and in task
 * workers. Their durable operations refuse (`outside.ts`); their handlers and names are plain to see.
 */
import { Fault } from "../protocol/fault.js";
import { completions } from "./async-result.js";
import { signalOnHost, startOnHost } from "./handle.js";
import { outsideWorkflow } from "./outside.js";
import type {
  ExecutionHandle,
  SendSignalOptions,
  Signal,
  StartOptions,
  Task,
  TaskHandler,
  TaskOptions,
  TransactionHandler,
  TransactionOptions,
  Workflow,
  WorkflowHandler,
} from "./types.js";

/** The arguments of `task()` after the name. */
export type TaskArguments<Input, Output> =
  | readonly [handler: TaskHandler<Input, Output>]
  | readonly [options: TaskOptions<Input>, handler: TaskHandler<Input, Output>]
  | readonly [options: TransactionOptions<Input>, handler: TransactionHandler<Input, Output>];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/**
 * A task as the host sees it. Throws Fault EV7002 for a name, a handler or an option that cannot be.
 */
export function makeTask<Name extends string, Input, Output>(
  name: Name,
  definition: TaskArguments<Input, Output>,
): Task<Name, Input, Output> {
  checkName("task", name);
  // A transaction's handler gets what it asks for: the worker sees to it.
  const handler = (definition.length === 1 ? definition[0] : definition[1]) as TaskHandler<Input, Output>;
  const options: TaskOptions<Input> = definition.length === 1 ? {} : definition[0];
  checkHandler("task", name, handler);
  checkTaskOptions(name, options);
  const call = async (): Promise<Output> => {
    throw outsideWorkflow(
      `calling the task "${name}"`,
      "Call it from a workflow's handler. To run the handler itself, as in a unit test, call its .handler(input, context).",
    );
  };
  Object.defineProperty(call, "name", { value: name, configurable: true });
  return Object.assign(call, { kind: "Task", taskName: name, handler, options, ...completions } as const);
}

/** A workflow as the host sees it. Throws Fault EV7002 for a name or a handler that cannot be. */
export function makeWorkflow<Name extends string, Input, Output>(
  name: Name,
  handler: WorkflowHandler<Input, Output>,
): Workflow<Name, Input, Output> {
  checkName("workflow", name);
  checkHandler("workflow", name, handler);
  const call = (): never => {
    throw outsideWorkflow(`calling the workflow "${name}"`, "Call it in a workflow, or use its startExecution().");
  };
  Object.defineProperty(call, "name", { value: name, configurable: true });
  const startExecution = (options: StartOptions<Input> = {}): Promise<ExecutionHandle<Output>> =>
    startOnHost<Output>(name, options);
  return Object.assign(call, { kind: "Workflow", workflowName: name, handler, startExecution } as const);
}

/** What stands for a workflow in compiled host code, where its handler does not exist. Throws Fault EV7002. */
export function makeWorkflowReference(name: string): Workflow<string, unknown, never> {
  return makeWorkflow(name, async () => {
    throw outsideWorkflow(`the handler of workflow "${name}"`, "Start an execution of the workflow instead.");
  });
}

/** A signal as the host sees it. Throws Fault EV7002 for a name that cannot be. */
export function makeSignal<Payload>(id: string): Signal<Payload> {
  checkName("signal", id);
  return {
    kind: "Signal",
    id,
    expectSignal: async () => {
      throw outsideWorkflow(`expecting the signal "${id}"`);
    },
    onSignal: () => {
      throw outsideWorkflow(`handling the signal "${id}"`);
    },
    sendSignal: (
      executionId: string,
      ...[payload, options]: readonly [payload?: unknown, options?: SendSignalOptions]
    ) => signalOnHost(executionId, id, payload, options),
  };
}

function checkName(kind: string, name: unknown): void {
  if (typeof name === "string" && name !== "" && !CONTROL_CHARACTERS.test(name)) return;
  throw new Fault("EV7002", `${typeof name === "string" ? JSON.stringify(name) : typeof name} cannot name a ${kind}`, {
    remedy: `Give the ${kind} a name: a non-empty text without control characters.`,
  });
}

function checkHandler(kind: string, name: string, handler: unknown): void {
  if (typeof handler === "function") return;
  throw new Fault("EV7002", `the handler of ${kind} "${name}" is not a function`, {
    remedy: `Pass the handler last: ${kind}("${name}", async (input) => { … }).`,
  });
}

const TASK_OPTIONS = [
  "onCrash",
  "timeout",
  "heartbeatTimeout",
  "retry",
  "priority",
  "concurrency",
  "rateLimit",
  "transaction",
];
/** Of the original framework: accepted, and without effect. See `FunctionOptions`. */
const FUNCTION_OPTIONS = ["memorySize", "handlerTimeout", "externalModules"];

/** The guest checks what the options say; here only their names, which typed code cannot get wrong. */
function checkTaskOptions(name: string, options: object): void {
  const refuse = (option: string, value: unknown): never => {
    throw new Fault("EV7002", `task "${name}" has an option that is not known: ${option}: ${String(value)}`, {
      remedy: `The options of a task are ${TASK_OPTIONS.join(", ")}.`,
    });
  };
  for (const [option, value] of Object.entries(options)) {
    if (![...TASK_OPTIONS, ...FUNCTION_OPTIONS].includes(option)) refuse(option, value);
    if (option === "transaction" && value !== undefined && value !== true) refuse(option, value);
    if (option === "onCrash" && value !== undefined && value !== "retry" && value !== "fail") refuse(option, value);
  }
}

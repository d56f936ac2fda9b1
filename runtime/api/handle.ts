/** Other executions as code on the host (a task's handler) sees them: every call asks the engine. */
import { askEngine, encodeForEngine } from "./bridge.js";
import { dueMilliseconds, durationMilliseconds } from "./schedule.js";
import type { Execution } from "./status.js";
import type { ExecutionHandle, SendSignalOptions, SignalName, StartOptions } from "./types.js";

type Control = "cancel" | "terminate" | "suspend" | "resume";

/** Starts an execution. Throws Fault EV7001 where no engine is, and the engine's refusals. */
export async function startOnHost<Output>(
  workflow: string,
  { input, executionName, timeout }: StartOptions<unknown>,
): Promise<ExecutionHandle<Output>> {
  const limit =
    timeout === undefined
      ? {}
      : timeout.type === "Time"
        ? { timeoutAt: dueMilliseconds(timeout, 0) }
        : { timeoutMs: durationMilliseconds(timeout) };
  const answer = await askEngine(`starting the workflow "${workflow}"`, {
    kind: "start",
    workflow,
    input: encodeForEngine(input, "input"),
    ...(executionName === undefined ? {} : { name: executionName }),
    ...limit,
  });
  return executionHandle<Output>((answer as { readonly executionId: string }).executionId);
}

/** Sends a signal to an execution. Throws as `startOnHost`. */
export async function signalOnHost<Payload>(
  execution: string,
  signal: SignalName<Payload>,
  payload: unknown,
  { id }: SendSignalOptions = {},
): Promise<void> {
  const name = nameOf(signal);
  const request = {
    kind: "signal",
    execution,
    signal: name,
    payload: encodeForEngine(payload, "payload"),
    ...(id === undefined ? {} : { id }),
  } as const;
  await askEngine(`sending the signal "${name}"`, request);
}

/**
 * A handle of the execution with that id, in workflows and tasks. Asks nobody: that the execution is unknown (EV8004)
 * is told by the handle's methods.
 *
 * @example
 * ```ts
 * const handle = executionHandle<{ receipt: string }>("order/17");
 * await handle.sendSignal(approve);
 * const { receipt } = await handle.result(); // throws what the execution threw
 * console.log(receipt);
 * ```
 */
export function executionHandle<Output>(execution: string): ExecutionHandle<Output> {
  const control = async (action: Control, reason?: string): Promise<void> => {
    const why = reason === undefined ? {} : { reason };
    await askEngine(`${action}()`, { kind: "control", execution, action, ...why });
  };
  return {
    executionId: execution,
    sendSignal: (signal, ...payload) => signalOnHost(execution, signal, payload[0], payload[1]),
    cancel: (reason) => control("cancel", reason),
    terminate: (reason) => control("terminate", reason),
    suspend: (reason) => control("suspend", reason),
    resume: () => control("resume"),
    result: async () => (await askEngine("result()", { kind: "result", execution })) as Output,
    getStatus: async () => (await askEngine("getStatus()", { kind: "status", execution })) as Execution<Output>,
    async request<Reply>(signal: SignalName<unknown>, payload?: unknown) {
      const request = {
        kind: "request",
        execution,
        signal: nameOf(signal),
        payload: encodeForEngine(payload, "payload"),
      } as const;
      return (await askEngine("request()", request)) as Reply;
    },
    async query<Answer>(query: string | { readonly name: string }, input?: unknown) {
      const name = typeof query === "string" ? query : query.name;
      const request = { kind: "query", execution, query: name, input: encodeForEngine(input, "input") } as const;
      return (await askEngine("query()", request)) as Answer;
    },
  };
}

function nameOf(signal: { readonly id: string } | string): string {
  return typeof signal === "string" ? signal : signal.id;
}

/**
 * One call of a task handler inside a worker thread: from its encoded input to its outcome.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { TaskRegistry } from "../api/host.js";
import type { TaskContext } from "../api/types.js";
import { UnserializableError } from "../protocol/errors.js";
import { decode, encode, type Outcome } from "../protocol/value.js";
import { failure, unknownTask } from "./failure.js";
import type { OfferedCall } from "./messages.js";

/** Causes of causes are followed to this depth when looking for the reason of an abort. */
const CAUSE_DEPTH = 8;

const running = new AsyncLocalStorage<TaskContext>();

/** The context of the task whose handler, or what it started, is running. */
export function currentTask(): TaskContext | undefined {
  return running.getStore();
}

export interface CallResult {
  readonly outcome: Outcome;
  /** The handler rejected because `signal` was aborted. */
  readonly aborted: boolean;
}

/** Runs the call's handler once. Never rejects: whatever goes wrong is in the outcome. */
export async function runCall(call: OfferedCall, tasks: TaskRegistry, signal: AbortSignal): Promise<CallResult> {
  const handler = tasks.get(call.task);
  if (handler === undefined) return { outcome: unknownTask(call.task, [...tasks.keys()]), aborted: false };
  let result: unknown;
  try {
    const context = contextOf(call, signal);
    result = await running.run(context, () => handler(decode(call.input), context));
  } catch (thrown) {
    return { outcome: failure(thrown), aborted: isAbort(thrown, signal) };
  }
  try {
    return { outcome: { ok: true, value: encode(result, "result") }, aborted: false };
  } catch (thrown) {
    return { outcome: failure(resultRefused(call.task, thrown)), aborted: false };
  }
}

function contextOf(call: OfferedCall, signal: AbortSignal): TaskContext {
  const { executionId, workflowName, scheduledTime, retry, idempotencyKey } = call.context;
  return {
    execution: { id: executionId, workflowName },
    task: { name: call.task },
    invocation: { scheduledTime, retry, idempotencyKey },
    signal,
  };
}

/** The refusal of a result, naming the task; the codec's message names the path to what is refused. */
function resultRefused(task: string, thrown: unknown): unknown {
  if (!(thrown instanceof UnserializableError)) return thrown;
  const refusal = new UnserializableError(`the result of task "${task}" cannot be copied: ${thrown.message}`, {
    code: "EV7013",
  });
  refusal.stack = `${refusal.name}: ${refusal.message}`;
  return refusal;
}

/** True if a handler threw `thrown` because its signal was aborted: then it says nothing about the task itself. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  let error = thrown;
  for (let depth = 0; depth < CAUSE_DEPTH; depth++) {
    if (error === signal.reason) return true;
    if (!(error instanceof Error)) return false;
    if (error.name === "AbortError") return true;
    error = error.cause;
  }
  return false;
}

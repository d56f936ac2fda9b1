/**
 * One call of a task handler inside a worker thread: from its encoded input to its outcome.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { AsyncResult } from "../api/async-result.js";
import type { TaskRegistry } from "../api/host.js";
import type { SubscriptionContext, TaskContext } from "../api/types.js";
import { subscriptionTask } from "../protocol/declarations.js";
import { UnserializableError } from "../protocol/errors.js";
import type { HostRequest } from "../protocol/host-request.js";
import { PAYLOAD_UNITS_MAX } from "../protocol/payload.js";
import { decode, type Encoded, encode, type Outcome } from "../protocol/value.js";
import { type ClassTable, NO_CLASSES } from "../protocol/value-classes.js";
import type { StackText } from "../protocol/value-errors.js";
import { type DatabaseState, makeDatabase } from "./database.js";
import { failure, unknownTask } from "./failure.js";
import { inTrace } from "./in-trace.js";
import type { OfferedCall } from "./messages.js";

/** Causes of causes are followed to this depth when looking for the reason of an abort. */
const CAUSE_DEPTH = 8;

interface Running {
  readonly context: TaskContext;
  readonly database: DatabaseState;
  readonly program: string;
  readonly classes: ClassTable;
}

const running = new AsyncLocalStorage<Running>();

/** The context of the task whose handler, or what it started, is running. */
export function currentTask(): TaskContext | undefined {
  return running.getStore()?.context;
}

/** The program whose handler, or what it started, is running. */
export function currentProgram(): string | undefined {
  return running.getStore()?.program;
}

/** True while the running handler has a transaction open: see database.ts. */
export function inTransaction(): boolean {
  return running.getStore()?.database.phase === "open";
}

/** The classes of the program whose handler, or what it started, is running. */
export function currentClasses(): ClassTable {
  return running.getStore()?.classes ?? NO_CLASSES;
}

/** A call as its handler sees it. */
type RunnableCall = Pick<OfferedCall, "ref" | "program" | "task" | "input" | "context">;

export interface CallResult {
  readonly outcome: Outcome;
  /** The handler rejected because `signal` was aborted. */
  readonly aborted: boolean;
  /** The handler has returned `asyncResult`. */
  readonly waits?: true;
}

/** What one call needs besides its offer. */
export interface CallTools {
  readonly tasks: TaskRegistry;
  readonly classes: ClassTable;
  /** What is told of the stacks of errors. Default: all. */
  readonly stackText?: StackText;
  /** Looked at only when it is needed: see call-abort.ts. */
  readonly signal: AbortSignal;
  readonly beat: (details: Encoded) => void;
  readonly ask: (request: HostRequest) => Promise<Outcome>;
}

/** Runs the call's handler once. Never rejects: whatever goes wrong is in the outcome. */
export async function runCall(call: RunnableCall, tools: CallTools): Promise<CallResult> {
  const { tasks, classes, stackText } = tools;
  const task = tasks.get(call.task);
  if (task === undefined) return { outcome: unknownTask(call.task, [...tasks.keys()]), aborted: false };
  const database: DatabaseState = { phase: "unused" };
  let result: unknown;
  try {
    const db = task.isTransaction ? makeDatabase(call.ref, database, tools.ask) : undefined;
    const context = call.context.event === undefined ? contextOf(call, tools, db) : eventContext(call, tools);
    const input = decode(call.input, classes);
    const store = { context, program: call.program, classes, database };
    const { handler } = task;
    result = await running.run(store, () => inTrace(call.context.traceparent, () => handler(input, context)));
  } catch (thrown) {
    return { outcome: failure(thrown, classes, stackText), aborted: isAbort(thrown, tools.signal) };
  } finally {
    database.phase = "over";
  }
  if (result instanceof AsyncResult) {
    return { outcome: { ok: true, value: encode(undefined) }, aborted: false, waits: true };
  }
  try {
    const value = encode(result, "result", classes, stackText);
    if (value.length > PAYLOAD_UNITS_MAX) throw resultTooLarge(call.task, value.length);
    return { outcome: { ok: true, value }, aborted: false };
  } catch (thrown) {
    return { outcome: failure(resultRefused(call.task, thrown)), aborted: false };
  }
}

function contextOf(call: RunnableCall, tools: CallTools, db: TaskContext["db"]): TaskContext {
  const { classes, beat } = tools;
  const { executionId, workflowName, scheduledTime, retry, idempotencyKey, token, lastHeartbeat } = call.context;
  return {
    execution: { id: executionId, workflowName },
    task: { name: call.task },
    invocation: { scheduledTime, retry, idempotencyKey, token },
    get signal() {
      return tools.signal;
    },
    async heartbeat(details?: unknown) {
      const { aborted } = tools.signal;
      if (!aborted) beat(encode(details, "details", classes));
      return { cancelled: aborted };
    },
    ...(db === undefined ? {} : { db }),
    ...(lastHeartbeat === undefined ? {} : { lastHeartbeat: decode(lastHeartbeat, classes) }),
  };
}

/** What a subscription's handler gets; the type is that of a task's, which it is not. */
function eventContext({ task, context }: RunnableCall, tools: CallTools): TaskContext {
  const { event = "", scheduledTime, retry, idempotencyKey } = context;
  const made: SubscriptionContext = {
    subscription: { name: task.slice(subscriptionTask("").length) },
    event: { name: event, time: scheduledTime },
    invocation: { retry, idempotencyKey },
    get signal() {
      return tools.signal;
    },
  };
  return made as unknown as TaskContext;
}

function resultTooLarge(task: string, units: number): UnserializableError {
  const most = PAYLOAD_UNITS_MAX;
  const message = `the result of task "${task}" has ${units} characters; at most ${most} can be passed`;
  return new UnserializableError(message, { code: "EV7013" });
}

/** The refusal of a result, naming the task; the codec's message names the path to what is refused. */
function resultRefused(task: string, thrown: unknown): unknown {
  if (!(thrown instanceof UnserializableError) || thrown.code === "EV7013") return thrown;
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

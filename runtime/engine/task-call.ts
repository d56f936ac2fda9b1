/** One attempt of a task: what it is called, and what the pool is told of it. */
import type { TaskRow } from "../store/store.js";
import type { TaskCall } from "../tasks/tasks.js";
import { makeTaskToken } from "./task-tokens.js";
import { idempotencyKey } from "./task-writes.js";

/** A stored task, as the commit that added it knows it. */
export type NewTask = Omit<TaskRow, "row">;

/** What a call is known by inside the engine, whatever its attempt. */
export function refOf({ execution, seq }: { readonly execution: number; readonly seq: number }): string {
  return `${execution}#${seq}`;
}

/** The ref by which the pool knows one attempt. */
export function attemptOf(task: NewTask): string {
  return `${refOf(task)}@${task.attempt}`;
}

/** The call whose attempt has that ref. */
export function callOfAttempt(ref: string): string {
  return ref.slice(0, ref.indexOf("@"));
}

/** What the pool gets to run an attempt; `secret` authenticates its token. */
export function taskCall(task: NewTask, secret: string): TaskCall {
  const { priority } = task.policy ?? {};
  return {
    ref: attemptOf(task),
    program: task.program,
    task: task.task,
    input: task.input,
    onCrash: task.onCrash,
    context: {
      executionId: task.executionId,
      workflowName: task.workflow,
      scheduledTime: new Date(task.scheduledTime).toISOString(),
      retry: task.attempt - 1,
      idempotencyKey: idempotencyKey(task),
      token: makeTaskToken(secret, task),
      ...(task.beat === undefined ? {} : { lastHeartbeat: task.beat.details }),
    },
    ...(priority === undefined ? {} : { priority }),
  };
}

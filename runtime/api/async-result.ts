/** Tasks that somebody else completes: `asyncResult` and the functions that use its token. */
import { EventualError } from "../protocol/errors.js";
import { encode, encodeError } from "../protocol/value.js";
import { askEngine, runningTask } from "./bridge.js";
import { outsideTask } from "./outside.js";
import type { HeartbeatReply } from "./types.js";

declare const output: unique symbol;

/** What a handler returns to say that the result comes later. */
export class AsyncResult<Output = unknown> {
  declare readonly [output]: Output;
}

/**
 * Lets a task's result come from outside: gives the attempt's token to `tokenCallback`, and what it gives is to be
 * returned by the handler. Whoever has the token completes the task, now or in a year, also before the handler returns.
 * Throws Fault EV7005 where no task is running.
 *
 * ```ts
 * const approval = task("approval", async (order: Order) =>
 *   asyncResult<boolean>((token) => console.log(`approve ${order.item} with ${token}`)));
 * ```
 */
export async function asyncResult<Output = unknown>(
  tokenCallback: (token: string) => Promise<void> | void,
): Promise<AsyncResult<Output>> {
  const context = runningTask();
  if (context === undefined) throw outsideTask();
  await tokenCallback(context.invocation.token);
  return new AsyncResult<Output>();
}

/**
 * Completes the attempt of a task that has this token. Resolves when the result is durable; rejects when nothing waits
 * for it any more (EV8015) or the token is not genuine (EV8014).
 *
 * @example
 * ```ts
 * const decide = task("decide", async ({ token, by }: { token: string; by: string }) => {
 *   await sendTaskSuccess(token, { by });
 * });
 * ```
 */
export async function sendTaskSuccess(taskToken: string, result?: unknown): Promise<void> {
  const outcome = { ok: true, value: encode(result, "result") } as const;
  await askEngine("sendTaskSuccess()", { kind: "completeTask", token: taskToken, outcome });
}

/**
 * Fails the attempt of a task that has this token with `error`, which a retry policy answers like any other. Resolves and
 * rejects as `sendTaskSuccess`.
 *
 * @example
 * ```ts
 * const refuse = task("refuse", async (token: string) => {
 *   await sendTaskFailure(token, new RangeError("over the limit"));
 * });
 * ```
 */
export async function sendTaskFailure(taskToken: string, error: unknown): Promise<void> {
  const outcome = { ok: false, error: encodeError(error) } as const;
  await askEngine("sendTaskFailure()", { kind: "completeTask", token: taskToken, outcome });
}

/**
 * A sign of life of the attempt that has this token, or of the running one; `details` are handed to the next attempt.
 * Tells whether the work should stop because nobody waits for it any more. Rejects for a token that is not genuine
 * (EV8014).
 *
 * @example
 * ```ts
 * const progress = task("progress", async ({ token, page }: { token: string; page: number }) => {
 *   const { cancelled } = await sendTaskHeartbeat(token, page);
 *   return cancelled ? "stop" : "go on";
 * });
 * ```
 */
export async function sendTaskHeartbeat(taskToken?: string, details?: unknown): Promise<HeartbeatReply> {
  const context = runningTask();
  if (taskToken === undefined || taskToken === context?.invocation.token) {
    if (context === undefined) throw outsideTask();
    return await context.heartbeat(details);
  }
  const request = { kind: "heartbeatTask", token: taskToken, details: encode(details, "details") } as const;
  return (await askEngine("sendTaskHeartbeat()", request)) as HeartbeatReply;
}

/** The methods of a task's definition that complete its attempts. */
export const completions = {
  sendTaskSuccess: ({ taskToken, result }: { readonly taskToken: string; readonly result?: unknown }) =>
    sendTaskSuccess(taskToken, result),
  sendTaskFailure: ({ taskToken, error, message }: { taskToken: string; error: unknown; message?: string }) =>
    sendTaskFailure(taskToken, typeof error === "string" ? new EventualError(error, message) : error),
  sendTaskHeartbeat: ({ taskToken, details }: { readonly taskToken?: string; readonly details?: unknown } = {}) =>
    sendTaskHeartbeat(taskToken, details),
} as const;

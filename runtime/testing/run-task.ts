/** One run of a task's handler in the test's own thread, with a context, without any workflow. */
import { setBridge } from "../api/bridge.js";
import type { Task, TaskHandler } from "../api/types.js";
import type { HostRequest } from "../protocol/host-request.js";
import { decode, encode, encodeError, type Outcome } from "../protocol/value.js";
import { NO_CLASSES } from "../protocol/value-classes.js";
import type { StoreTransaction } from "../store/store.js";
import { currentClasses, currentTask, runCall } from "../tasks/call.js";
import { unanswered } from "../tasks/failure.js";
import { unwrap } from "./outcome.js";
import { type MemoryDatabase, openTestDatabase, type TestDatabase } from "./test-database.js";

export interface RunTaskOptions {
  /** 0 (default) for the first attempt. */
  readonly retry?: number;
  /** What `ctx.lastHeartbeat` gives. */
  readonly lastHeartbeat?: unknown;
  readonly idempotencyKey?: string;
  readonly scheduledTime?: Date;
  /** Default: execution `1` of a workflow `test`. */
  readonly execution?: { readonly id: string; readonly workflowName: string };
  /** Aborts when the handler is to stop; its heartbeats are then answered `cancelled`. */
  readonly signal?: AbortSignal;
  /**
   * What `ctx.db` of a task with `transaction: true` works on: committed when the handler returns, undone when it throws.
   * Default: an empty one.
   */
  readonly database?: TestDatabase;
  /** Told of each heartbeat. */
  readonly onHeartbeat?: (details: unknown) => void;
}

export interface TaskRun<Output> {
  /** What the handler returned; undefined when it waits for its token. */
  readonly result: Output | undefined;
  /** It has returned `asyncResult`: `token` is what it was given. */
  readonly isWaiting: boolean;
  readonly token: string;
  /** Details of its heartbeats, in order. */
  readonly heartbeats: readonly unknown[];
}

/**
 * Runs a task's handler once. Input and result are copied as between workflow and task, so what cannot be copied is
 * found here. Rejects with what the handler throws.
 *
 * ```ts
 * const { result, heartbeats } = await runTask(upload, { file: "a.txt" }, { retry: 1, lastHeartbeat: 3 });
 * ```
 */
export async function runTask<Input, Output>(
  task: Task<string, Input, Output>,
  input: Input,
  options: RunTaskOptions = {},
): Promise<TaskRun<Output>> {
  const token = "token-of-a-test";
  const heartbeats: unknown[] = [];
  const { execution = { id: "test/1", workflowName: "test" }, retry = 0, idempotencyKey = "test/1#1" } = options;
  const transaction = task.options.transaction === true ? await transactionOf(options.database) : undefined;
  setBridge({ ask: async () => unanswered(), classes: currentClasses, currentTask });
  const handler: TaskHandler<unknown, unknown> = (given, context) => task.handler(given as Input, context);
  const { outcome, waits } = await runCall(
    {
      ...{ ref: "test", slot: 0, ticket: 1, program: "", task: task.taskName, input: encode(input, "input") },
      context: {
        ...{ executionId: execution.id, workflowName: execution.workflowName, retry, idempotencyKey, token },
        scheduledTime: (options.scheduledTime ?? new Date(0)).toISOString(),
        ...("lastHeartbeat" in options ? { lastHeartbeat: encode(options.lastHeartbeat, "lastHeartbeat") } : {}),
      },
    },
    {
      tasks: new Map([[task.taskName, { handler, isTransaction: task.options.transaction === true }]]),
      ask: async (request) => (await transaction?.ask(request)) ?? unanswered(),
      classes: NO_CLASSES,
      signal: options.signal ?? new AbortController().signal,
      beat(details) {
        heartbeats.push(decode(details));
        options.onHeartbeat?.(heartbeats.at(-1));
      },
    },
  );
  await transaction?.end(outcome.ok);
  const isWaiting = waits === true;
  return { result: isWaiting ? undefined : (unwrap(outcome) as Output), isWaiting, token, heartbeats };
}

interface HandlerTransaction {
  /** The answer to a statement; undefined for other requests. */
  ask(request: HostRequest): Promise<Outcome | undefined>;
  end(succeeded: boolean): Promise<void>;
}

/** What an engine does for `ctx.db`, on a database of the test's. */
async function transactionOf(given: TestDatabase | undefined): Promise<HandlerTransaction> {
  const own = given === undefined ? await openTestDatabase() : undefined;
  const database = (given ?? own) as MemoryDatabase;
  let begun: Promise<StoreTransaction> | undefined;
  return {
    async ask(request) {
      if (request.kind !== "statement") return undefined;
      const { mode, sql, parameters } = request;
      try {
        begun ??= database.begin();
        const transaction = await begun;
        const answer = mode === "run" ? transaction.run(sql, parameters) : transaction.all(sql, parameters);
        return { ok: true, value: encode(await answer) };
      } catch (error) {
        return { ok: false, error: encodeError(error) };
      }
    },
    async end(succeeded) {
      const transaction = await begun;
      if (succeeded) await transaction?.commit([]);
      else await transaction?.rollback();
      await own?.close();
    },
  };
}

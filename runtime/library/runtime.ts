/**
 * `eventual/runtime`: an engine inside an application, with plain values in and out.
 *
 * Values are copied as between workflows and tasks: Dates, Maps, Errors and cycles survive, functions are refused.
 *
 * @module eventual/runtime
 */
import { dirname, resolve } from "node:path";
import { inProcessClient } from "../client/in-process.js";
import { loadProgramFile } from "../client/program-file.js";
import { retryExecution } from "../client/retry.js";
import { type RuntimeOptions as EngineOptions, openRuntime as openEngine } from "../engine/open.js";
import type { Status, SuspendReason } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { Program } from "../protocol/program.js";
import { decode, encode, encodeError, type Outcome } from "../protocol/value.js";
import type { ExecutionRow, LogRow } from "../store/store.js";

export { Fault } from "../protocol/fault.js";
export type { Program } from "../protocol/program.js";
export { chainCodecs, type PayloadCodec } from "../store/codec.js";
export { type CompressionOptions, compression } from "../store/codecs/compression.js";
export { type EncryptionOptions, encryption } from "../store/codecs/encryption.js";

export interface RuntimeOptions
  extends Pick<
    EngineOptions,
    | "database"
    | "checkpoint"
    | "cache"
    | "verifyEvery"
    | "taskThreads"
    | "taskConcurrency"
    | "tasksIn"
    | "synchronous"
    | "codec"
    | "report"
    | "suspended"
  > {
  /** Programs to deploy before it answers: files that `eventualc build` wrote, or programs that are loaded already. */
  readonly programs?: readonly (string | Program)[];
}

export interface StartOptions {
  /** The execution is `<workflow>/<name>`; the same name and input again gives the one that is there. Default: a random name. */
  readonly name?: string;
  /** Hash of the program to start on. Default: the newest that has the workflow. */
  readonly program?: string;
  /** In place of the workflow's own time limit, in ms. */
  readonly timeoutMs?: number;
}

export interface ListOptions {
  readonly workflow?: string;
  readonly status?: Status;
  /** At most so many, the newest first. Default: 100. */
  readonly limit?: number;
}

/** An execution. Times in ms since the epoch. */
export interface Execution {
  readonly id: string;
  readonly workflow: string;
  /** Hash of its program. */
  readonly program: string;
  readonly status: Status;
  readonly input: unknown;
  /** Of one that succeeded. */
  readonly result?: unknown;
  /** What one that ended otherwise has thrown. */
  readonly error?: unknown;
  /** Why it is suspended. */
  readonly reason?: SuspendReason;
  readonly startTime: number;
  readonly endTime?: number;
}

/** An engine in this process. Refusals are Faults with the codes of docs/errors. */
export interface Runtime {
  /** Makes a program known, so that executions can start on it. `resolveFrom`: where its external packages are. */
  deploy(program: string | Program, resolveFrom?: string): Promise<void>;
  /** Starts an execution; gives its id once it is durable. Throws Fault EV8001, EV8002. */
  start(workflow: string, input?: unknown, options?: StartOptions): Promise<string>;
  /**
   * Sends a signal; durable when it resolves. Of several to the execution with the same `id` only the first arrives.
   * Throws Fault EV8004, EV8005.
   */
  signal(executionId: string, signal: string, payload?: unknown, options?: { readonly id?: string }): Promise<void>;
  /** Sends a signal and gives what its handler returns; throws what it throws, and as `signal`. */
  request(executionId: string, signal: string, payload?: unknown): Promise<unknown>;
  /** Asks an execution without changing it; throws what the handler throws, and Fault EV8004, EV8018. */
  query(executionId: string, query: string, input?: unknown): Promise<unknown>;
  /** It cleans up and ends. Durable when it resolves, as the following three. Throw Fault EV8004, EV8005. */
  cancel(executionId: string, reason?: string): Promise<void>;
  /** It ends without running any more of its code. */
  terminate(executionId: string, reason?: string): Promise<void>;
  suspend(executionId: string, reason?: string): Promise<void>;
  resume(executionId: string): Promise<void>;
  /** Starts a failed execution again with the same input; gives the id of its retry. Throws Fault EV8004, EV8220. */
  retry(executionId: string): Promise<string>;
  /** The result when it has ended; throws its error, Fault EV8031 when it is suspended, Fault EV8004. */
  wait(executionId: string): Promise<unknown>;
  /** An execution as it is now. Throws Fault EV8004. */
  get(executionId: string): Promise<Execution>;
  list(options?: ListOptions): Promise<readonly Execution[]>;
  /** Lines of its log after line `after`, oldest first, at most `limit` (default: 1000). Throws Fault EV8004. */
  logs(executionId: string, options?: { readonly after?: number; readonly limit?: number }): Promise<readonly LogRow[]>;
  /** Completes an attempt of a task by its token. Durable when it resolves. Throws Fault EV8014, EV8015. */
  completeTask(token: string, result?: unknown): Promise<void>;
  failTask(token: string, error: unknown): Promise<void>;
  /** Takes no more work, lets handlers end within a grace time, writes checkpoints, closes the database. */
  stop(): Promise<void>;
}

/**
 * Opens the database, goes on with what is in it and takes new work. Throws Fault EV60xx for a database that cannot be
 * opened, EV8201 to EV8204 for a program that cannot be used, EV7010 for task code that cannot be imported.
 *
 * @example
 * const runtime = await openRuntime({ database: "app.db", programs: ["orders.evp"] });
 * const id = await runtime.start("order", { sku: "A-1" }, { name: "17" });
 * await runtime.signal(id, "approve", { by: "Ada" });
 * console.log(await runtime.wait(id));
 * await runtime.stop();
 */
export async function openRuntime({ programs = [], ...options }: RuntimeOptions): Promise<Runtime> {
  const engine = await openEngine(options);
  const runtime = runtimeOver(engine);
  try {
    for (const program of programs) await runtime.deploy(program);
    return runtime;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

const LIST_LIMIT = 100;
const LOG_LIMIT = 1000;

function runtimeOver(engine: Awaited<ReturnType<typeof openEngine>>): Runtime {
  return {
    async deploy(program, resolveFrom) {
      const isFile = typeof program === "string";
      const from = resolveFrom ?? (isFile ? dirname(resolve(program)) : process.cwd());
      await engine.deploy(isFile ? await loadProgramFile(program) : program, from);
    },
    async start(workflow, input, options = {}) {
      return (await engine.start({ workflow, input: encode(input, "input"), ...options })).executionId;
    },
    signal: (id, signal, payload, options) => engine.signal(id, signal, encode(payload, "payload"), options?.id),
    request: async (id, signal, payload) => given(await engine.request(id, signal, encode(payload, "payload"))),
    query: async (id, query, input) => given(await engine.query(id, query, encode(input, "input"))),
    cancel: (id, reason) => engine.control(id, "cancel", reason),
    terminate: (id, reason) => engine.control(id, "terminate", reason),
    suspend: (id, reason) => engine.control(id, "suspend", reason),
    resume: (id) => engine.control(id, "resume"),
    async retry(executionId) {
      const client = inProcessClient(engine);
      return (await retryExecution(client, executionId)).executionId;
    },
    async wait(executionId) {
      const { outcome, reason } = await engine.result(executionId);
      if (outcome !== undefined) return given(outcome);
      throw suspended(executionId, reason);
    },
    get: async (id) => executionOf(await engine.show(id)),
    async list({ limit = LIST_LIMIT, ...query } = {}) {
      return (await engine.list({ ...query, limit })).map(executionOf);
    },
    logs: (id, { limit = LOG_LIMIT, ...query } = {}) => engine.logs(id, { ...query, limit }),
    completeTask: (token, result) => engine.completeTask(token, { ok: true, value: encode(result, "result") }),
    failTask: (token, error) => engine.completeTask(token, { ok: false, error: encodeError(error) }),
    stop: () => engine.close(),
  };
}

function given(outcome: Outcome): unknown {
  if (outcome.ok) return decode(outcome.value);
  throw decode(outcome.error);
}

function executionOf({
  id,
  workflow,
  program,
  status,
  input,
  outcome,
  reason,
  startTime,
  endTime,
}: ExecutionRow): Execution {
  return {
    ...{ id, workflow, program, status, startTime, input: decode(input) },
    ...(outcome === undefined ? {} : outcome.ok ? { result: decode(outcome.value) } : { error: decode(outcome.error) }),
    ...(reason === undefined ? {} : { reason }),
    ...(endTime === undefined ? {} : { endTime }),
  };
}

function suspended(executionId: string, reason: SuspendReason | undefined): Fault {
  return new Fault("EV8031", `The execution "${executionId}" is suspended: ${reason?.message ?? "it says no reason"}`, {
    place: executionId,
    remedy: reason?.remedy ?? "Resume it to let it go on.",
  });
}

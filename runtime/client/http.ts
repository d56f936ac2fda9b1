/**
 * A client of the HTTP API, for Node and browsers: `eventual/client`. Every answer is parsed by the schema that the
 * server describes it with; a refusal is thrown as the `Fault` that the engine threw, with its code.
 *
 * @module eventual/client
 */
import * as z from "zod";
import { Fault, type FaultCode } from "../protocol/fault.js";
import { type ExecutionEvent, followStream } from "./event-stream.js";
import {
  type Overview,
  overviewSchema,
  type SourceResource,
  type StandingResource,
  sourceSchema,
  standingSchema,
  type TimelineResource,
  timelineSchema,
} from "./observation.js";
import {
  type Answer,
  acceptedSchema,
  answerSchema,
  type DeadLetterPage,
  type Deployed,
  deadLetterPageSchema,
  deployedSchema,
  type Execution,
  type ExecutionDetails,
  type ExecutionPage,
  executionDetailsSchema,
  executionPageSchema,
  executionSchema,
  type ListedExecution,
  LONGEST_WAIT_SECONDS,
  type LogLine,
  logPageSchema,
  type ProgramSummary,
  type PruneBody,
  type Pruned,
  problemSchema,
  programListSchema,
  prunedSchema,
  type StartBody,
  type Started,
  type Stats,
  signalledSchema,
  startedSchema,
  statsSchema,
  type TaskPage,
  taskBeatSchema,
  taskDoneSchema,
  taskPageSchema,
  unansweredSchema,
} from "./resources.js";
import { type ScheduleResource, scheduleListSchema } from "./schedules.js";

export type {
  Answer,
  Deployed,
  Execution,
  ExecutionDetails,
  ExecutionEvent,
  ListedExecution,
  LogLine,
  StartBody,
  Started,
};

export interface ConnectOptions {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly token?: string;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

export interface HttpClient {
  /** Durable when it resolves. With `idempotencyKey`, the same call again gives the execution that is there. */
  start(request: StartBody & { readonly idempotencyKey?: string }): Promise<Started>;
  /** Durable when it resolves. Of several signals to the execution with the same `id` one arrives: safe to repeat. */
  signal(
    executionId: string,
    signal: string,
    payload?: Execution["input"],
    options?: { readonly id?: string },
  ): Promise<void>;
  get(executionId: string): Promise<ExecutionDetails>;
  /** Durable when it resolves; it happens in the order of the execution's events. */
  control(executionId: string, action: ControlAction, reason?: string): Promise<void>;
  /** Sends a signal; what its handler returned or threw, undefined when it has not answered within a minute. */
  request(executionId: string, signal: string, payload?: Execution["input"]): Promise<Answer | undefined>;
  /** What the query's handler returned or threw. Changes nothing; works on closed executions. */
  query(executionId: string, query: string, input?: Execution["input"]): Promise<Answer>;
  /** Makes a compiled program known; new executions of its workflows start on it. */
  deploy(program: object): Promise<Deployed>;
  /** Puts an event into the queues of its subscriptions. Durable when it resolves. */
  emit(event: string, payload?: Execution["input"]): Promise<void>;
  /** Starts what has failed again with the same input, on the newest program; one retry at a time. */
  retry(executionId: string): Promise<Started>;
  /** Tasks that are not completed, one page, in the order of their calls. */
  tasks(query?: { readonly cursor?: string; readonly limit?: number }): Promise<TaskPage>;
  /** Begins the next attempt of a call that rests after a failed one. */
  retryTask(call: TaskCallRef): Promise<void>;
  /** Events that no attempt of their subscription could handle, one page, newest first. */
  deadLetters(query?: {
    readonly subscription?: string;
    readonly cursor?: string;
    readonly limit?: number;
  }): Promise<DeadLetterPage>;
  /** Puts a dead letter back into its queue. */
  retryDeadLetter(id: number): Promise<void>;
  /** Forgets a dead letter. */
  dropDeadLetter(id: number): Promise<void>;
  /** The schedules in force, by name. */
  schedules(): Promise<readonly ScheduleResource[]>;
  /** It starts nothing until it is resumed. */
  pauseSchedule(name: string): Promise<void>;
  /** It goes on as if it began now. */
  resumeSchedule(name: string): Promise<void>;
  /** Starts an execution of it now. */
  triggerSchedule(name: string): Promise<Started>;
  /** Newest first. */
  programs(): Promise<readonly ProgramSummary[]>;
  /** A source file of the program with that hash. Throws a Fault EV8314 when there is none. */
  source(program: string, file: string): Promise<SourceResource>;
  stats(): Promise<Stats>;
  /** Removes closed executions, at most `limit` (default: 1000) in one call. Durable when it resolves. */
  prune(request?: PruneBody): Promise<Pruned>;
  /** What it did and when. */
  timeline(executionId: string): Promise<TimelineResource>;
  /** Where it waits: its calls with source lines and variables. */
  standing(executionId: string): Promise<StandingResource>;
  /** Counts, and how many executions began and ended in the last `minutes` (default: 60). */
  overview(query?: { readonly minutes?: number }): Promise<Overview>;
  /** All that match, newest first, read page by page. */
  list(query?: ListQuery): AsyncIterable<ListedExecution>;
  /** One page; `cursor` is the `next` of the page before. */
  page(query?: ListQuery & { readonly cursor?: string; readonly limit?: number }): Promise<ExecutionPage>;
  logs(executionId: string): AsyncIterable<LogLine>;
  /** Resolves when the execution is closed or suspended, however long that takes. */
  result(executionId: string, options?: { readonly signal?: AbortSignal }): Promise<Execution>;
  /**
   * Log lines and changes of status as they happen, until the execution is closed. A connection that breaks is made
   * again, and no line comes twice; the present status does.
   */
  events(executionId: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<ExecutionEvent>;
  /** Completes an attempt by its token, or the present one of a call. Durable when it resolves. */
  completeTask(task: string | TaskCallRef, result?: Execution["input"]): Promise<void>;
  failTask(task: string | TaskCallRef, error: { readonly name?: string; readonly message: string }): Promise<void>;
  heartbeatTask(token: string, details?: Execution["input"]): Promise<{ readonly cancelled: boolean }>;
}

/** A call of a task, by its number in its execution. */
export interface TaskCallRef {
  readonly execution: string;
  readonly seq: number;
}

export type ControlAction = "cancel" | "terminate" | "suspend" | "resume";

export interface ListQuery {
  readonly workflow?: string;
  readonly status?: Execution["status"];
  /** A part of the id. */
  readonly text?: string;
  /** Started then or later, started earlier: ISO 8601, UTC. */
  readonly from?: string;
  readonly before?: string;
  /** `full`: values longer than 4 kB are not left out. */
  readonly values?: "short" | "full";
}

/**
 * A client of the server at `url`. Its calls throw Faults; EV8213 when the server cannot be reached.
 *
 * @example
 * ```ts
 * const client = connect({ url: "http://127.0.0.1:8080", token: process.env.TOKEN });
 * const { id } = await client.start({ workflow: "order", input: { sku: "lamp" }, idempotencyKey: "order-17" });
 * const { status, result } = await client.result(id);
 * ```
 */
export function connect(options: ConnectOptions): HttpClient {
  const http = new Http(options);
  return {
    start({ idempotencyKey, ...body }) {
      const headers: Record<string, string> = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
      return http.post(startedSchema, "/v1/executions", body, headers);
    },
    async signal(id, signal, payload, options = {}) {
      const body = { ...(payload === undefined ? {} : { payload }), ...options };
      await http.post(signalledSchema, `${pathOf(id)}/signals/${encodeURIComponent(signal)}`, body);
    },
    get: (id) => http.get(executionDetailsSchema, pathOf(id)),
    async control(id, action, reason) {
      await http.post(acceptedSchema, `${pathOf(id)}/${action}`, reason === undefined ? {} : { reason });
    },
    async request(id, signal, payload) {
      const body = payload === undefined ? {} : { payload };
      const answer = await http.post(requestReplySchema, `${pathOf(id)}/requests/${encodeURIComponent(signal)}`, body);
      return "answered" in answer ? undefined : answer;
    },
    query(id, query, input) {
      const body = input === undefined ? {} : { input };
      return http.post(answerSchema, `${pathOf(id)}/queries/${encodeURIComponent(query)}`, body);
    },
    deploy: (program) => http.post(deployedSchema, "/v1/programs", program),
    async emit(event, payload) {
      await http.post(
        acceptedSchema,
        `/v1/events/${encodeURIComponent(event)}`,
        payload === undefined ? {} : { payload },
      );
    },
    retry: (id) => http.post(startedSchema, `${pathOf(id)}/retry`, {}),
    tasks: (query = {}) => http.get(taskPageSchema, `/v1/tasks?${queryOf(query)}`),
    async retryTask({ execution, seq }) {
      await http.post(acceptedSchema, `${taskPath({ execution, seq })}/retry`, {});
    },
    deadLetters: (query = {}) => http.get(deadLetterPageSchema, `/v1/dead-letters?${queryOf(query)}`),
    async retryDeadLetter(id) {
      await http.post(acceptedSchema, `/v1/dead-letters/${id}/retry`, {});
    },
    async dropDeadLetter(id) {
      await http.post(acceptedSchema, `/v1/dead-letters/${id}/drop`, {});
    },
    schedules: async () => (await http.get(scheduleListSchema, "/v1/schedules")).items,
    async pauseSchedule(name) {
      await http.post(acceptedSchema, `/v1/schedules/${encodeURIComponent(name)}/pause`, {});
    },
    async resumeSchedule(name) {
      await http.post(acceptedSchema, `/v1/schedules/${encodeURIComponent(name)}/resume`, {});
    },
    triggerSchedule: (name) => http.post(startedSchema, `/v1/schedules/${encodeURIComponent(name)}/trigger`, {}),
    source: (program, file) => http.get(sourceSchema, `/v1/programs/${program}/source?${queryOf({ file })}`),
    programs: async () => (await http.get(programListSchema, "/v1/programs")).items,
    stats: () => http.get(statsSchema, "/v1/stats"),
    prune: (request = {}) => http.post(prunedSchema, "/v1/prune", request),
    timeline: (id) => http.get(timelineSchema, `${pathOf(id)}/timeline`),
    standing: (id) => http.get(standingSchema, `${pathOf(id)}/standing`),
    overview: (query = {}) => http.get(overviewSchema, `/v1/overview?${queryOf(query)}`),
    page: (query = {}) => http.get(executionPageSchema, `/v1/executions?${queryOf(query)}`),
    list: (query = {}) => pages(query, (cursor) => http.get(executionPageSchema, `/v1/executions?${cursor}`)),
    logs: (id) => pages({}, (cursor) => http.get(logPageSchema, `${pathOf(id)}/logs?${cursor}`)),
    async result(id, { signal } = {}) {
      for (;;) {
        const row = await http.get(executionSchema, `${pathOf(id)}/result?wait=${LONGEST_WAIT_SECONDS}`, signal);
        if (row.status !== "IN_PROGRESS") return row;
      }
    },
    events: (id, { signal } = {}) => http.events(`${pathOf(id)}/events`, signal),
    async completeTask(task, result) {
      await http.post(taskDoneSchema, `${taskPath(task)}/complete`, {
        ...(typeof task === "string" && { token: task }),
        ...(result !== undefined && { result }),
      });
    },
    async failTask(task, error) {
      const token = typeof task === "string" ? { token: task } : {};
      await http.post(taskDoneSchema, `${taskPath(task)}/fail`, { ...token, error });
    },
    heartbeatTask: (token, details) =>
      http.post(taskBeatSchema, "/v1/tasks/heartbeat", { token, ...(details === undefined ? {} : { details }) }),
  };
}

const requestReplySchema = z.union([unansweredSchema, answerSchema]);

class Http {
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  async get<T>(schema: z.ZodType<T>, path: string, signal?: AbortSignal): Promise<T> {
    return parsed(schema, await (await this.#send(path, { ...(signal === undefined ? {} : { signal }) })).text());
  }

  async post<T>(schema: z.ZodType<T>, path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
    const init = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { ...headers, "content-type": "application/json" },
    };
    return parsed(schema, await (await this.#send(path, init)).text());
  }

  events(path: string, signal: AbortSignal | undefined): AsyncGenerator<ExecutionEvent> {
    const open = (last: string | undefined): Promise<Response> =>
      this.#send(path, {
        ...(signal === undefined ? {} : { signal }),
        ...(last === undefined ? {} : { headers: { "last-event-id": last } }),
      });
    return followStream(open, signal);
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const { url, token, fetch: send = fetch } = this.#options;
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let response: Response;
    try {
      response = await send(new URL(path, url), { ...init, headers: { ...init.headers, ...authorization } });
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause;
      throw new Fault("EV8213", "The engine went away before it answered", {
        place: url,
        remedy: "Check the address. What was acknowledged is kept; with an idempotency key the call can be repeated.",
        cause,
      });
    }
    if (!response.ok) throw faultOf(await response.text());
    return response;
  }
}

async function* pages<T>(
  query: object,
  read: (query: string) => Promise<{ readonly items: readonly T[]; readonly next?: string | undefined }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await read(queryOf({ ...query, cursor }));
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

function queryOf(fields: object): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) query.set(key, String(value));
  return query.toString();
}

/** `order/17` is two parts of the path; a name may hold more slashes. */
function pathOf(executionId: string): string {
  const at = executionId.indexOf("/");
  const [workflow, name] = [executionId.slice(0, at), executionId.slice(at + 1)];
  return `/v1/executions/${encodeURIComponent(workflow)}/${encodeURIComponent(name)}`;
}

function taskPath(task: string | TaskCallRef): string {
  return typeof task === "string" ? "/v1/tasks" : `${pathOf(task.execution)}/tasks/${task.seq}`;
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw misunderstood(cause);
  }
}

function faultOf(text: string): Fault {
  const { code, detail, remedy } = parsed(problemSchema, text);
  if (!isFaultCode(code)) throw misunderstood(new Error(`the code ${code}`));
  return new Fault(code, detail, { remedy });
}

function isFaultCode(code: string): code is FaultCode {
  return /^EV\d{4}$/.test(code);
}

function misunderstood(cause: unknown): Fault {
  return new Fault("EV8214", "The engine's answer was not understood", {
    remedy: "Use the same version of Eventual for the engine and for this client.",
    cause,
  });
}

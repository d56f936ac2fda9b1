/** The API's operations. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  executionDetailsSchema,
  executionPageSchema,
  executionSchema,
  healthSchema,
  listQuerySchema,
  logPageSchema,
  logQuerySchema,
  resultQuerySchema,
  signalBodySchema,
  signalledSchema,
  startBodySchema,
  startedSchema,
  taskBeatSchema,
  taskCompletionSchema,
  taskDoneSchema,
  taskFailureSchema,
  taskHeartbeatSchema,
} from "../../client/resources.js";
import { isClosed } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import { encode } from "../../protocol/value.js";
import { type Message, operation, type Route, type Service } from "./route.js";
import { detailsResource, executionResource, logResource } from "./views.js";

const EXECUTION = "/v1/executions/{workflow}/{name}";
/** How often a stream looks for new log lines, ms. */
const STREAM_MS = 250;
const STREAM_PAGE = 500;

export const ROUTES: readonly Route[] = [
  operation({
    method: "get",
    path: "/health",
    scope: undefined,
    summary: "The server answers",
    replies: { 200: { description: "It does", schema: healthSchema } },
    handle: async ({ version }) => ({ status: 200, value: { status: "ok", version } }),
  }),
  operation({
    method: "get",
    path: "/ready",
    scope: undefined,
    summary: "The engine takes work and its database answers",
    replies: { 200: { description: "It does", schema: healthSchema } },
    async handle({ engine, version }) {
      await engine.list({ limit: 1 });
      return { status: 200, value: { status: "ok", version } };
    },
  }),
  operation({
    method: "get",
    path: "/v1/executions",
    scope: "read",
    summary: "List executions, newest first",
    query: listQuerySchema,
    replies: { 200: { description: "A page", schema: executionPageSchema } },
    async handle({ engine }, { query: { workflow, status, cursor, limit } }) {
      const rows = await engine.list({
        limit,
        ...(workflow === undefined ? {} : { workflow }),
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined ? {} : { before: readCursor(cursor) }),
      });
      return { status: 200, value: { items: rows.map(executionResource), ...nextOf(rows.at(-1)?.key, rows, limit) } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/executions",
    scope: "signal",
    summary: "Start an execution; durable when answered",
    headers: {
      "Idempotency-Key": "Names the execution: the same key and input again answer the one that is there",
    },
    body: startBodySchema,
    replies: {
      201: { description: "Started", schema: startedSchema },
      200: { description: "It was there, with the same input", schema: startedSchema },
    },
    async handle({ engine }, { body: { workflow, name, input, program }, header }) {
      const key = header("idempotency-key");
      const chosen =
        name ?? (key === undefined ? undefined : createHash("sha256").update(key).digest("hex").slice(0, 32));
      const { executionId, existing } = await engine.start({
        workflow,
        input: encode(input),
        ...(chosen === undefined ? {} : { name: chosen }),
        ...(program === undefined ? {} : { program }),
      });
      const location = `/v1/executions/${executionId.split("/").map(encodeURIComponent).join("/")}`;
      return { status: existing ? 200 : 201, value: { id: executionId, existing }, headers: { location } };
    },
  }),
  operation({
    method: "get",
    path: EXECUTION,
    scope: "read",
    summary: "One execution",
    replies: { 200: { description: "As it is now", schema: executionDetailsSchema } },
    handle: async ({ engine }, { params }) => ({
      status: 200,
      value: detailsResource(await engine.show(idOf(params))),
    }),
  }),
  operation({
    method: "get",
    path: `${EXECUTION}/result`,
    scope: "read",
    summary: "Wait for the end of an execution",
    query: resultQuerySchema,
    replies: {
      200: { description: "It is closed, or suspended with a reason", schema: executionSchema },
      202: { description: "It goes on; ask again", schema: executionSchema },
    },
    async handle({ engine, waiting }, { params, query, signal }) {
      const id = idOf(params);
      const ended = await waiting.end(id, query.wait * 1000, signal);
      if (ended !== undefined) return { status: 200, value: executionResource(ended) };
      const row = await engine.show(id);
      return { status: row.status === "IN_PROGRESS" ? 202 : 200, value: executionResource(row) };
    },
  }),
  operation({
    method: "post",
    path: `${EXECUTION}/signals/{signal}`,
    scope: "signal",
    summary: "Send a signal to an execution; durable when answered",
    body: signalBodySchema,
    replies: { 202: { description: "It will see it", schema: signalledSchema } },
    async handle({ engine }, { params, body }) {
      await engine.signal(idOf(params), params.signal ?? "", encode(body.payload));
      return { status: 202, value: { delivered: true } };
    },
  }),
  operation({
    method: "get",
    path: `${EXECUTION}/logs`,
    scope: "read",
    summary: "The log of an execution, oldest first",
    query: logQuerySchema,
    replies: { 200: { description: "A page", schema: logPageSchema } },
    async handle({ engine }, { params, query: { cursor, limit } }) {
      const after = cursor === undefined ? {} : { after: readCursor(cursor) };
      const rows = await engine.logs(idOf(params), { ...after, limit });
      return { status: 200, value: { items: rows.map(logResource), ...nextOf(rows.at(-1)?.id, rows, limit) } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/tasks/complete",
    scope: "signal",
    summary: "Complete an attempt of a task by its token; durable when answered",
    body: taskCompletionSchema,
    replies: { 200: { description: "It is completed", schema: taskDoneSchema } },
    async handle({ engine }, { body: { token, result } }) {
      await engine.completeTask(token, { ok: true, value: encode(result) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/tasks/fail",
    scope: "signal",
    summary: "Fail an attempt of a task by its token; durable when answered",
    body: taskFailureSchema,
    replies: { 200: { description: "It has failed", schema: taskDoneSchema } },
    async handle({ engine }, { body: { token, error } }) {
      const failure = Object.assign(new Error(error.message), error.name === undefined ? {} : { name: error.name });
      await engine.completeTask(token, { ok: false, error: encode(failure) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/tasks/heartbeat",
    scope: "signal",
    summary: "A sign of life of an attempt of a task",
    body: taskHeartbeatSchema,
    replies: { 200: { description: "Whether to go on", schema: taskBeatSchema } },
    async handle({ engine }, { body: { token, details } }) {
      return { status: 200, value: await engine.heartbeatTask(token, encode(details)) };
    },
  }),
  {
    kind: "stream",
    method: "get",
    path: `${EXECUTION}/events`,
    scope: "read",
    summary: "Server-sent events: `log` for each line, `status` for its status and each change, until it is closed",
    messages: (service, { params, header, signal }) => follow(service, idOf(params), header("last-event-id"), signal),
  },
];

async function* follow(
  { engine }: Service,
  id: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  let after = lastEventId === undefined ? 0 : readCursor(lastEventId);
  let status: string | undefined;
  while (!signal.aborted) {
    // Its status first: what it logged before it was closed is then in the pages read after it.
    const row = await engine.show(id);
    for (;;) {
      const lines = await engine.logs(id, { after, limit: STREAM_PAGE });
      for (const line of lines) yield { event: "log", data: logResource(line), id: cursorOf(line.id) };
      after = lines.at(-1)?.id ?? after;
      if (lines.length < STREAM_PAGE) break;
    }
    if (row.status !== status) yield { event: "status", data: executionResource(row) };
    ({ status } = row);
    if (isClosed(row.status)) return;
    await delay(STREAM_MS, undefined, { signal }).catch(() => undefined);
  }
}

function idOf({ workflow, name }: Readonly<Record<string, string>>): string {
  return `${workflow}/${name}`;
}

function nextOf(last: number | undefined, rows: readonly unknown[], limit: number): { next?: string } {
  return last === undefined || rows.length < limit ? {} : { next: cursorOf(last) };
}

/** Cursors are opaque: what they hold may change. */
function cursorOf(key: number): string {
  return Buffer.from(`k${key}`).toString("base64url");
}

/** Throws Fault EV8301 for what no page has given. */
function readCursor(cursor: string): number {
  const [, key] = /^k(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (key !== undefined) return Number(key);
  throw new Fault("EV8301", `The cursor ${JSON.stringify(cursor)} is none`, {
    remedy: "Use the `next` of the page before, or leave it out.",
  });
}

/** Open tasks: what their tokens' holders and operators do with them. */

import { nextOf, readCursor } from "../../../client/cursor.js";
import {
  acceptedSchema,
  noBodySchema,
  pageQuerySchema,
  taskBeatSchema,
  taskCompletionSchema,
  taskDoneSchema,
  taskErrorSchema,
  taskFailureSchema,
  taskHeartbeatSchema,
  taskPageSchema,
  taskResultSchema,
} from "../../../client/resources.js";
import { Fault } from "../../../protocol/fault.js";
import { type Encoded, encode } from "../../../protocol/value.js";
import { operation, type Route } from "../route.js";
import { taskResource } from "../views/operate.js";
import { EXECUTION, idOf } from "./executions.js";

const CALL = `${EXECUTION}/tasks/{seq}`;

export const TASKS: readonly Route[] = [
  operation({
    method: "get",
    path: "/v1/tasks",
    scope: "read",
    summary: "Tasks that are not completed, of all executions",
    query: pageQuerySchema,
    replies: { 200: { description: "A page", schema: taskPageSchema } },
    async handle({ engine }, { query: { cursor, limit } }) {
      const rows = await engine.tasks({ limit, ...(cursor === undefined ? {} : { after: readCursor(cursor) }) });
      return { status: 200, value: { items: rows.map(taskResource), ...nextOf(rows.at(-1)?.row, rows, limit) } };
    },
  }),
  operation({
    method: "post",
    path: `${CALL}/complete`,
    scope: "admin",
    summary: "Complete a call of a task in the place of its handler; durable when answered",
    body: taskResultSchema,
    replies: { 200: { description: "It is completed", schema: taskDoneSchema } },
    async handle({ engine }, { params, body: { result } }) {
      await engine.completeTask(callOf(params), { ok: true, value: encode(result) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: `${CALL}/fail`,
    scope: "admin",
    summary: "Fail the present attempt of a call of a task in the place of its handler; durable when answered",
    body: taskErrorSchema,
    replies: { 200: { description: "It has failed", schema: taskDoneSchema } },
    async handle({ engine }, { params, body: { error } }) {
      await engine.completeTask(callOf(params), { ok: false, error: failureOf(error) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: `${CALL}/retry`,
    scope: "admin",
    summary: "Begin the next attempt of a call that rests after a failed one; durable when answered",
    body: noBodySchema,
    replies: { 202: { description: "It begins", schema: acceptedSchema } },
    async handle({ engine }, { params }) {
      await engine.retryTask(callOf(params));
      return { status: 202, value: { accepted: true } };
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
      await engine.completeTask(token, { ok: false, error: failureOf(error) });
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
];

/** Throws Fault EV8301 for what is no number of a call. */
function callOf(params: Readonly<Record<string, string>>): { execution: string; seq: number } {
  const { seq = "" } = params;
  if (/^\d{1,15}$/.test(seq)) return { execution: idOf(params), seq: Number(seq) };
  throw new Fault("EV8301", `${JSON.stringify(seq)} is no number of a task's call`, {
    remedy: "GET /v1/tasks lists the open ones with their numbers.",
  });
}

function failureOf({ name, message }: { readonly name?: string | undefined; readonly message: string }): Encoded {
  return encode(Object.assign(new Error(message), name === undefined ? {} : { name }));
}

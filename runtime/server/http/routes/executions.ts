/** Executions: start, signal, look, wait. */
import { createHash } from "node:crypto";
import { nextOf, readCursor } from "../../../client/cursor.js";
import {
  executionDetailsSchema,
  executionPageSchema,
  executionSchema,
  listQuerySchema,
  logPageSchema,
  pageQuerySchema,
  resultQuerySchema,
  sentSignalSchema,
  signalledSchema,
  startBodySchema,
  startedSchema,
} from "../../../client/resources.js";
import { encode } from "../../../protocol/value.js";
import { operation, type Route } from "../route.js";
import { detailsResource, executionResource, listedResource, logResource } from "../views/executions.js";

export const EXECUTION = "/v1/executions/{workflow}/{name}";

/** The id that a path of an execution names. */
export function idOf({ workflow, name }: Readonly<Record<string, string>>): string {
  return `${workflow}/${name}`;
}

export const EXECUTIONS: readonly Route[] = [
  operation({
    method: "get",
    path: "/v1/executions",
    scope: "read",
    summary: "List executions, newest first",
    query: listQuerySchema,
    replies: { 200: { description: "A page", schema: executionPageSchema } },
    async handle({ database }, { query: { workflow, status, text, from, before, values, cursor, limit } }) {
      const rows = await database.list({
        limit,
        short: values === "short",
        ...(workflow === undefined ? {} : { workflow }),
        ...(status === undefined ? {} : { status }),
        ...(text === undefined ? {} : { text }),
        ...(from === undefined ? {} : { startedFrom: Date.parse(from) }),
        ...(before === undefined ? {} : { startedBefore: Date.parse(before) }),
        ...(cursor === undefined ? {} : { before: readCursor(cursor) }),
      });
      return { status: 200, value: { items: rows.map(listedResource), ...nextOf(rows.at(-1)?.key, rows, limit) } };
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
    body: sentSignalSchema,
    replies: { 202: { description: "It will see it", schema: signalledSchema } },
    async handle({ engine }, { params, body }) {
      await engine.signal(idOf(params), params.signal ?? "", encode(body.payload), body.id);
      return { status: 202, value: { delivered: true } };
    },
  }),
  operation({
    method: "get",
    path: `${EXECUTION}/logs`,
    scope: "read",
    summary: "The log of an execution, oldest first",
    query: pageQuerySchema,
    replies: { 200: { description: "A page", schema: logPageSchema } },
    async handle({ engine }, { params, query: { cursor, limit } }) {
      const after = cursor === undefined ? {} : { after: readCursor(cursor) };
      const rows = await engine.logs(idOf(params), { ...after, limit });
      return { status: 200, value: { items: rows.map(logResource), ...nextOf(rows.at(-1)?.id, rows, limit) } };
    },
  }),
];

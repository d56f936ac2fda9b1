/**
 * A client of an engine in another process, through its local socket: HTTP with JSON bodies, one request per call.
 *
 * What comes back is parsed by schema; a refusal becomes the Fault that the engine threw.
 */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { z } from "zod";
import { Fault } from "../protocol/fault.js";
import type { Client } from "./client.js";
import {
  detailsSchema,
  faultSchema,
  listSchema,
  signalledSchema,
  startedSchema,
  type startRequestSchema,
  summarySchema,
} from "./messages.js";

/** True when somebody listens on the socket at `path`. */
export async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A client over the socket at `path`. Its calls throw Fault EV8213 when the engine goes away before it answers. */
export function socketClient(path: string): Client {
  const get = <T>(schema: z.ZodType<T>, route: string) => call(path, { method: "GET", route }, schema);
  const post = <T>(schema: z.ZodType<T>, route: string, body: object) =>
    call(path, { method: "POST", route, body: JSON.stringify(body) }, schema);
  return {
    start({ program, ...request }) {
      const body = { ...request, ...(program === undefined ? {} : { program: program.hash }) };
      return post(startedSchema, "/v1/executions", body satisfies z.infer<typeof startRequestSchema>);
    },
    async signal(executionId, signal, payload) {
      await post(signalledSchema, `${executionRoute(executionId)}/signals`, { signal, payload });
    },
    list: (query) => get(listSchema, `/v1/executions?${queryText(query)}`),
    show: (executionId) => get(detailsSchema, executionRoute(executionId)),
    result: (executionId) => get(summarySchema, `${executionRoute(executionId)}/result`),
    close: async () => {},
  };
}

/** `/v1/executions/<id>` with the id's slash and every other special character escaped. */
function executionRoute(executionId: string): string {
  return `/v1/executions/${encodeURIComponent(executionId)}`;
}

function queryText(query: object): string {
  const entries = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  return new URLSearchParams(entries).toString();
}

interface Call {
  readonly method: "GET" | "POST";
  readonly route: string;
  readonly body?: string;
}

async function call<T>(path: string, { method, route, body }: Call, schema: z.ZodType<T>): Promise<T> {
  const answer = await exchange(path, { method, route, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 400) throw faultOf(answer.text);
  const parsed = schema.safeParse(parseJson(answer.text));
  if (parsed.success) return parsed.data;
  throw misunderstood(parsed.error);
}

async function exchange(path: string, { method, route, body }: Call): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest({ socketPath: path, path: route, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", (error) => reject(goneAway(path, error)));
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.once("error", (error) => reject(goneAway(path, error)));
    request.end(body);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misunderstood(error);
  }
}

function faultOf(text: string): Fault {
  const parsed = faultSchema.safeParse(parseJson(text));
  if (!parsed.success) return misunderstood(parsed.error);
  const { code, message, remedy, place } = parsed.data.error;
  return new Fault(code, message, { remedy, ...(place === undefined ? {} : { place }) });
}

function goneAway(path: string, cause: unknown): Fault {
  return new Fault("EV8213", "The engine went away before it answered", {
    place: path,
    remedy:
      "What it had acknowledged is kept. Run the command again: with an engine it is asked, without one the file.",
    cause,
  });
}

function misunderstood(cause: unknown): Fault {
  return new Fault("EV8214", "The engine's answer was not understood", {
    remedy: "Use the same version of Eventual for the engine and for this command.",
    cause,
  });
}

/**
 * The local socket's routes: which request means which call of the client, and how each is checked. No sockets here.
 *
 *   GET  /v1/executions?workflow=&status=&before=&limit=
 *   POST /v1/executions                    {workflow, name?, input}
 *   GET  /v1/executions/<id>               the id is percent-encoded
 *   GET  /v1/executions/<id>/result        answers when the execution is closed or suspended
 *   POST /v1/executions/<id>/signals       {signal, payload}
 */
import type { z } from "zod";
import type { Client } from "../client/client.js";
import { querySchema, signalRequestSchema, startRequestSchema } from "../client/messages.js";
import { Fault } from "../protocol/fault.js";

export interface Request {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: string;
}

/** The answer's value, to be sent as JSON. Throws Fault EV8212 for a request that means nothing, and the engine's. */
export async function answer(client: Client, { method, target, body }: Request): Promise<unknown> {
  const url = new URL(target, "http://localhost");
  const [version, resource, id, part, ...rest] = url.pathname.split("/").slice(1);
  if (version !== "v1" || resource !== "executions" || rest.length > 0) throw unknownRoute(method, url.pathname);
  const executionId = id === undefined ? undefined : decoded(id);
  switch (`${method} ${executionId === undefined ? "*" : "one"} ${part ?? ""}`) {
    case "GET * ":
      return await client.list(parse(querySchema, { limit: 50, ...Object.fromEntries(url.searchParams) }));
    case "POST * ":
      return await start(client, body);
    case "GET one ":
      return await client.show(executionId ?? "");
    case "GET one result":
      return await client.result(executionId ?? "");
    case "POST one signals": {
      const { signal, payload } = parse(signalRequestSchema, json(body));
      await client.signal(executionId ?? "", signal, payload);
      return { delivered: true };
    }
    default:
      throw unknownRoute(method, url.pathname);
  }
}

async function start(client: Client, body: string): Promise<unknown> {
  const { program, ...request } = parse(startRequestSchema, json(body));
  return await client.start({ ...request, ...(program === undefined ? {} : { program: { hash: program } }) });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw malformed(`the path's "${part}" is not percent-encoded text`, cause);
  }
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw malformed("its body is not JSON", cause);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw malformed(issues.join("; "), parsed.error);
}

function unknownRoute(method: string, path: string): Fault {
  return malformed(`there is no ${method} ${path}`, undefined);
}

function malformed(why: string, cause: unknown): Fault {
  return new Fault("EV8212", `The engine does not understand the request: ${why}`, {
    remedy: "Use the same version of Eventual for the engine and for what talks to it.",
    ...(cause === undefined ? {} : { cause }),
  });
}

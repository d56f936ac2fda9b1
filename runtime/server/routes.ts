/** The local socket's requests: `POST /v1/<operation>` for each of `OPERATIONS`, checked by its schema. No sockets here. */
import * as z from "zod";
import type { Client } from "../client/client.js";
import { OPERATIONS, type OperationName } from "../client/operations.js";
import { Fault } from "../protocol/fault.js";

export interface Request {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: string;
}

const nameSchema = z.enum(Object.keys(OPERATIONS) as [OperationName]);

/** The answer's value, to be sent as JSON. Throws Fault EV8212 for a request that means nothing, and the engine's. */
export async function answer(client: Client, { method, target, body }: Request): Promise<unknown> {
  const name = nameSchema.safeParse(/^\/v1\/(\w+)$/.exec(target)?.[1]);
  if (method !== "POST" || !name.success) throw malformed(`there is no ${method} ${target}`, undefined);
  const schema: z.ZodType<unknown> = OPERATIONS[name.data].request;
  const request = parse(schema, json(body));
  // Parsed by the schema of the very method that it goes to.
  return await (client[name.data] as (request: unknown) => Promise<unknown>)(request);
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

function malformed(why: string, cause: unknown): Fault {
  return new Fault("EV8212", `The engine does not understand the request: ${why}`, {
    remedy: "Use the same version of Eventual for the engine and for what talks to it.",
    ...(cause === undefined ? {} : { cause }),
  });
}

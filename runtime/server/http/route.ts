/** One operation of the API: how it is asked for, what it needs, what it answers. */
import type * as z from "zod";
import type { Engine } from "../../engine/engine.js";
import type { Examination } from "../../store/sqlite/examine.js";
import type { Scope } from "./access.js";
import type { Waiting } from "./waiting.js";

export interface Service {
  /** The database, read beside the engine: what may take long holds up no commit. */
  readonly database: Examination;
  readonly engine: Engine;
  readonly waiting: Waiting;
  readonly version: string;
}

export interface Call<Query, Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly header: (name: string) => string | undefined;
  /** Aborted when the client goes away or the server closes. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: 200 | 201 | 202;
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Server-sent events: `id` is where a client that comes back goes on. */
export interface Message {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

interface Common {
  readonly method: "get" | "post";
  /** With `{name}` for parts that vary. */
  readonly path: string;
  /** Undefined: for everybody. */
  readonly scope: Scope | undefined;
  readonly summary: string;
}

export interface Operation<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> extends Common {
  readonly kind: "answer";
  readonly query?: Query;
  readonly body?: Body;
  /** Longest body taken, in bytes, if not the usual. */
  readonly bodyBytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly replies: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  handle(service: Service, call: Call<z.output<Query>, z.output<Body>>): Promise<Reply>;
}

export interface Stream extends Common {
  readonly kind: "stream";
  messages(service: Service, call: Call<unknown, unknown>): AsyncIterable<Message>;
}

export type Route = Operation | Stream;

/** Gives an operation its types: `query` and `body` of a call are what its schemas give. */
export function operation<Query extends z.ZodType, Body extends z.ZodType>(
  given: Omit<Operation<Query, Body>, "kind">,
): Route {
  const { handle, ...rest } = given;
  // The server parses with these very schemas before it calls.
  return {
    kind: "answer",
    ...rest,
    handle: (service, call) => handle(service, call as Call<z.output<Query>, z.output<Body>>),
  };
}

/**
 * The API as a function from request to answer; no sockets here.
 *
 * H1  A request is checked in this order: place (host, origin), rate, token and scope, body, query: nothing of an
 *     unauthorized request is read beyond its head.
 * H2  Every answer that is none is problem+json with a code, also to what is no operation or no request at all.
 * H3  A request that its client gives up is no defect: nothing is reported.
 */
import type { IncomingMessage } from "node:http";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import type { Engine } from "../../engine/engine.js";
import { Fault } from "../../protocol/fault.js";
import { DEEPEST_JSON, isTooDeep } from "../../protocol/json.js";
import { authorize, checkPlace, type Tokens } from "./access.js";
import { crossOrigin } from "./cross-origin.js";
import { addDashboard } from "./dashboard.js";
import { answerOtherMethods } from "./methods.js";
import { openApiDocument } from "./openapi.js";
import { ROUTES } from "./operations.js";
import { problemHeaders, problemOf } from "./problem.js";
import type { RateLimit } from "./rate.js";
import type { Call, Operation, Reply, Service } from "./route.js";
import { streamReply } from "./stream.js";
import { Waiting } from "./waiting.js";

export interface AppOptions {
  readonly engine: Engine;
  readonly database: Service["database"];
  readonly version: string;
  readonly tokens: Tokens | undefined;
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  readonly scheme: "http" | "https";
  readonly rate: RateLimit;
  /** Longest body taken, in bytes. */
  readonly bodyBytes: number;
  /** Aborted when the server closes: what waits is answered. */
  readonly closing: AbortSignal;
  /** Told of defects. */
  readonly report: (error: unknown) => void;
}

/** What the server knows of a connection. */
export interface Bindings {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** Makes the application. */
export function httpApp(options: AppOptions): Hono<Bindings> {
  const { engine, database, version, tokens, report } = options;
  const service: Service = { engine, database, version, waiting: new Waiting(engine) };
  const app = new Hono<Bindings>();
  app.onError((error, context) => {
    if (!(error instanceof Fault) && !isGivenUp(context)) report(error);
    const problem = problemOf(error, context.req.path);
    return context.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, problemHeaders(problem));
  });
  app.notFound((context) => {
    throw new Fault("EV8307", `There is no ${context.req.method} ${context.req.path}`, {
      remedy: "GET /openapi.json lists what there is.",
    });
  });
  app.use(async (context, next) => {
    const { req } = context;
    checkPlace({ host: req.header("host"), origin: req.header("origin") }, options);
    options.rate.take(context.env.incoming.socket.remoteAddress ?? "unknown");
    context.header("x-content-type-options", "nosniff");
    context.header("cache-control", "no-store");
    await next();
  });
  app.use(crossOrigin(options.origins));
  const document = openApiDocument(ROUTES, version);
  app.get("/openapi.json", (context) => context.json(document));
  addDashboard(app);
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, async (context, next) => {
      if (route.scope !== undefined) authorize(tokens, context.req.header("authorization"), route.scope);
      await next();
    });
    if (route.kind === "answer" && route.body !== undefined) {
      const { bodyBytes: maxSize = options.bodyBytes } = route;
      app.on(route.method, path, bodyLimit({ maxSize, onError: (context) => tooLarge(context.req.raw, maxSize) }));
    }
    app.on(route.method, path, async (context) => {
      const { req } = context;
      const signal = AbortSignal.any([req.raw.signal, options.closing]);
      const base = { params: paramsOf(req.param()), header: (name: string) => req.header(name), signal };
      if (route.kind === "stream") {
        return await streamReply(
          context,
          route.messages(service, { ...base, query: undefined, body: undefined }),
          signal,
        );
      }
      const reply = await answer(route, service, base, {
        query: req.query(),
        type: req.header("content-type"),
        text: () => req.text(),
      });
      return context.json(reply.value as object, reply.status, { ...reply.headers });
    });
  }
  answerOtherMethods(app);
  return app;
}

/** Its client is gone: what failed has failed because of it, and nobody hears of it. */
function isGivenUp({ env, req }: Context<Bindings>): boolean {
  return req.raw.signal.aborted || env.incoming.readableAborted;
}

interface Raw {
  readonly query: Readonly<Record<string, string>>;
  readonly type: string | undefined;
  text(): Promise<string>;
}

async function answer(
  route: Operation,
  service: Service,
  base: Omit<Call<unknown, unknown>, "query" | "body">,
  raw: Raw,
): Promise<Reply> {
  const query = parse(route.query ?? z.strictObject({}), raw.query, "query");
  let body: unknown;
  if (route.body !== undefined) {
    // A form of a foreign page can send other types without asking; this one it cannot.
    if (!/^application\/json\s*(;|$)/i.test(raw.type ?? "")) throw notJson(raw.type);
    body = parse(route.body, json(await raw.text()), "body");
  }
  return await route.handle(service, { ...base, query, body });
}

function paramsOf(params: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(params)) {
    if (value === "" || value.length > 1024 || /\p{Cc}/u.test(value)) throw malformed(`${name} in its path is no name`);
  }
  return params;
}

function json(text: string): unknown {
  if (isTooDeep(text)) throw malformed(`its body is nested deeper than ${DEEPEST_JSON} levels`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed("its body is not JSON", cause);
  }
}

function parse(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${[where, ...path].join(".")}: ${message}`);
  throw malformed(issues.join("; "), parsed.error);
}

function notJson(type: string | undefined): Fault {
  return new Fault(
    "EV8312",
    `The body is ${type === undefined ? "of no type" : `of the type ${JSON.stringify(type)}`}`,
    {
      remedy: "Send JSON, with the header `Content-Type: application/json`.",
    },
  );
}

function malformed(why: string, cause?: unknown): Fault {
  return new Fault("EV8301", `The request cannot be understood: ${why}`, {
    remedy: "GET /openapi.json says what can be asked.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A client reads the answer only once it has sent its body: up to a bound, the rest is taken and dropped. */
async function tooLarge(request: Request, bytes: number): Promise<never> {
  let left = DROPPED_BYTES;
  if (request.body !== null && !request.bodyUsed && !request.body.locked) {
    for await (const chunk of request.body) {
      left -= chunk.length;
      if (left < 0) break;
    }
  }
  throw new Fault("EV8305", `The body is longer than ${bytes} bytes`, {
    remedy: "Keep big data outside and pass a reference to it.",
  });
}

const DROPPED_BYTES = 16 << 20;

/**
 * Pages of the origins that are allowed may read what they are answered, and ask beforehand what they may send. Pages of
 * others were refused before (access.ts).
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Bindings } from "./app.js";

/** How long a browser remembers what it may send, s. */
const REMEMBERED_SECONDS = 600;

/** Adds the headers by which browsers let pages of `origins` use the API. */
export function crossOrigin(origins: ReadonlySet<string>): MiddlewareHandler<Bindings> {
  const headers = cors({
    origin: (origin) => (origins.has(origin) ? origin : null),
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
    exposeHeaders: ["Location", "Retry-After", "WWW-Authenticate"],
    maxAge: REMEMBERED_SECONDS,
  });
  // Without an origin `OPTIONS` is a question about methods (methods.ts).
  return (context, next) => (origins.has(context.req.header("origin") ?? "") ? headers(context, next) : next());
}

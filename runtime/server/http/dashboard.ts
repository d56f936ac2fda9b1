/**
 * The dashboard's files. They hold no data: everybody who reaches the server may read them, and what they show comes
 * from the API, with its tokens and scopes.
 *
 * D1  A page loads nothing but these files and asks nobody but this server, and no page may frame it: the policy says so.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Context, Hono } from "hono";
import { DASHBOARD_FILES, type DashboardFile, dashboardFile } from "../../platform/dashboard.js";
import type { Bindings } from "./app.js";

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface Loaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

const ROOT = "/dashboard";

/** Adds the pages under `/dashboard`; `/` leads there. */
export function addDashboard(app: Hono<Bindings>): void {
  const loaded = new Map<DashboardFile, Promise<Loaded>>();
  const answer = async (context: Context<Bindings>, file: DashboardFile): Promise<Response> => {
    const content = loaded.get(file) ?? load(file);
    loaded.set(file, content);
    // A failure is not remembered.
    content.catch(() => loaded.delete(file));
    return respond(context, file, await content);
  };
  app.get("/", (context) => context.redirect(ROOT, 302));
  const [page, ...files] = DASHBOARD_FILES;
  for (const file of files) app.get(`${ROOT}/${file.file}`, (context) => answer(context, file));
  // Every other address is a page of the application, which knows what it shows.
  if (page !== undefined) for (const path of [ROOT, `${ROOT}/*`]) app.get(path, (context) => answer(context, page));
}

function respond(context: Context<Bindings>, { type }: DashboardFile, { bytes, zipped, tag }: Loaded): Response {
  context.header("content-security-policy", POLICY);
  context.header("referrer-policy", "no-referrer");
  context.header("x-frame-options", "DENY");
  context.header("cross-origin-opener-policy", "same-origin");
  context.header("cache-control", "no-cache");
  context.header("vary", "accept-encoding");
  context.header("etag", tag);
  if (context.req.header("if-none-match") === tag) return context.body(null, 304);
  context.header("content-type", type);
  if (!/\bgzip\b/.test(context.req.header("accept-encoding") ?? "")) return context.body(bytes);
  context.header("content-encoding", "gzip");
  return context.body(zipped);
}

async function load(file: DashboardFile): Promise<Loaded> {
  const bytes = new Uint8Array(await dashboardFile(file));
  const zipped = new Uint8Array(await promisify(gzip)(bytes));
  return { bytes, zipped, tag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}

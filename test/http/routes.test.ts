/**
 * Goal: every route refuses what every route has to refuse, those that are yet to be written too.
 * Method: the server's own list of routes, asked of `eventual serve --http` as a process by strangers, with too few
 * rights, from foreign pages, with bodies that are none, and for executions that are not there.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Scope } from "#runtime/server/http/access.js";
import { ROUTES } from "#runtime/server/http/operations.js";
import type { Route } from "#runtime/server/http/route.js";
import { compileApp } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { type Answer, ask, JSON_TYPE, refused, serveProgram } from "./support.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  desk = await compileApp("desk");
});
after(() => desk.remove());

const GUARDED = ROUTES.filter(({ scope }) => scope !== undefined);
const WITH_BODY = GUARDED.filter((route) => route.kind === "answer" && route.body !== undefined);

/** A path of the route: `{seq}` and `{id}` are numbers, the rest are names that nothing has. */
function pathOf({ path }: Route): string {
  return filled(path) + (path.endsWith("/source") ? "?file=none" : "");
}

function filled(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === "seq" || name === "id" ? "7" : "none"));
}

function send(url: string, route: Route, headers: Record<string, string>, body?: string): Promise<Answer> {
  const method = route.method.toUpperCase();
  const sent = body ?? (method === "POST" ? "{}" : undefined);
  const type = method === "POST" ? JSON_TYPE : {};
  return ask(url, pathOf(route), {
    method,
    headers: { ...type, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

/** Does it for all, and says for which it went wrong. */
async function forEach(routes: readonly Route[], check: (route: Route) => Promise<void>): Promise<void> {
  assert.notEqual(routes.length, 0);
  for (const route of routes) {
    try {
      await check(route);
    } catch (cause) {
      throw new Error(`${route.method} ${route.path}: ${String(cause)}`, { cause });
    }
  }
}

async function guarded(t: TestContext) {
  const cwd = await temporaryFolder(t);
  const tokens = (["read", "signal", "admin"] as const).map((scope) => ({
    name: scope,
    sha256: createHash("sha256").update(`${scope}-token`).digest("hex"),
    scopes: [scope],
  }));
  await writeFile(join(cwd, "tokens.json"), JSON.stringify(tokens));
  const { url } = await serveProgram(t, desk.program, ["--tokens", "tokens.json", "--rate", "100000"], cwd);
  return { url, bearer: (scope: Scope) => ({ authorization: `Bearer ${scope}-token` }) };
}

test("strangers, tokens without the scope and pages of other origins are refused by every route", async (t) => {
  const { url, bearer } = await guarded(t);
  await forEach(GUARDED, async (route) => {
    refused(await send(url, route, {}), 401, "EV8302");
    refused(await send(url, route, { authorization: "Bearer guess" }), 401, "EV8302");
    for (const scope of ["read", "signal"] as const) {
      if (scope !== route.scope) refused(await send(url, route, bearer(scope)), 403, "EV8303");
    }
    refused(await send(url, route, { ...bearer("admin"), origin: "https://evil.test" }), 403, "EV8304");
    refused(await send(url, route, { ...bearer("admin"), host: "evil.test" }), 403, "EV8304");
  });
});

test("bodies that are too long or none are refused by every route that takes one", async (t) => {
  const { url, bearer } = await guarded(t);
  const long = JSON.stringify({ payload: "x".repeat(2 << 20) });
  await forEach(WITH_BODY, async (route) => {
    refused(await send(url, route, bearer("admin"), "{"), 400, "EV8301");
    refused(await send(url, route, bearer("admin"), "[]"), 400, "EV8301");
    refused(await send(url, route, { ...bearer("admin"), "content-type": "text/plain" }, "{}"), 415, "EV8312");
    if (route.kind === "answer" && route.bodyBytes === undefined) {
      refused(await send(url, route, bearer("admin"), long), 413, "EV8305");
    }
  });
});

test("what a path names and is not there is not found by any route", async (t) => {
  const { url, bearer } = await guarded(t);
  const failed = JSON.stringify({ error: { message: "no" } });
  // Whoever subscribes to an event, it can be emitted.
  const routes = ROUTES.filter(({ path }) => path.includes("{") && path !== "/v1/events/{event}");
  await forEach(routes, async (route) => {
    const body = route.path.endsWith("/fail") ? failed : undefined;
    const answer = await send(url, route, bearer("admin"), body);
    const [, kind] = /^\/v1\/([^/]+)/.exec(route.path) ?? [];
    refused(answer, 404, NOT_THERE[kind ?? ""] ?? `an entry for ${kind}`);
  });
});

const NOT_THERE: Readonly<Record<string, string>> = {
  executions: "EV8004",
  schedules: "EV8020",
  "dead-letters": "EV8019",
  programs: "EV8314",
};

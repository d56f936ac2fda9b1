/**
 * Goal: a client can tell by the status alone whether to wait, to try later or to change its request, when the engine is
 * full, its disk fails or it closes. Method: the API as a function over an engine on a store that a test commands.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#runtime/protocol/fault.js";
import { httpApp } from "#runtime/server/http/app.js";
import { RateLimit } from "#runtime/server/http/rate.js";
import { openWorld, type Script, type WorldOptions } from "../engine/fakes.js";
import { collector } from "../engine/scripts.js";
import { JSON_TYPE } from "./support.js";

const once: Script = ({ event, close }) => {
  if (event.kind === "start") close({ ok: true, value: "1" });
};

interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: string | null;
}

async function api(options: WorldOptions) {
  const world = await openWorld({ collector, once }, options);
  const app = httpApp({
    engine: world.engine,
    database: undefined as never,
    version: "test",
    tokens: undefined,
    hosts: new Set(["localhost"]),
    origins: new Set(),
    scheme: "http",
    rate: new RateLimit(1e6, 1e6),
    bodyBytes: 1 << 20,
    closing: new AbortController().signal,
    report: (error) => assert.fail(String(error)),
  });
  const bindings = { incoming: { socket: {}, readableAborted: false } };
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const answer = await app.request(
      `http://localhost${path}`,
      { ...init, headers: { ...init.headers, host: "localhost" } },
      bindings,
    );
    const { code } = (await answer.json()) as { code?: unknown };
    return { status: answer.status, code, retryAfter: answer.headers.get("retry-after") };
  };
  const start = (name: string, workflow = "collector"): Promise<Answer> =>
    send("/v1/executions", { method: "POST", headers: JSON_TYPE, body: JSON.stringify({ workflow, name }) });
  return { ...world, send, start };
}

test("too many requests at once: 429, and those that waited are served", async () => {
  const { database, start } = await api({ limits: { waitingRequests: 2 } });
  const release = database.hold();
  const waiting = [start("a"), start("b")];
  const late = await start("c");
  assert.deepEqual(late, { status: 429, code: "EV8022", retryAfter: "1" });
  release();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status }) => status),
    [201, 201],
  );
  assert.equal((await start("c")).status, 201);
});

test("a full disk: 503 once it has been tried again, and nothing of the request has happened", async () => {
  const { database, start, send } = await api({ limits: { storeAttempts: 1 }, free: true });
  database.beforeCommit = () => {
    throw new Fault("EV6009", "the disk is full", { remedy: "Free space." });
  };
  assert.deepEqual(await start("a"), { status: 503, code: "EV8007", retryAfter: "1" });
  database.beforeCommit = () => {};
  assert.equal((await send("/v1/executions/collector%2Fa", {})).status, 404);
  assert.equal((await start("a")).status, 201);
});

test("an engine that is closing: 503", async () => {
  const { engine, start, send } = await api({});
  assert.equal((await start("a")).status, 201);
  await engine.close();
  assert.deepEqual(await start("b"), { status: 503, code: "EV8006", retryAfter: "1" });
  assert.equal((await send("/readyz", {})).status, 503);
});

/**
 * Goal: the API behaves as HTTP wants it, also to clients that do not: methods that are none, pages of other origins that
 * are allowed, requests that do not end, and clients that go away.
 * Method: `eventual serve --http` as a process; bytes on bare connections.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as openSocket, type Socket } from "node:net";
import { after, before, type TestContext, test } from "node:test";
import { connect } from "#runtime/client/http.js";
import { compileApp } from "../cli/support/eventual.js";
import { ask, JSON_TYPE, post, refused, serveProgram } from "./support.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

const serve = (t: TestContext, options?: readonly string[]) => serveProgram(t, app.program, options);

/** A connection that has sent `text`, and what it is answered until it is closed. */
async function raw(t: TestContext, url: string, text: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = openSocket(Number(port), hostname);
  t.after(() => socket.destroy());
  let heard = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    heard += part;
  });
  const answer = once(socket, "close").then(() => heard);
  await once(socket, "connect");
  socket.write(text);
  return { socket, answer };
}

function problemIn(answer: string): { status: number; code: unknown } {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  assert.match(head, /content-type: application\/problem\+json/i);
  return { status: Number(head.split(" ")[1]), code: (JSON.parse(body) as { code: unknown }).code };
}

test("a path's other methods are refused with those that it has; OPTIONS lists them; HEAD is GET without a body", async (t) => {
  const { url } = await serve(t);
  for (const [path, allow] of [
    ["/v1/executions", "GET, HEAD, OPTIONS, POST"],
    ["/v1/executions/greet/x", "GET, HEAD, OPTIONS"],
    ["/v1/executions/greet/x/cancel", "OPTIONS, POST"],
    ["/openapi.json", "GET, HEAD, OPTIONS"],
    ["/dashboard", "GET, HEAD, OPTIONS"],
  ] as const) {
    for (const method of ["DELETE", "PUT", "PATCH", "TRACE"]) {
      const answer = await ask(url, path, { method });
      refused(answer, 405, "EV8311");
      assert.equal(answer.headers.allow, allow, path);
    }
    const options = await ask(url, path, { method: "OPTIONS" });
    assert.deepEqual([options.status, options.headers.allow], [204, allow]);
  }
  await post(url, "/v1/executions", { workflow: "approval", name: "x", input: "trip" });
  for (const path of [
    "/v1/executions",
    "/v1/executions/approval/x",
    "/v1/executions/approval/x/events",
    "/dashboard",
  ]) {
    const head = await ask(url, path, { method: "HEAD" });
    assert.deepEqual([head.status, head.body], [200, {}], path);
  }
  assert.equal((await ask(url, "/v1/executions/none/x", { method: "HEAD" })).status, 404);
});

test("pages of an allowed origin may ask and read, refusals too; those of others may not even ask whether", async (t) => {
  const origin = "https://panel.test";
  const { url } = await serve(t, ["--allow-origin", origin]);
  const wish = { "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
  const before = await ask(url, "/v1/executions", { method: "OPTIONS", headers: { origin, ...wish } });
  assert.equal(before.status, 204);
  assert.equal(before.headers["access-control-allow-origin"], origin);
  assert.match(String(before.headers["access-control-allow-methods"]), /POST/);
  assert.match(String(before.headers["access-control-allow-headers"]), /Content-Type/);
  const started = await post(url, "/v1/executions", { workflow: "greet", name: "g" }, { origin });
  assert.deepEqual([started.status, started.headers["access-control-allow-origin"]], [201, origin]);
  assert.match(String(started.headers["access-control-expose-headers"]), /Location/);
  const missing = await ask(url, "/v1/executions/greet/none", { headers: { origin } });
  refused(missing, 404, "EV8004");
  assert.equal(missing.headers["access-control-allow-origin"], origin);
  for (const other of ["https://panel.test.evil.test", "http://panel.test", "null"]) {
    const answer = await ask(url, "/v1/executions", { method: "OPTIONS", headers: { origin: other, ...wish } });
    refused(answer, 403, "EV8304");
    assert.equal(answer.headers["access-control-allow-origin"], undefined);
  }
});

test("what is no HTTP is answered with a problem, and the next client as ever", async (t) => {
  const { url } = await serve(t);
  const broken = [
    "nonsense\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /v1\\executions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
    "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
  ];
  for (const text of broken) {
    const { answer } = await raw(t, url, text);
    assert.deepEqual(problemIn(await answer), { status: 400, code: "EV8301" }, JSON.stringify(text.slice(0, 80)));
  }
  assert.equal((await ask(url, "/health")).status, 200);
});

test("a request whose head does not end is refused in time; one that is given up is no defect", async (t) => {
  const serving = await serve(t);
  const { url } = serving;
  const slow = await raw(t, url, "GET /v1/executions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  // A byte now and then does not help.
  const drip = setInterval(() => slow.socket.write("x"), 500);
  t.after(() => clearInterval(drip));
  const head =
    "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n";
  const halfway = await raw(t, url, `${head}{"workflow"`);
  halfway.socket.destroy();
  const reset = await raw(t, url, `${head}{"workf`);
  reset.socket.resetAndDestroy();
  await post(url, "/v1/executions", { workflow: "approval", name: "x", input: "trip" });
  const stream = await raw(t, url, "GET /v1/executions/approval/x/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(stream.socket, "data");
  stream.socket.destroy();
  const waiting = await raw(t, url, "GET /v1/executions/approval/x/result?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  waiting.socket.destroy();
  assert.deepEqual(problemIn(await slow.answer), { status: 408, code: "EV8313" });
  clearInterval(drip);
  assert.equal((await ask(url, "/v1/executions")).status, 200);
  serving.process.kill("SIGTERM");
  const { code, stderr } = await serving.ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /EV9|Error|abort|premature/i, stderr);
});

test("values that are nested without end are refused, not a failure of the engine", async (t) => {
  const { url } = await serve(t);
  for (const depth of [5_000, 100_000]) {
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const body = `{"workflow": "greet", "name": "d${depth}", "input": ${deep}}`;
    const answer = await ask(url, "/v1/executions", { method: "POST", headers: JSON_TYPE, body });
    refused(answer, 400, "EV8301");
  }
  assert.deepEqual((await ask(url, "/v1/executions")).body.items, []);
});

test("a cursor goes on after the last row it has shown, whatever began meanwhile", async (t) => {
  const { url } = await serve(t);
  const start = (name: string) => post(url, "/v1/executions", { workflow: "greet", name });
  for (const name of ["a", "b", "c", "d", "e"]) await start(name);
  interface Page {
    items: { id: string }[];
    next?: string;
  }
  const page = async (cursor?: string): Promise<Page> =>
    (await ask(url, `/v1/executions?limit=2${cursor === undefined ? "" : `&cursor=${cursor}`}`))
      .body as unknown as Page;
  const first = await page();
  for (const name of ["f", "g", "h"]) await start(name);
  const second = await page(first.next);
  const again = await page(first.next);
  const third = await page(second.next);
  assert.deepEqual(
    [first, second, third].map(({ items }) => items.map(({ id }) => id)),
    [["greet/e", "greet/d"], ["greet/c", "greet/b"], ["greet/a"]],
  );
  assert.deepEqual(again, second);
  assert.equal(third.next, undefined);
});

test("a stream that is silent says that it is alive", async (t) => {
  const { url } = await serve(t);
  await post(url, "/v1/executions", { workflow: "approval", name: "x", input: "trip" });
  const { socket } = await raw(t, url, "GET /v1/executions/approval/x/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise<void>((resolve) => {
    socket.on("data", (part: string) => /^: alive$/m.test(part) && resolve());
  });
});

/** `fetch`, but the first stream breaks off in the middle of its third line; `after` is what happens to the next request. */
function breaking(after: typeof fetch): { fetch: typeof fetch; resumedAt: (string | null)[] } {
  const resumedAt: (string | null)[] = [];
  return {
    resumedAt,
    fetch: async (input, init) => {
      if (!String(input).endsWith("/events")) return fetch(input, init);
      resumedAt.push(new Headers(init?.headers).get("last-event-id"));
      if (resumedAt.length > 1) return after(input, init);
      const text = await (await fetch(input, init)).text();
      const [first = "", second = "", third = ""] = text.split("\n\n");
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`${first}\n\n${second}\n\n${third.slice(0, 20)}`));
        },
        pull: (controller) => controller.error(new TypeError("terminated")),
      });
      return new Response(body);
    },
  };
}

test("a client whose stream breaks off goes on after the last whole line; where nobody answers it says so", async (t) => {
  const { url } = await serve(t);
  await post(url, "/v1/executions", { workflow: "sums", name: "s", input: 4 });
  await ask(url, "/v1/executions/sums/s/result?wait=60");
  const { fetch: send, resumedAt } = breaking(fetch);
  const seen: string[] = [];
  for await (const { event, data } of connect({ url, fetch: send }).events("sums/s")) {
    if (event === "log") seen.push(data.text);
    if (event === "status") seen.push(data.status);
  }
  assert.deepEqual(seen, ["sum 1", "sum 3", "sum 6", "sum 10", "SUCCEEDED"]);
  assert.equal(resumedAt.length, 2);
  assert.notEqual(resumedAt[1], null);
  const away = breaking(() => Promise.reject(new TypeError("fetch failed")));
  const lost = async (): Promise<void> => {
    for await (const _ of connect({ url, fetch: away.fetch }).events("sums/s"));
  };
  await assert.rejects(lost(), { code: "EV8213" });
});

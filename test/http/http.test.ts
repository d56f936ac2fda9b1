/**
 * Goal: the HTTP API does what its document says, keeps out whom it must, and its refusals have codes.
 * Method: `eventual serve --http` as a process, asked by the typed client and by bare requests.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { connect, type ExecutionEvent } from "#runtime/client/http.js";
import { Fault } from "#runtime/protocol/fault.js";
import { RateLimit } from "#runtime/server/http/rate.js";
import { compileApp, eventual, eventually } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { type Answer, ask, JSON_TYPE, post, refused, serveProgram } from "./support.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

const serve = (t: TestContext, options?: readonly string[], cwd?: string) => serveProgram(t, app.program, options, cwd);

test("the typed client: start, signal, result, get, list over pages, logs, refusals as Faults", async (t) => {
  const { url } = await serve(t);
  const client = connect({ url });
  const started = await client.start({ workflow: "sums", name: "a/b c", input: 4 });
  assert.deepEqual(started, { id: "sums/a/b c", existing: false });
  assert.equal((await client.result("sums/a/b c")).result, 10);
  const lines: string[] = [];
  for await (const { text } of client.logs("sums/a/b c")) lines.push(text);
  assert.deepEqual(lines, ["sum 1", "sum 3", "sum 6", "sum 10"]);

  await client.start({ workflow: "approval", name: "x", input: "trip" });
  const result = client.result("approval/x");
  await client.signal("approval/x", "approve", "Ada");
  assert.deepEqual((await result).result, "trip approved by Ada");
  assert.equal((await client.get("approval/x")).status, "SUCCEEDED");

  await client.start({ workflow: "fails", name: "f" });
  const failed = await client.result("fails/f");
  assert.equal(failed.status, "FAILED");
  assert.match(JSON.stringify(failed.error), /no more/);

  for (let index = 0; index < 60; index++) await client.start({ workflow: "greet", name: `n${index}` });
  const listed: string[] = [];
  for await (const { id } of client.list({ workflow: "greet" })) listed.push(id);
  assert.equal(listed.length, 60);
  assert.equal(new Set(listed).size, 60);
  assert.equal(listed[0], "greet/n59", "newest first");

  const code = (expected: string) => (error: unknown) => error instanceof Fault && error.code === expected;
  await assert.rejects(client.get("sums/none"), code("EV8004"));
  await assert.rejects(client.start({ workflow: "none" }), code("EV8001"));
  await assert.rejects(client.start({ workflow: "sums", name: "a/b c", input: 5 }), code("EV8002"));
  await assert.rejects(client.signal("approval/x", "approve", "Bob"), code("EV8005"));
});

test("idempotency key: the same request again is the same execution; the key names it for its workflow", async (t) => {
  const { url } = await serve(t);
  const body = { workflow: "sums", input: 2 };
  const first = await post(url, "/v1/executions", body, { "idempotency-key": "order-17" });
  const again = await post(url, "/v1/executions", body, { "idempotency-key": "order-17" });
  assert.deepEqual([first.status, again.status], [201, 200]);
  assert.equal(again.body.id, first.body.id);
  assert.equal(again.body.existing, true);
  const found = await ask(url, String(first.headers.location));
  assert.equal(found.body.id, first.body.id);
  refused(await post(url, "/v1/executions", { ...body, input: 3 }, { "idempotency-key": "order-17" }), 409, "EV8002");
});

test("result: 202 while it goes on, 200 as soon as it has ended, also for many who wait", async (t) => {
  const { url } = await serve(t);
  await post(url, "/v1/executions", { workflow: "approval", name: "x", input: "trip" });
  const early = await ask(url, "/v1/executions/approval/x/result");
  assert.deepEqual([early.status, early.body.status], [202, "IN_PROGRESS"]);
  const waiting = [1, 2, 3].map(() => ask(url, "/v1/executions/approval/x/result?wait=60"));
  const sent = await post(url, "/v1/executions/approval/x/signals/approve", { payload: "Ada" });
  assert.deepEqual([sent.status, sent.body], [202, { delivered: true }]);
  for (const answer of await Promise.all(waiting)) {
    assert.deepEqual([answer.status, answer.body.result], [200, "trip approved by Ada"]);
  }
});

test("timelines, standings and counts: what was done, where it waits, read while it runs", async (t) => {
  const { url } = await serve(t);
  const client = connect({ url });
  await client.start({ workflow: "approval", name: "x", input: "trip" });
  await client.start({ workflow: "sums", name: "s", input: 2 });
  await client.result("sums/s");
  const { spans, moments } = await client.timeline("sums/s");
  assert.deepEqual(
    spans.map(({ kind, name, state, input, output, attempts }) => ({
      kind,
      name,
      state,
      input,
      output,
      n: attempts.length,
    })),
    [
      { kind: "task", name: "add", state: "succeeded", input: { sum: 0, by: 1 }, output: 1, n: 1 },
      { kind: "task", name: "add", state: "succeeded", input: { sum: 1, by: 2 }, output: 3, n: 1 },
    ],
  );
  assert.deepEqual(moments, []);
  const standing = await client.standing("approval/x");
  const [stack] = standing.stacks ?? [];
  assert.deepEqual(stack?.waitsFor, { kind: "signal", signal: "approve" });
  const [frame] = stack?.frames ?? [];
  assert.match(frame?.source.find(({ line }) => line === frame.line)?.text ?? "", /await approve\.expectSignal/);
  assert.deepEqual(frame?.variables, [{ name: "what", value: '"trip"' }]);
  await client.signal("approval/x", "approve", "Ada");
  await client.result("approval/x");
  assert.equal((await client.standing("approval/x")).stacks, undefined);
  const signals = (await client.timeline("approval/x")).moments.map(({ kind, name, value }) => ({ kind, name, value }));
  assert.deepEqual(signals, [{ kind: "signal", name: "approve", value: "Ada" }]);
  const overview = await client.overview();
  assert.deepEqual(overview.statuses, { SUCCEEDED: 2 });
  assert.deepEqual(overview.workflows, [
    { workflow: "approval", executions: 1 },
    { workflow: "sums", executions: 1 },
  ]);
  assert.equal(
    overview.rates.reduce((sum, { started }) => sum + started, 0),
    2,
  );
  assert.equal(
    overview.rates.reduce((sum, { ended }) => sum + ended, 0),
    2,
  );
  await assert.rejects(client.timeline("approval/none"), { code: "EV8004" });
});

test("lists are searched by a part of the id and by time", async (t) => {
  const { url } = await serve(t);
  const client = connect({ url });
  const names = async (query: Parameters<typeof client.page>[0]) =>
    (await client.page(query)).items.map(({ id }) => id);
  for (const name of ["a_1", "ab1", "B2"]) await client.start({ workflow: "approval", name, input: name });
  assert.deepEqual(await names({ text: "a_" }), ["approval/a_1"], "the wildcards of LIKE are plain text");
  assert.deepEqual(await names({ text: "/b" }), ["approval/B2"]);
  assert.deepEqual(await names({ text: "%" }), []);
  await client.start({ workflow: "sums", name: "a_1", input: 1 });
  await client.result("sums/a_1");
  assert.deepEqual(await names({ text: "a_", workflow: "approval" }), ["approval/a_1"]);
  assert.deepEqual(await names({ text: "a", status: "IN_PROGRESS" }), ["approval/B2", "approval/ab1", "approval/a_1"]);
  assert.deepEqual(await names({ workflow: "approval", status: "IN_PROGRESS", text: "1" }), [
    "approval/ab1",
    "approval/a_1",
  ]);
  assert.deepEqual(await names({ workflow: "sums", status: "SUCCEEDED" }), ["sums/a_1"]);
  assert.deepEqual(await names({ workflow: "sums", status: "IN_PROGRESS" }), []);
  const { next = "" } = await client.page({ workflow: "approval", status: "IN_PROGRESS", limit: 2 });
  assert.deepEqual(
    (await client.page({ workflow: "approval", status: "IN_PROGRESS", limit: 2, cursor: next })).items.map(
      ({ id }) => id,
    ),
    ["approval/a_1"],
  );
  const [last, middle] = (await client.page({ workflow: "approval" })).items;
  const between = middle?.startTime ?? "";
  assert.ok(last !== undefined && between <= last.startTime);
  const since = await names({ from: between });
  assert.ok(since.includes("approval/B2") && since.includes("approval/ab1"));
  assert.deepEqual(await names({ before: "2001-01-01T00:00:00Z" }), []);
  assert.deepEqual(await names({ from: "2999-01-01T00:00:00Z" }), []);
  assert.equal((await names({ from: "2001-01-01T00:00:00Z", before: "2999-01-01T00:00:00Z" })).length, 4);
});

test("events: log lines and changes of status until the end; Last-Event-ID goes on after a line", async (t) => {
  const { url } = await serve(t);
  const client = connect({ url });
  await client.start({ workflow: "approval", name: "x", input: "trip" });
  const seen: ExecutionEvent[] = [];
  for await (const event of client.events("approval/x")) {
    seen.push(event);
    if (seen.length === 1) await client.signal("approval/x", "approve", "Ada");
  }
  const statuses = seen.flatMap(({ event, data }) => (event === "status" ? [data.status] : []));
  assert.deepEqual(statuses, ["IN_PROGRESS", "SUCCEEDED"]);
  const changes = seen.flatMap(({ event, data }) => (event === "changed" ? [data.at] : []));
  assert.ok(changes.length >= 2 && (changes[0] ?? 0) < (changes[1] ?? 0), "the signal is news");
  await client.start({ workflow: "sums", name: "s", input: 3 });
  await client.result("sums/s");
  const whole = await (await fetch(`${url}/v1/executions/sums/s/events`)).text();
  const ids = [...whole.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? "");
  assert.equal(ids.length, 3);
  const rest = await (
    await fetch(`${url}/v1/executions/sums/s/events`, { headers: { "last-event-id": ids[1] ?? "" } })
  ).text();
  assert.deepEqual(
    [...rest.matchAll(/"text":"(.*?)"/g)].map(([, text]) => text),
    ["sum 6"],
  );
  refused(await ask(url, "/v1/executions/sums/none/events"), 404, "EV8004");
});

test("the document describes every operation that there is, and names its schemas", async (t) => {
  const { url } = await serve(t);
  const { body, status } = await ask(url, "/openapi.json");
  assert.equal(status, 200);
  assert.equal(body.openapi, "3.1.0");
  const paths = body.paths as Record<string, Record<string, { operationId: string; responses: object }>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
  );
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  assert.ok(operations.length >= 11);
  for (const { path, method } of operations) {
    const filled = path.replaceAll(/\{workflow\}/g, "sums").replaceAll(/\{\w+\}/g, "none");
    const answer = method === "get" ? await ask(url, filled) : await post(url, filled, {});
    assert.notEqual(answer.body.code, "EV8307", `${method} ${path} is there`);
    assert.notEqual(answer.status, 500, `${method} ${path}`);
  }
  assert.match(JSON.stringify(paths["/v1/executions"]?.post), /"workflow":\{"type":"string"/);
});

test("health and readiness need no token; everything else does, with its scope", async (t) => {
  const cwd = await temporaryFolder(t);
  const tokens = [
    { name: "reader", sha256: hash("read-token"), scopes: ["read"] },
    { name: "sender", sha256: hash("send-token"), scopes: ["signal"] },
    { name: "boss", sha256: hash("boss-token"), scopes: ["admin"] },
  ];
  await writeFile(join(cwd, "tokens.json"), JSON.stringify(tokens));
  const { url } = await serve(t, ["--tokens", "tokens.json"], cwd);
  assert.equal((await ask(url, "/health")).status, 200);
  assert.equal((await ask(url, "/ready")).status, 200);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const none = await ask(url, "/v1/executions");
  refused(none, 401, "EV8302");
  assert.equal(none.headers["www-authenticate"], "Bearer");
  refused(await ask(url, "/v1/executions", { headers: bearer("wrong") }), 401, "EV8302");
  refused(await ask(url, "/v1/executions", { headers: { authorization: "Basic cmVhZA==" } }), 401, "EV8302");
  refused(await ask(url, "/v1/executions", { headers: bearer("send-token") }), 403, "EV8303");
  assert.equal((await ask(url, "/v1/executions", { headers: bearer("read-token") })).status, 200);
  const body = { workflow: "greet", name: "g" };
  refused(await post(url, "/v1/executions", body, bearer("read-token")), 403, "EV8303");
  assert.equal((await post(url, "/v1/executions", body, bearer("send-token"))).status, 201);
  assert.equal((await post(url, "/v1/executions", body, bearer("boss-token"))).status, 200);
  assert.equal((await connect({ url, token: "boss-token" }).get("greet/g")).workflow, "greet");
});

test("another host's name and another origin's page get nothing, unless they are allowed", async (t) => {
  const { url } = await serve(t, ["--allow-host", "box.test", "--allow-origin", "https://panel.test"]);
  const { port } = new URL(url);
  refused(await ask(url, "/v1/executions", { headers: { host: "evil.test" } }), 403, "EV8304");
  refused(await ask(url, "/v1/executions", { headers: { host: "127.0.0.1.evil.test" } }), 403, "EV8304");
  refused(await ask(url, "/v1/executions", { headers: { origin: "https://evil.test" } }), 403, "EV8304");
  refused(await ask(url, "/v1/executions", { headers: { origin: "null" } }), 403, "EV8304");
  const allowed: Record<string, string>[] = [
    { host: "box.test" },
    { host: `localhost:${port}`, origin: `http://localhost:${port}` },
    { origin: "https://panel.test" },
  ];
  for (const headers of allowed) assert.equal((await ask(url, "/v1/executions", { headers })).status, 200);
});

test("malformed and oversized requests are refused, and change nothing", async (t) => {
  const { url } = await serve(t);
  const start = (body: string, headers: Record<string, string> = JSON_TYPE) =>
    ask(url, "/v1/executions", { method: "POST", headers, body });
  refused(await start("{"), 400, "EV8301");
  refused(await start('{"workflow": 1}'), 400, "EV8301");
  refused(await start('{"workflow": "greet", "more": 1}'), 400, "EV8301");
  refused(await start('{"workflow": "greet"}', { "content-type": "text/plain" }), 415, "EV8312");
  refused(await start('{"workflow": "greet"}', {}), 415, "EV8312");
  refused(await start(JSON.stringify({ workflow: "greet", input: "x".repeat(2 << 20) })), 413, "EV8305");
  refused(await ask(url, "/v1/executions?limit=0"), 400, "EV8301");
  refused(await ask(url, "/v1/executions?status=NONE"), 400, "EV8301");
  refused(await ask(url, "/v1/executions?cursor=abc"), 400, "EV8301");
  refused(await ask(url, "/v1/executions?other=1"), 400, "EV8301");
  refused(await ask(url, "/v1/executions/a/b%00c"), 400, "EV8301");
  refused(await ask(url, "/v1/executions/sums/none"), 404, "EV8004");
  refused(await ask(url, "/v2/executions"), 404, "EV8307");
  refused(await ask(url, "/v1/executions", { method: "DELETE" }), 405, "EV8311");
  assert.deepEqual((await ask(url, "/v1/executions")).body.items, []);
});

test("rate: a burst, then as many as the rate allows; each client has its own bucket", async (t) => {
  let now = 0;
  const limit = new RateLimit(10, 20, () => now);
  const taken = (client: string): number => {
    for (let count = 0; ; count++) {
      try {
        limit.take(client);
      } catch {
        return count;
      }
    }
  };
  assert.equal(taken("a"), 20);
  assert.equal(taken("b"), 20);
  now += 500;
  assert.equal(taken("a"), 5);
  const { url } = await serve(t, ["--rate", "1"]);
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(url, "/health")));
  const limited = answers.filter(({ status }) => status === 429);
  assert.ok(limited.length > 0);
  refused(limited[0] as Answer, 429, "EV8306");
  assert.equal(limited[0]?.headers["retry-after"], "1");
});

test("what would be open or cannot be is refused when it starts", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "bad.json"), '[{"name": "x", "token": "plain"}]');
  const cases: [options: string[], code: RegExp][] = [
    [["--http", "0.0.0.0:0"], /EV8309/],
    [["--http", "[::]:0"], /EV8309/],
    [["--http", "nowhere"], /EV8310/],
    [["--http", "127.0.0.1:99999"], /EV8310/],
    [["--http", "0", "--tokens", "none.json"], /EV8308/],
    [["--http", "0", "--tokens", "bad.json"], /EV8308/],
    [["--http", "0", "--tls-cert", "a.pem", "--tls-key", "b.pem"], /EV8310/],
    [["--http", "0", "--tls-cert", "a.pem"], /EV8208/],
  ];
  for (const [options, code] of cases) {
    const ended = await eventual(["serve", app.program, "--db", "a.db", ...options], { cwd });
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, code, options.join(" "));
  }
});

test("TLS by files", async (t) => {
  const cwd = await temporaryFolder(t);
  const files = ["-keyout", join(cwd, "key.pem"), "-out", join(cwd, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...subject], { stdio: "ignore" });
  const { url } = await serve(t, ["--tls-cert", "cert.pem", "--tls-key", "key.pem"], cwd);
  assert.match(url, /^https:/);
  assert.equal((await ask(url, "/health")).body.status, "ok");
});

test("SIGTERM ends the server while requests wait and streams are open; they are answered", async (t) => {
  const serving = await serve(t);
  const { url } = serving;
  await post(url, "/v1/executions", { workflow: "approval", name: "x", input: "trip" });
  const waiting = ask(url, "/v1/executions/approval/x/result?wait=60");
  const stream = await fetch(`${url}/v1/executions/approval/x/events`);
  const text = stream.text().catch(() => "");
  await eventually("the request", async () => (await ask(url, "/ready")).status === 200 || undefined);
  serving.process.kill("SIGTERM");
  assert.equal((await serving.ended).code, 0);
  assert.equal((await waiting).status, 202);
  assert.match(await text, /IN_PROGRESS/);
});

test("what a caller does not know stays in the engine: no secrets in its output", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(
    join(cwd, "tokens.json"),
    JSON.stringify([{ name: "reader", sha256: hash("secret-token"), scopes: ["read"] }]),
  );
  const serving = await serve(t, ["--tokens", "tokens.json"], cwd);
  await ask(serving.url, "/v1/executions", { headers: { authorization: "Bearer secret-token" } });
  await ask(serving.url, "/v1/executions", { headers: { authorization: "Bearer other-secret" } });
  serving.process.kill("SIGTERM");
  const { stdout, stderr } = await serving.ended;
  assert.doesNotMatch(stdout + stderr, /secret/);
  assert.doesNotMatch(await readFile(join(cwd, "tokens.json"), "utf8"), /secret-token/);
});

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

test("lists leave out long values and say so; who wants them asks", async (t) => {
  const { url } = await serve(t);
  const long = "x".repeat(5000);
  await post(url, "/v1/executions", { workflow: "greet", name: "long", input: long });
  await post(url, "/v1/executions", { workflow: "greet", name: "short", input: "Ada" });
  for (const name of ["long", "short"]) await ask(url, `/v1/executions/greet/${name}/result?wait=30`);
  const { items } = (await ask(url, "/v1/executions")).body as { items: Record<string, unknown>[] };
  assert.deepEqual(
    items.map(({ id, input, omitted, status }) => ({ id, input, omitted, status })),
    [
      { id: "greet/short", input: "Ada", omitted: undefined, status: "SUCCEEDED" },
      { id: "greet/long", input: undefined, omitted: ["input", "outcome"], status: "SUCCEEDED" },
    ],
  );
  assert.ok(!("result" in (items[1] ?? {})));
  const full = (await ask(url, "/v1/executions?values=full")).body as { items: Record<string, unknown>[] };
  assert.equal(full.items[1]?.input, long);
  assert.ok(JSON.stringify(full.items[1]?.result).includes(long));
  assert.equal((await ask(url, "/v1/executions/greet/long")).body.input, long);
  refused(await ask(url, "/v1/executions?values=all"), 400, "EV8301");
});

/**
 * Goal: what the API asks of executions and does to them, to open tasks and to programs; and who may.
 * Method: `eventual serve --http` as a process, bare requests.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { connect } from "#runtime/client/http.js";
import { compileApp, effects, eventually } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { type Answer, ask, post, refused, serveProgram } from "./support.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

const serve = (t: TestContext, options?: readonly string[], cwd?: string) =>
  serveProgram(t, desk.program, options, cwd);

async function walk(url: string, name: string): Promise<string> {
  assert.equal((await post(url, "/v1/executions", { workflow: "walk", name, input: 10 })).status, 201);
  return `/v1/executions/walk/${name}`;
}

function answered(answer: Answer, status: number, body: object): void {
  assert.deepEqual([answer.status, answer.body], [status, body]);
}

async function statusOf(url: string, path: string): Promise<unknown> {
  return (await ask(url, path)).body.status;
}

test("requests are answered by the handler, queries change nothing and work when it is closed", async (t) => {
  const { url } = await serve(t);
  const path = await walk(url, "a/b");
  const at = `/v1/executions/walk/${encodeURIComponent("a/b")}`;
  assert.notEqual(path, at);
  answered(await post(url, `${at}/requests/move`, { payload: 4 }), 200, { result: 4 });
  answered(await post(url, `${at}/queries/place`, { input: "m" }), 200, { result: "4 m" });
  const thrown = await post(url, `${at}/queries/place`, { input: "km" });
  assert.equal(thrown.status, 200);
  assert.match(JSON.stringify(thrown.body.error), /RangeError.*no km/);
  answered(await post(url, `${at}/requests/move`, { payload: 6 }), 200, { result: 10 });
  const { body } = await ask(url, `${at}/result?wait=30`);
  assert.equal(body.result, "walked 10");
  answered(await post(url, `${at}/queries/place`, { input: "m" }), 200, { result: "10 m" });

  const other = await walk(url, "waits");
  answered(await post(url, `${other}/requests/nobody?wait=0`, {}), 202, { answered: false });
  refused(await post(url, `${at}/requests/move`, { payload: 1 }), 409, "EV8005");
  refused(await post(url, "/v1/executions/walk/none/requests/move", {}), 404, "EV8004");
  refused(await post(url, "/v1/executions/walk/none/queries/place", {}), 404, "EV8004");
  refused(await post(url, `${other}/requests/move?wait=61`, {}), 400, "EV8301");
  refused(await post(url, `${other}/queries/place`, { more: 1 }), 400, "EV8301");
});

test("executions are suspended, resumed, cancelled and terminated, each durable when answered", async (t) => {
  const { url } = await serve(t);
  const path = await walk(url, "x");
  answered(await post(url, `${path}/suspend`, { reason: "lunch" }), 202, { accepted: true });
  const { status, reason } = (await ask(url, path)).body;
  assert.deepEqual([status, (reason as { message: string }).message], ["SUSPENDED", "lunch"]);
  assert.equal((await post(url, `${path}/signals/move`, { payload: 3 })).status, 202);
  answered(await post(url, `${path}/resume`, {}), 202, { accepted: true });
  await eventually("what came meanwhile is delivered", async () => {
    const { body } = await post(url, `${path}/queries/place`, { input: "m" });
    return body.result === "3 m" ? true : undefined;
  });
  answered(await post(url, `${path}/cancel`, { reason: "rain" }), 202, { accepted: true });
  const ended = (await ask(url, `${path}/result?wait=30`)).body;
  assert.deepEqual([ended.status, (ended.error as { message: string }).message], ["CANCELLED", "rain"]);
  const { items } = (await ask(url, `${path}/logs`)).body as { items: { text: string }[] };
  assert.deepEqual(
    items.map(({ text }) => text),
    ["EV8017: suspended: lunch", "resumed", "stopped at 3: rain"],
  );
  const other = await walk(url, "y");
  answered(await post(url, `${other}/terminate`, {}), 202, { accepted: true });
  assert.equal(await statusOf(url, other), "TERMINATED");
  for (const action of ["cancel", "terminate", "suspend", "resume"]) {
    refused(await post(url, `${other}/${action}`, {}), 409, "EV8005");
    refused(await post(url, `/v1/executions/walk/none/${action}`, {}), 404, "EV8004");
    refused(await post(url, `${other}/${action}`, { reason: 1 }), 400, "EV8301");
  }
});

test("open tasks are listed, and completed or failed by their token or in the place of their handlers", async (t) => {
  const cwd = await temporaryFolder(t);
  process.env.EFFECTS = join(cwd, "effects");
  t.after(() => {
    delete process.env.EFFECTS;
  });
  const { url } = await serve(t, [], cwd);
  for (const name of ["a", "b", "c"]) await post(url, "/v1/executions", { workflow: "ask", name });
  interface Listed {
    items: { execution: string; seq: number; task: string; state: string; attempt: number }[];
    next?: string;
  }
  const open = await eventually("all wait for a decision", async () => {
    const { items } = (await ask(url, "/v1/tasks")).body as unknown as Listed;
    return items.length === 3 && items.every(({ state }) => state === "waiting") ? items : undefined;
  });
  assert.deepEqual(
    open.map(({ execution, task, attempt }) => [execution, task, attempt]),
    ["a", "b", "c"].map((name) => [`ask/${name}`, "decide", 1]),
  );
  const first = (await ask(url, "/v1/tasks?limit=2")).body as unknown as Listed;
  const second = (await ask(url, `/v1/tasks?limit=2&cursor=${first.next}`)).body as unknown as Listed;
  assert.deepEqual([...first.items, ...second.items], open);

  const seq = open[0]?.seq;
  answered(await post(url, `/v1/executions/ask/a/tasks/${seq}/complete`, { result: "yes" }), 200, { completed: true });
  const failure = { error: { name: "Refusal", message: "no" } };
  answered(await post(url, `/v1/executions/ask/b/tasks/${seq}/fail`, failure), 200, { completed: true });
  const { token } = effects(join(cwd, "effects"))[2] as unknown as { token: string };
  answered(await post(url, "/v1/tasks/heartbeat", { token }), 200, { cancelled: false });
  answered(await post(url, "/v1/tasks/complete", { token, result: "maybe" }), 200, { completed: true });
  const results = ["a", "b", "c"].map(
    async (name) => (await ask(url, `/v1/executions/ask/${name}/result?wait=30`)).body,
  );
  assert.deepEqual(
    (await Promise.all(results)).map(({ result }) => result),
    ["decided yes", "not decided: Refusal: no", "decided maybe"],
  );
  refused(await post(url, "/v1/tasks/complete", { token, result: "twice" }), 409, "EV8015");
  refused(await post(url, "/v1/tasks/complete", { token: `${token}x` }), 400, "EV8014");
  refused(await post(url, `/v1/executions/ask/a/tasks/${seq}/complete`, {}), 409, "EV8015");
  refused(await post(url, "/v1/executions/ask/none/tasks/1/complete", {}), 404, "EV8004");
  refused(await post(url, "/v1/executions/ask/a/tasks/one/complete", {}), 400, "EV8301");
  assert.deepEqual((await ask(url, "/v1/tasks")).body.items, []);
});

test("what has failed is retried: an execution as a new one, a call that rests at once", async (t) => {
  const { url } = await serve(t);
  const path = await walk(url, "x");
  refused(await post(url, `${path}/retry`, {}), 409, "EV8220");
  await post(url, `${path}/terminate`, {});
  answered(await post(url, `${path}/retry`, {}), 201, { id: "walk/x~1", existing: false });
  answered(await post(url, `${path}/retry`, {}), 200, { id: "walk/x~1", existing: true });
  refused(await post(url, "/v1/executions/walk/none/retry", {}), 404, "EV8004");
  await post(url, "/v1/executions", { workflow: "stubborn", name: "s" });
  const seq = await eventually("it rests", async () => {
    const { items } = (await ask(url, "/v1/tasks")).body as { items: { seq: number; state: string }[] };
    return items[0]?.state === "resting" ? items[0].seq : undefined;
  });
  answered(await post(url, `/v1/executions/stubborn/s/tasks/${seq}/retry`, {}), 202, { accepted: true });
  const { body } = await ask(url, "/v1/executions/stubborn/s/result?wait=30");
  assert.equal(body.result, "came at attempt 2");
  refused(await post(url, `/v1/executions/stubborn/s/tasks/${seq}/retry`, {}), 409, "EV8030");
});

test("the typed client does all of it", async (t) => {
  const { url } = await serve(t);
  const client = connect({ url });
  await client.start({ workflow: "walk", name: "a/b", input: 10 });
  const id = "walk/a/b";
  assert.deepEqual(await client.request(id, "move", 4), { result: 4 });
  assert.deepEqual(await client.query(id, "place", "m"), { result: "4 m" });
  await client.control(id, "suspend", "lunch");
  await client.control(id, "resume");
  await client.control(id, "cancel", "rain");
  assert.equal((await client.result(id)).status, "CANCELLED");
  assert.deepEqual(await client.retry(id), { id: "walk/a/b~1", existing: false });
  const program = JSON.parse(await readFile(app.program, "utf8")) as object;
  assert.ok((await client.deploy(program)).workflows.includes("greet"));
  assert.equal((await client.programs())[0]?.entry, "app.ts");
  await client.emit("nobody listens", 1);
  await assert.rejects(client.control(id, "cancel"), { code: "EV8005" });
});

test("events reach their subscriptions; what none could handle is listed, retried and dropped", async (t) => {
  const cwd = await temporaryFolder(t);
  process.env.EFFECTS = join(cwd, "effects");
  t.after(() => {
    delete process.env.EFFECTS;
  });
  const { url } = await serve(t, [], cwd);
  answered(await post(url, "/v1/events/arrival", { payload: "bus" }), 202, { accepted: true });
  interface Letters {
    items: { id: number; subscription: string; event: string; payload: unknown; error: { message: string } }[];
  }
  const dead = await eventually("it cannot be handled", async () => {
    const { items } = (await ask(url, "/v1/dead-letters")).body as unknown as Letters;
    return items.length === 1 ? items : undefined;
  });
  const [{ id = 0, subscription, event, payload, error } = {}] = dead;
  assert.deepEqual(
    [subscription, event, payload, error?.message],
    ["greeter", "arrival", "bus", "no greeting for bus"],
  );
  assert.deepEqual((await ask(url, "/v1/dead-letters?subscription=other")).body.items, []);
  answered(await post(url, `/v1/dead-letters/${id}/retry`, {}), 202, { accepted: true });
  await eventually("it is dead again", async () => {
    const { items } = (await ask(url, "/v1/dead-letters")).body as unknown as Letters;
    return effects(join(cwd, "effects")).length === 2 && items.length === 1 ? true : undefined;
  });
  answered(await post(url, `/v1/dead-letters/${id}/drop`, {}), 202, { accepted: true });
  assert.deepEqual((await ask(url, "/v1/dead-letters")).body.items, []);
  refused(await post(url, `/v1/dead-letters/${id}/retry`, {}), 404, "EV8019");
  refused(await post(url, "/v1/dead-letters/x/drop", {}), 400, "EV8301");
});

test("schedules are listed, paused, resumed and triggered", async (t) => {
  const { url } = await serve(t);
  const list = async () => (await ask(url, "/v1/schedules")).body.items as { name: string; paused: boolean }[];
  assert.deepEqual(
    (await list()).map(({ name, paused }) => [name, paused]),
    [["daily", false]],
  );
  answered(await post(url, "/v1/schedules/daily/pause", {}), 202, { accepted: true });
  assert.equal((await list())[0]?.paused, true);
  const started = await post(url, "/v1/schedules/daily/trigger", {});
  assert.equal(started.status, 201);
  assert.match(String(started.body.id), /^ask\//);
  answered(await post(url, "/v1/schedules/daily/resume", {}), 202, { accepted: true });
  for (const action of ["pause", "resume", "trigger"]) {
    refused(await post(url, `/v1/schedules/weekly/${action}`, {}), 404, "EV8020");
  }
});

test("programs are deployed into the running engine and listed; the statistics count", async (t) => {
  const { url } = await serve(t);
  const text = await readFile(app.program, "utf8");
  const program = JSON.parse(text) as Record<string, unknown>;
  refused(await post(url, "/v1/executions", { workflow: "greet", name: "g" }), 404, "EV8001");
  const deployed = await post(url, "/v1/programs", program);
  assert.deepEqual([deployed.status, deployed.body.hash], [201, program.hash]);
  assert.ok((deployed.body.workflows as string[]).includes("greet"));
  assert.equal((await post(url, "/v1/executions", { workflow: "greet", name: "g" })).status, 201);
  assert.equal(await statusOf(url, "/v1/executions/greet/g/result?wait=30"), "SUCCEEDED");
  const listed = (await ask(url, "/v1/programs")).body.items as { entry: string; executions: number }[];
  assert.deepEqual(
    listed.map(({ entry, executions }) => [entry, executions]),
    [
      ["app.ts", 1],
      ["desk.ts", 0],
    ],
  );
  await walk(url, "w");
  const stats = (await ask(url, "/v1/stats")).body;
  assert.deepEqual(stats.executions, [
    { workflow: "greet", status: "SUCCEEDED", count: 1 },
    { workflow: "walk", status: "IN_PROGRESS", count: 1 },
  ]);
  assert.equal((stats.oldestInProgress as { id: string }).id, "walk/w");
  refused(await post(url, "/v1/programs", { ...program, hash: "0".repeat(64) }), 422, "EV8203");
  refused(await post(url, "/v1/programs", { format: "eventual-program", hash: "", manifest: {} }), 422, "EV8202");
  refused(await post(url, "/v1/programs", { format: "other" }), 400, "EV8301");
});

test("reading is for readers, asking for senders, control and deployment for administrators", async (t) => {
  const cwd = await temporaryFolder(t);
  const scopes = ["read", "signal", "admin"] as const;
  const hash = (token: string) => createHash("sha256").update(token).digest("hex");
  const tokens = scopes.map((scope) => ({ name: scope, sha256: hash(`${scope}-token`), scopes: [scope] }));
  await writeFile(join(cwd, "tokens.json"), JSON.stringify(tokens));
  const { url } = await serve(t, ["--tokens", "tokens.json"], cwd);
  const bearer = (scope: string) => ({ authorization: `Bearer ${scope}-token` });
  assert.equal(
    (await post(url, "/v1/executions", { workflow: "walk", name: "x", input: 1 }, bearer("signal"))).status,
    201,
  );
  const allowed: Record<(typeof scopes)[number], [method: string, path: string, body?: object][]> = {
    read: [
      ["GET", "/v1/tasks"],
      ["GET", "/v1/stats"],
      ["GET", "/v1/dead-letters"],
      ["GET", "/v1/schedules"],
      ["GET", "/v1/programs"],
      ["POST", "/v1/executions/walk/x/queries/place", { input: "m" }],
    ],
    signal: [
      ["POST", "/v1/executions/walk/x/requests/move?wait=0", { payload: 0 }],
      ["POST", "/v1/executions/walk/x/retry", {}],
      ["POST", "/v1/events/arrival", {}],
    ],
    admin: [
      ["POST", "/v1/schedules/daily/pause", {}],
      ["POST", "/v1/dead-letters/1/retry", {}],
      ["POST", "/v1/dead-letters/1/drop", {}],
      ["POST", "/v1/executions/walk/x/suspend", {}],
      ["POST", "/v1/executions/walk/x/resume", {}],
      ["POST", "/v1/executions/walk/x/cancel", {}],
      ["POST", "/v1/executions/walk/y/terminate", {}],
      ["POST", "/v1/executions/walk/x/tasks/1/retry", {}],
      ["POST", "/v1/executions/walk/x/tasks/1/complete", {}],
      ["POST", "/v1/executions/walk/x/tasks/1/fail", { error: { message: "" } }],
      ["POST", "/v1/programs", { format: "eventual-program", hash: "" }],
    ],
  };
  for (const [scope, operations] of Object.entries(allowed)) {
    for (const [method, path, body] of operations) {
      const send = (headers: Record<string, string>) =>
        method === "GET" ? ask(url, path, { headers }) : post(url, path, body, headers);
      refused(await send({}), 401, "EV8302");
      for (const other of scopes) {
        const { status, body: said } = await send(bearer(other));
        const may = other === scope || other === "admin";
        assert.equal(status === 403, !may, `${other}: ${method} ${path}: ${JSON.stringify(said)}`);
      }
    }
  }
});

test("closed executions are counted and removed by administrators", async (t) => {
  const { url } = await serve(t);
  const path = await walk(url, "ends");
  await walk(url, "stays");
  await post(url, `${path}/requests/move`, { payload: 10 });
  assert.equal((await ask(url, `${path}/result?wait=30`)).body.status, "SUCCEEDED");
  answered(await post(url, "/v1/prune", {}), 200, { executions: 0, more: false });
  const body = { olderThanMs: 0, workflow: "walk" };
  answered(await post(url, "/v1/prune", { ...body, dryRun: true }), 200, { executions: 1, more: false });
  answered(await post(url, "/v1/prune", { ...body, status: "FAILED" }), 200, { executions: 0, more: false });
  assert.deepEqual(await connect({ url }).prune(body), { executions: 1, more: false });
  refused(await ask(url, path), 404, "EV8004");
  assert.equal(await statusOf(url, "/v1/executions/walk/stays"), "IN_PROGRESS");
  refused(await post(url, "/v1/prune", { olderThanMs: -1 }), 400, "EV8301");
  refused(await post(url, "/v1/prune", { older: 1 }), 400, "EV8301");
});

/**
 * Goal: an engine as a daemon, and the commands that talk to it or, with none running, work on its file.
 * Method: the built command as processes on one database.
 */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { socketPath } from "#runtime/client/place.js";
import { temporaryFolder } from "../support/temp.js";
import {
  compileApp,
  type Ended,
  effects,
  eventual,
  eventually,
  lastLine,
  type Running,
  startEventual,
} from "./support/eventual.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

/** A daemon on `db`, ready; ended with the test if that does not do it itself. */
async function serve(t: TestContext, db: string, cwd: string, env: Record<string, string> = {}): Promise<Running> {
  const daemon = startEventual(["serve", app.program, "--db", db, "--json"], { cwd, env });
  let said = "";
  daemon.process.stdout?.on("data", (text: string) => {
    said += text;
  });
  t.after(async () => {
    daemon.process.kill("SIGKILL");
    await daemon.ended;
  });
  await Promise.race([
    eventually("the daemon serves", () => (said.includes('"socket"') ? true : undefined)),
    daemon.ended.then(({ stderr }) => assert.fail(`the daemon ended: ${stderr}`)),
  ]);
  return daemon;
}

async function ok(args: readonly string[], cwd: string): Promise<Ended> {
  const ended = await eventual(args, { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

test("start, signal, list and show talk to the engine; SIGTERM stops it with checkpoints and exit code 0", async (t) => {
  const cwd = await temporaryFolder(t);
  const db = ["--db", "a.db"];
  const daemon = await serve(t, "a.db", cwd);
  assert.equal(statSync(join(cwd, "a.db.sock")).mode & 0o777, 0o600);

  const started = await ok(["start", "approval", "--id", "order 7/ä", "--input", '"wine"', ...db, "--json"], cwd);
  assert.deepEqual(lastLine(started), { executionId: "approval/order 7/ä", existing: false });
  const again = await ok(["start", "approval", "--id", "order 7/ä", "--input", '"wine"', ...db, "--json"], cwd);
  assert.deepEqual(lastLine(again), { executionId: "approval/order 7/ä", existing: true });
  await ok(["start", "sleeper", "--id", "s", ...db], cwd);

  const list = lastLine(await ok(["list", ...db, "--json"], cwd)) as { executionId: string; status: string }[];
  assert.deepEqual(
    list.map(({ executionId, status }) => [executionId, status]),
    [
      ["sleeper/s", "IN_PROGRESS"],
      ["approval/order 7/ä", "IN_PROGRESS"],
    ],
  );
  const waiting = startEventual(
    ["start", "approval", "--id", "order 7/ä", "--input", '"wine"', "--wait", ...db, "--json"],
    { cwd },
  );
  await ok(["signal", "approval/order 7/ä", "approve", '"Ada"', ...db], cwd);
  const outcome = await waiting.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(lastLine(outcome), {
    executionId: "approval/order 7/ä",
    status: "SUCCEEDED",
    result: "wine approved by Ada",
  });

  const unknown = await eventual(["start", "nothing", ...db], { cwd });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /EV8001: .*nothing.*approval/);
  const text = (await ok(["show", "approval/order 7/ä", ...db], cwd)).stdout;
  assert.match(text, /status +SUCCEEDED[\s\S]*input +"wine"[\s\S]*result +"wine approved by Ada"/);
  assert.match(
    (await ok(["list", ...db, "--status", "SUCCEEDED"], cwd)).stdout,
    /^EXECUTION +STATUS.*\napproval\/order 7\/ä +SUCCEEDED.*\n$/,
  );

  daemon.process.kill("SIGTERM");
  assert.equal((await daemon.ended).code, 0);
  assert.ok(!existsSync(join(cwd, "a.db.sock")));
  const sleeping = lastLine(await ok(["show", "sleeper/s", ...db, "--json"], cwd)) as Record<string, unknown>;
  assert.equal(sleeping.status, "IN_PROGRESS");
  assert.ok(Number(sleeping.checkpointBytes) > 0);
  assert.equal(sleeping.tailBytes, 0);
});

test("what is left in the file while no engine runs is taken up at the next start", async (t) => {
  const cwd = await temporaryFolder(t);
  const db = ["--db", "a.db"];
  const env = { EFFECTS: join(cwd, "effects") };
  const first = await serve(t, "a.db", cwd, env);
  await ok(["start", "approval", "--id", "1", "--input", '"tea"', ...db], cwd);
  first.process.kill("SIGKILL");
  await first.ended;

  // The dead engine has left its socket.
  assert.ok(existsSync(join(cwd, "a.db.sock")));
  await ok(["signal", "approval/1", "approve", '"Bob"', ...db], cwd);
  const left = await ok(["start", "sums", "--id", "2", "--input", "3", "--program", app.program, ...db, "--json"], cwd);
  assert.deepEqual(lastLine(left), { executionId: "sums/2", existing: false });
  const list = lastLine(await ok(["list", ...db, "--json"], cwd)) as { status: string }[];
  assert.deepEqual(
    list.map(({ status }) => status),
    ["IN_PROGRESS", "IN_PROGRESS"],
  );
  assert.deepEqual(effects(env.EFFECTS), []);
  const waited = await eventual(
    ["start", "sums", "--id", "2", "--input", "3", "--program", app.program, "--wait", ...db],
    { cwd },
  );
  assert.equal(waited.code, 2);
  assert.match(waited.stderr, /EV8217: /);

  await serve(t, "a.db", cwd, env);
  const outcomes = await Promise.all([
    ok(["start", "approval", "--id", "1", "--input", '"tea"', "--wait", ...db, "--json"], cwd),
    ok(["start", "sums", "--id", "2", "--input", "3", "--wait", ...db, "--json"], cwd),
  ]);
  assert.deepEqual(
    outcomes.map((each) => (lastLine(each) as { result: unknown }).result),
    ["tea approved by Bob", 6],
  );
  assert.equal(effects(env.EFFECTS).length, 3);
});

test("a start with its program, given while the engine starts on no database yet, waits for nothing", async (t) => {
  const cwd = await temporaryFolder(t);
  const start = ["start", "approval", "--id", "early", "--program", app.program, "--db", "a.db"];
  const [started] = await Promise.all([ok(start, cwd), serve(t, "a.db", cwd)]);
  assert.equal(started.stdout, "approval/early\n");
  await ok(["signal", "approval/early", "approve", '"Bob"', "--db", "a.db"], cwd);
  assert.equal((await ok(["wait", "approval/early", "--db", "a.db"], cwd)).code, 0);
});

test("an engine killed while a command waits for a result leaves it with an error", async (t) => {
  const cwd = await temporaryFolder(t);
  const daemon = await serve(t, "a.db", cwd);
  const waiting = startEventual(["start", "sleeper", "--id", "s", "--wait", "--db", "a.db"], { cwd });
  await eventually("it has started", async () =>
    (await eventual(["show", "sleeper/s", "--db", "a.db"], { cwd })).code === 0 ? true : undefined,
  );
  daemon.process.kill("SIGKILL");
  const { code, stderr } = await waiting.ended;
  assert.equal(code, 1);
  assert.match(stderr, /EV8213: /);
});

test("a database whose path is too long for a socket has it in a private folder", async (t) => {
  const cwd = await temporaryFolder(t);
  const deep = join(cwd, "a-long-name-".repeat(8), "and-another-one-".repeat(5));
  await mkdir(deep, { recursive: true });
  const db = join(deep, "a.db");
  await serve(t, db, cwd);
  const path = socketPath(db);
  assert.ok(Buffer.byteLength(path) <= 103 && existsSync(path) && !existsSync(`${db}.sock`));
  const started = await ok(["start", "greet", "--id", "x", "--db", db, "--wait", "--json"], cwd);
  assert.equal((lastLine(started) as { status: string }).status, "SUCCEEDED");
});

test("malformed requests on the socket are refused and change nothing", async (t) => {
  const cwd = await temporaryFolder(t);
  await serve(t, "a.db", cwd);
  const send = (method: string, path: string, body?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request({ socketPath: join(cwd, "a.db.sock"), method, path }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  for (const [method, path, body] of [
    ["GET", "/"],
    ["GET", "/v1/list"],
    ["POST", "/v2/list", '{"limit":1}'],
    ["POST", "/v1/toString", "{}"],
    ["POST", "/v1/close", "{}"],
    ["POST", "/v1/list", "{}"],
    ["POST", "/v1/list", '{"limit":0}'],
    ["POST", "/v1/list", '{"limit":1,"colour":"red"}'],
    ["POST", "/v1/start", "{"],
    ["POST", "/v1/start", '{"workflow":"greet"}'],
    ["POST", "/v1/start", '{"workflow":"greet","input":"j1","name":"a\\u0000b"}'],
    ["POST", "/v1/start", '{"workflow":"greet","input":"j1","extra":1}'],
    ["POST", "/v1/signal", '{"execution":"greet/x","signal":5,"payload":"j1"}'],
    ["POST", "/v1/control", '{"execution":"greet/x","action":"delete"}'],
    ["POST", "/v1/deploy", '{"program":{},"resolveFrom":"/"}'],
  ] as const) {
    const { status, text } = await send(method, path, body);
    assert.equal(status, 422, `${method} ${path}: ${text}`);
    assert.equal((JSON.parse(text) as { error: { code: string } }).error.code, "EV8212");
  }
  assert.equal((await send("POST", "/v1/list", '{"limit":10}')).text, '{"items":[]}');
});

test("a file in the socket's place that is not an engine's is replaced by the engine that holds the lock", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "a.db.sock"), "left behind");
  await serve(t, "a.db", cwd);
  assert.ok(statSync(join(cwd, "a.db.sock")).isSocket());
});

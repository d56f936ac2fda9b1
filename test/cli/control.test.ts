/**
 * Goal: the commands that ask, control and retry executions, complete tasks and deploy programs, on a running engine
 * and on a file that none has open.
 * Method: the built command as processes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, type Ended, effects, eventual, eventually, lastLine } from "./support/eventual.js";
import { type Serving, startServer } from "./support/serving.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

interface Place {
  readonly cwd: string;
  /** Runs a command on the database; its last line of JSON when it succeeds. */
  json(...args: string[]): Promise<Record<string, unknown>>;
  /** Runs a command that fails with that exit code; what it says. */
  refused(code: number, ...args: string[]): Promise<string>;
  run(...args: string[]): Promise<Ended>;
}

async function place(t: TestContext): Promise<Place> {
  const cwd = await temporaryFolder(t);
  const env = { EVENTUAL_DB: "a.db" };
  const run = (...args: string[]) => eventual(args, { cwd, env });
  return {
    ...{ cwd, run },
    async json(...args) {
      const ended = await run(...args, "--json");
      assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
      return lastLine(ended) as Record<string, unknown>;
    },
    async refused(code, ...args) {
      const ended = await run(...args);
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
      return ended.stderr;
    },
  };
}

async function serve(t: TestContext, { cwd }: Place, programs: readonly string[]): Promise<Serving> {
  return await startServer(t, programs, { cwd, env: { EVENTUAL_DB: "a.db", EFFECTS: join(cwd, "effects") } });
}

test("an execution is asked, requested, suspended, resumed, cancelled and terminated", async (t) => {
  const at = await place(t);
  await serve(t, at, [desk.program]);
  await at.json("start", "walk", "--id", "x", "--input", "10");
  assert.deepEqual(await at.json("request", "walk/x", "move", "4"), { result: 4 });
  assert.deepEqual(await at.json("query", "walk/x", "place", '"m"'), { result: "4 m" });
  assert.match(await at.refused(1, "query", "walk/x", "place", '"km"'), /refused: RangeError: no km/);
  assert.match(await at.refused(2, "query", "walk/none", "place"), /EV8004/);
  assert.match(await at.refused(2, "request", "walk/x", "move", "{"), /EV8206/);
  assert.deepEqual(await at.json("suspend", "walk/x", "--reason", "lunch"), {
    executionId: "walk/x",
    action: "suspend",
    accepted: true,
  });
  assert.match((await at.run("show", "walk/x")).stdout, /status +SUSPENDED[\s\S]*reason +EV8017: lunch/);
  assert.match((await at.run("resume", "walk/x")).stderr, /walk\/x goes on/);
  await at.json("cancel", "walk/x", "--reason", "rain");
  assert.match(await at.refused(1, "wait", "walk/x"), /CANCELLED: CancelledError: rain/);
  await at.json("start", "walk", "--id", "y", "--input", "10");
  await at.json("terminate", "walk/y", "--yes");
  assert.equal((await at.json("show", "walk/y")).status, "TERMINATED");
  assert.match(await at.refused(2, "cancel", "walk/y"), /EV8005/);

  const history = await at.json("history", "walk/x");
  assert.deepEqual(
    (history.moments as { kind: string; name: string }[]).map(({ kind, name }) => `${kind} ${name}`),
    ["signal move", "control suspend", "control resume", "control cancel"],
  );
  const text = (await at.run("history", "walk/x")).stdout;
  assert.match(text, /^walk\/x started .*, CANCELLED after /);
  assert.match(text, /signal move +4\n/);
});

test("open tasks are listed, completed and failed; a token gives signs of life", async (t) => {
  const at = await place(t);
  await serve(t, at, [desk.program]);
  for (const name of ["a", "b", "c"]) await at.json("start", "ask", "--id", name);
  const open = await eventually("all wait", async () => {
    const rows = (await at.json("tasks", "list")) as unknown as { executionId: string; seq: number; state: string }[];
    return rows.length === 3 && rows.every(({ state }) => state === "waiting") ? rows : undefined;
  });
  const call = (index: number) => `${open[index]?.executionId}#${open[index]?.seq}`;
  assert.match(
    (await at.run("tasks", "list", "--limit", "2")).stdout,
    /^CALL +TASK +STATE.*\nask\/a#\d+ +decide.*\nask\/b.*\n$/,
  );
  await at.json("tasks", "complete", call(0), '"yes"');
  await at.json("tasks", "fail", call(1), "no", "--name", "Refusal");
  const { token } = effects(join(at.cwd, "effects"))[2] as unknown as { token: string };
  assert.deepEqual(await at.json("tasks", "heartbeat", token, "7"), { cancelled: false });
  await at.json("tasks", "complete", token, '"maybe"');
  assert.match(await at.refused(1, "tasks", "heartbeat", token), /stop/);
  const results = await Promise.all(["a", "b", "c"].map((name) => at.json("wait", `ask/${name}`)));
  assert.deepEqual(
    results.map(({ result }) => result),
    ["decided yes", "not decided: Refusal: no", "decided maybe"],
  );
  assert.match(await at.refused(2, "tasks", "complete", token), /EV8015/);
  assert.match(await at.refused(2, "tasks", "complete", "nonsense"), /EV8014/);
  assert.match(await at.refused(2, "tasks"), /EV8208: Name what to do: list, complete/);
});

test("retry: a failed execution again, one at a time; a task that rests at once", async (t) => {
  const at = await place(t);
  await serve(t, at, [desk.program, app.program]);
  await at.json("start", "fails", "--id", "x");
  assert.match(await at.refused(1, "wait", "fails/x"), /RangeError: no more/);
  assert.deepEqual(await at.json("retry", "fails/x"), { executionId: "fails/x~1", existing: false });
  await at.refused(1, "wait", "fails/x~1");
  assert.match(await at.refused(1, "retry", "fails/x", "--wait"), /fails\/x~2 FAILED/);
  assert.deepEqual(await at.json("retry", "fails/x~2"), { executionId: "fails/x~3", existing: false });

  await at.json("start", "stubborn", "--id", "s");
  const [resting] = await eventually("it rests", async () => {
    const rows = (await at.json("tasks", "list")) as unknown as { seq: number; state: string; nextAttempt: string }[];
    return rows[0]?.state === "resting" ? rows : undefined;
  });
  assert.ok(Date.parse(resting?.nextAttempt ?? "") > Date.now() + 1000 * 60 * 60);
  await at.json("retry", `stubborn/s#${resting?.seq}`);
  assert.deepEqual((await at.json("wait", "stubborn/s")).result, "came at attempt 2");
  const spans = (await at.json("history", "stubborn/s")).spans as { name: string; attempts: object[] }[];
  assert.deepEqual(
    spans.map(({ name, attempts }) => [name, attempts.length]),
    [["come", 2]],
  );
  assert.match((await at.run("history", "stubborn/s")).stdout, /attempt 1 +.*Error: not yet\n.*attempt 2/);
  assert.match(await at.refused(2, "retry", `stubborn/s#${resting?.seq}`), /EV8030/);
  assert.match(await at.refused(2, "retry", "stubborn/s"), /EV8220: .*SUCCEEDED/);
  await at.json("start", "walk", "--id", "w", "--input", "1");
  assert.match(await at.refused(2, "retry", "walk/w"), /EV8220: .*IN_PROGRESS/);
});

test("events are emitted; dead letters are listed, retried and dropped", async (t) => {
  const at = await place(t);
  await serve(t, at, [desk.program]);
  assert.deepEqual(await at.json("emit", "arrival", '"bus"'), { event: "arrival", accepted: true });
  const list = () => at.json("deadletters", "list") as unknown as Promise<{ id: number; error: { message: string } }[]>;
  const dead = await eventually("it cannot be handled", async () => {
    const rows = await list();
    return rows.length === 1 ? rows : undefined;
  });
  assert.equal(dead[0]?.error.message, "no greeting for bus");
  assert.match(
    (await at.run("deadletters", "list")).stdout,
    /^ID +SUBSCRIPTION.*\n\d+ +greeter +arrival .*"bus" +Error: no greeting/,
  );
  assert.deepEqual(await at.json("deadletters", "retry", "all"), { retried: 1 });
  await eventually("it is dead again", async () => ((await list()).length === 1 ? true : undefined));
  assert.equal(effects(join(at.cwd, "effects")).length, 2);
  assert.deepEqual(await at.json("deadletters", "drop", String(dead[0]?.id), "--yes"), { dropped: 1 });
  assert.deepEqual(await list(), []);
  assert.match(await at.refused(2, "deadletters", "retry", "99"), /EV8019/);
  assert.match(await at.refused(2, "deadletters", "drop", "x", "--yes"), /EV8208/);
});

test("schedules are listed, paused, resumed and triggered", async (t) => {
  const at = await place(t);
  await serve(t, at, [desk.program]);
  const list = () =>
    at.json("schedules", "list") as unknown as Promise<{ name: string; paused: boolean; next?: string }[]>;
  const [first] = await list();
  assert.deepEqual([first?.name, first?.paused], ["daily", false]);
  assert.match(
    (await at.run("schedules", "list")).stdout,
    /^SCHEDULE +WORKFLOW.*\ndaily +ask +0 7 \* \* \* Europe\/Berlin/,
  );
  await at.json("schedules", "pause", "daily");
  assert.equal((await list())[0]?.paused, true);
  const { executionId } = await at.json("schedules", "trigger", "daily");
  assert.equal((await at.json("show", String(executionId))).status, "IN_PROGRESS");
  await at.json("schedules", "resume", "daily");
  assert.equal((await list())[0]?.paused, false);
  assert.match(await at.refused(2, "schedules", "pause", "weekly"), /EV8020/);
});

test("deploy and control without an engine are left in the file; serve runs what the database has", async (t) => {
  const at = await place(t);
  assert.match(await at.refused(2, "cancel", "walk/x"), /EV8209/);
  const deployed = await at.json("deploy", desk.program);
  assert.deepEqual(deployed.workflows, ["walk", "ask", "stubborn"]);
  await at.json("start", "walk", "--id", "x", "--input", "10");
  await at.json("start", "walk", "--id", "y", "--input", "10");
  await at.json("suspend", "walk/x");
  await at.json("cancel", "walk/y");
  for (const args of [
    ["request", "walk/x", "move", "1"],
    ["query", "walk/x", "place"],
    ["wait", "walk/y"],
    ["schedules", "list"],
    ["schedules", "trigger", "daily"],
  ]) {
    assert.match(await at.refused(2, ...args), /EV8217/, args.join(" "));
  }
  assert.deepEqual(await at.json("tasks", "list"), []);
  assert.match(await at.refused(2, "start", "greet"), /EV8001: .*greet/);
  await serve(t, at, []);
  assert.equal((await at.run("wait", "walk/y")).code, 1);
  assert.equal((await at.json("show", "walk/x")).status, "SUSPENDED");
  await at.json("resume", "walk/x");
  assert.deepEqual(await at.json("request", "walk/x", "move", "11"), { result: 11 });
  assert.equal((await at.json("wait", "walk/x")).result, "walked 11");

  await at.json("deploy", app.program);
  assert.equal((await at.json("start", "greet", "--id", "g", "--wait")).status, "SUCCEEDED");
  const programs = (await at.json("programs")) as unknown as { entry: string }[];
  assert.deepEqual(
    programs.map(({ entry }) => entry),
    ["app.ts", "desk.ts"],
  );
  await at.json("deploy", desk.program);
  const again = (await at.json("programs")) as unknown as { entry: string }[];
  assert.equal(again[0]?.entry, "desk.ts", "the one deployed last is the newest");
});

test("without an engine tasks are completed, failed and retried, events emitted; the next engine goes on with it", async (t) => {
  const at = await place(t);
  const engine = await serve(t, at, [desk.program]);
  for (const name of ["a", "b", "c"]) await at.json("start", "ask", "--id", name);
  await at.json("start", "stubborn", "--id", "s");
  const open = await eventually("all rest or wait", async () => {
    const rows = (await at.json("tasks", "list")) as unknown as { executionId: string; seq: number; state: string }[];
    const isQuiet = rows.length === 4 && rows.every(({ state }) => state === "waiting" || state === "resting");
    return isQuiet ? rows : undefined;
  });
  const call = (id: string) => `${id}#${open.find(({ executionId }) => executionId === id)?.seq}`;
  engine.process.kill("SIGKILL");
  await engine.ended;

  const tokens = effects(join(at.cwd, "effects")) as unknown as { token?: string }[];
  const token = tokens.flatMap((each) => each.token ?? [])[2] ?? "";
  await at.json("tasks", "complete", call("ask/a"), '"yes"');
  await at.json("tasks", "fail", call("ask/b"), "no");
  assert.deepEqual(await at.json("tasks", "heartbeat", token), { cancelled: false });
  await at.json("tasks", "complete", token, '"maybe"');
  assert.match(await at.refused(1, "tasks", "heartbeat", token), /stop/);
  assert.match(await at.refused(2, "tasks", "complete", token), /EV8015/);
  assert.match(await at.refused(2, "tasks", "complete", "nonsense"), /EV8014/);
  assert.match(await at.refused(2, "tasks", "complete", "ask/none#1"), /EV8004/);
  assert.match(await at.refused(2, "tasks", "complete", call("stubborn/s")), /EV8015/, "it rests");
  await at.json("retry", call("stubborn/s"));
  assert.match(await at.refused(2, "retry", call("stubborn/s")), /EV8030/);
  await at.json("emit", "arrival", '"bus"');

  await serve(t, at, []);
  const results = await Promise.all(["a", "b", "c"].map((name) => at.json("wait", `ask/${name}`)));
  assert.deepEqual(
    results.map(({ result }) => result),
    ["decided yes", "not decided: Error: no", "decided maybe"],
  );
  assert.equal((await at.json("wait", "stubborn/s")).result, "came at attempt 2");
  await eventually("the event is delivered", async () =>
    (await at.run("deadletters", "list")).stdout.includes('"bus"') ? true : undefined,
  );
});

test("prune removes what ended long ago, with and without an engine; what is open stays", async (t) => {
  const at = await place(t);
  const engine = await serve(t, at, [desk.program, app.program]);
  for (const name of ["a", "b", "c"]) await at.json("start", "fails", "--id", name);
  for (const name of ["a", "b", "c"]) await at.refused(1, "wait", `fails/${name}`);
  await at.json("start", "greet", "--id", "g", "--wait");
  await at.json("start", "walk", "--id", "w", "--input", "1");
  const ids = async () =>
    ((await at.json("list")) as unknown as { executionId: string }[]).map((row) => row.executionId);
  assert.deepEqual(await at.json("prune"), { executions: 0, dryRun: false }, "no workflow has a retention");
  assert.deepEqual(await at.json("prune", "--older-than", "1d"), { executions: 0, dryRun: false });
  const all = ["prune", "--older-than", "0s"];
  assert.deepEqual(await at.json(...all, "--dry-run"), { executions: 4, dryRun: true });
  assert.match((await at.run(...all, "--dry-run", "--workflow", "greet")).stdout, /^1 execution would be removed\.\n$/);
  assert.deepEqual(await at.json(...all, "--status", "SUCCEEDED"), { executions: 1, dryRun: false });
  assert.deepEqual(await ids(), ["walk/w", "fails/c", "fails/b", "fails/a"]);
  assert.match(await at.refused(2, "show", "greet/g"), /EV8004/);
  assert.match(await at.refused(2, "prune", "--older-than", "30"), /EV8211: --older-than "30"/);
  assert.match(await at.refused(2, "prune", "--status", "SUSPENDED"), /EV8208/);
  engine.process.kill("SIGTERM");
  await engine.ended;
  assert.match((await at.run(...all)).stdout, /^3 executions removed\.\n$/);
  assert.deepEqual(await ids(), ["walk/w"]);
  assert.equal((await at.run("doctor")).code, 0);
});

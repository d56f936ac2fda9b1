/**
 * Goal: every command that can talk to a server elsewhere does, with the same words as on a database.
 * Method: `eventual serve --http` as a process, commands in a folder without a database, through a port with a token and
 * through a unix socket.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, effects, eventual, eventually, lastLine } from "./support/eventual.js";
import { startServer } from "./support/serving.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

/** A server, and commands that know its address from the environment alone. */
async function elsewhere(t: TestContext, address: readonly string[], token?: string) {
  const cwd = await temporaryFolder(t);
  const there = await temporaryFolder(t);
  const env = { EFFECTS: join(there, "effects") };
  const { url } = await startServer(t, [desk.program, "--db", join(there, "a.db"), ...address], { cwd: there, env });
  const known: Record<string, string> = {
    EVENTUAL_URL: url,
    ...(token === undefined ? {} : { EVENTUAL_TOKEN: token }),
  };
  const run = (...args: string[]) => eventual(args, { cwd, env: known });
  return {
    ...{ cwd, there, url, run, effects: () => effects(env.EFFECTS) },
    async json(...args: string[]) {
      const ended = await run(...args, "--json");
      assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
      return lastLine(ended) as Record<string, unknown>;
    },
    async refused(code: number, ...args: string[]) {
      const ended = await run(...args);
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
      return ended.stderr;
    },
  };
}

async function tokensFile(t: TestContext): Promise<string> {
  const file = join(await temporaryFolder(t), "tokens.json");
  const sha256 = createHash("sha256").update("hush").digest("hex");
  await writeFile(file, JSON.stringify([{ name: "ops", sha256, scopes: ["admin"] }]));
  return file;
}

test("with a token: executions are started, asked, controlled and looked at", async (t) => {
  const at = await elsewhere(t, ["--http", "0", "--tokens", await tokensFile(t)], "hush");
  assert.deepEqual(await at.json("start", "walk", "--id", "x", "--input", "10"), {
    executionId: "walk/x",
    existing: false,
  });
  assert.deepEqual(await at.json("request", "walk/x", "move", "4"), { result: 4 });
  assert.deepEqual(await at.json("query", "walk/x", "place", '"m"'), { result: "4 m" });
  assert.match(await at.refused(1, "query", "walk/x", "place", '"km"'), /refused: RangeError: no km/);
  await at.json("suspend", "walk/x", "--reason", "lunch");
  assert.match(
    (await at.run("show", "walk/x")).stdout,
    /status +SUSPENDED[\s\S]*reason +EV8017: lunch[\s\S]*signal move/,
  );
  await at.json("resume", "walk/x");
  const stand = await at.run("inspect", "walk/x");
  assert.match(stand.stdout, /walk\/x IN_PROGRESS[\s\S]*desk\.ts:\d+[\s\S]*> +\d+ \| .*condition/);
  assert.match((await at.run("history", "walk/x")).stdout, /signal move +4\n/);
  await at.json("signal", "walk/x", "move", "6", "--id", "last");
  assert.deepEqual((await at.json("wait", "walk/x")).result, "walked 10");
  await at.json("start", "walk", "--id", "y", "--input", "10");
  await at.json("cancel", "walk/y", "--reason", "rain");
  assert.match(await at.refused(1, "wait", "walk/y"), /CANCELLED: CancelledError: rain/);
  assert.match((await at.run("logs", "walk/y", "--follow")).stdout, /stopped at 0: rain/);
  assert.match((await at.run("logs", "walk/y")).stdout, /stopped at 0: rain/);
  await at.json("start", "walk", "--id", "z", "--input", "10");
  await at.json("terminate", "walk/z", "--yes");
  const rows = (await at.json("list", "--limit", "2")) as unknown as { executionId: string; status: string }[];
  assert.deepEqual(
    rows.map(({ executionId, status }) => `${executionId} ${status}`),
    ["walk/z TERMINATED", "walk/y CANCELLED"],
  );
  assert.deepEqual((await at.json("deploy", app.program)).workflows !== undefined, true);
  assert.equal((await at.json("start", "greet", "--id", "g", "--wait")).status, "SUCCEEDED");
  assert.deepEqual(
    ((await at.json("programs")) as unknown as { entry: string }[]).map(({ entry }) => entry),
    ["app.ts", "desk.ts"],
  );
  assert.match((await at.run("stats")).stdout, /walk +SUCCEEDED +1/);
  assert.deepEqual(await at.json("prune", "--older-than", "0s", "--workflow", "greet"), {
    executions: 1,
    dryRun: false,
  });
  assert.match(await at.refused(2, "show", "greet/g"), /EV8004/);
  assert.match((await eventual(["list"], { cwd: at.cwd, env: { EVENTUAL_URL: at.url } })).stderr, /EV8302/);
  const wrong = await eventual(["list", "--url", at.url, "--token", "guess"], { cwd: at.cwd });
  assert.match(wrong.stderr, /EV8302/);
});

test("through a unix socket: tasks, events, dead letters and schedules", async (t) => {
  const folder = await temporaryFolder(t);
  const socket = join(folder, "api.sock");
  const at = await elsewhere(t, ["--http", `unix:${socket}`]);
  assert.equal(at.url, `unix:${socket}`);
  assert.equal(statSync(socket).mode & 0o077, 0, "for this user alone");
  for (const name of ["a", "b", "c"]) await at.json("start", "ask", "--id", name);
  const open = await eventually("all wait", async () => {
    const rows = (await at.json("tasks", "list")) as unknown as { executionId: string; seq: number; state: string }[];
    return rows.length === 3 && rows.every(({ state }) => state === "waiting") ? rows : undefined;
  });
  const call = (index: number) => `${open[index]?.executionId}#${open[index]?.seq}`;
  await at.json("tasks", "complete", call(0), '"yes"');
  await at.json("tasks", "fail", call(1), "no", "--name", "Refusal");
  const { token } = at.effects()[2] as unknown as { token: string };
  assert.deepEqual(await at.json("tasks", "heartbeat", token, "7"), { cancelled: false });
  await at.json("tasks", "complete", token, '"maybe"');
  const results = await Promise.all(["a", "b", "c"].map((name) => at.json("wait", `ask/${name}`)));
  assert.deepEqual(
    results.map(({ result }) => result),
    ["decided yes", "not decided: Refusal: no", "decided maybe"],
  );
  await at.json("start", "stubborn", "--id", "s");
  const resting = await eventually("it rests", async () => {
    const rows = (await at.json("tasks", "list")) as unknown as { seq: number; state: string }[];
    return rows[0]?.state === "resting" ? rows[0] : undefined;
  });
  await at.json("retry", `stubborn/s#${resting.seq}`);
  assert.equal((await at.json("wait", "stubborn/s")).result, "came at attempt 2");
  assert.match(await at.refused(2, "retry", "stubborn/s"), /EV8220/);

  await at.json("emit", "arrival", '"bus"');
  const dead = await eventually("it cannot be handled", async () => {
    const rows = (await at.json("deadletters", "list")) as unknown as { id: number }[];
    return rows.length === 1 ? rows : undefined;
  });
  assert.deepEqual(await at.json("deadletters", "retry", String(dead[0]?.id)), { retried: 1 });
  await eventually("it is dead again", async () =>
    ((await at.json("deadletters", "list")) as unknown as object[]).length === 1 ? true : undefined,
  );
  assert.deepEqual(await at.json("deadletters", "drop", "all", "--yes"), { dropped: 1 });

  assert.match((await at.run("schedules", "list")).stdout, /daily +ask +0 7 \* \* \* Europe\/Berlin/);
  await at.json("schedules", "pause", "daily");
  assert.match((await at.run("schedules", "list")).stdout, /paused/);
  await at.json("schedules", "resume", "daily");
  assert.match(String((await at.json("schedules", "trigger", "daily")).executionId), /^ask\//);
});

test("what is named in the command counts; wrong addresses and dead servers are said to be so", async (t) => {
  const at = await elsewhere(t, ["--http", "0"]);
  const here = await at.run("list", "--db", join(at.there, "a.db"), "--json");
  assert.deepEqual([here.code, here.stdout], [0, "[]\n"], "a database in the command");
  assert.match(await at.refused(2, "list", "--url", "ftp://example.org"), /EV8208: --url/);
  assert.match(await at.refused(1, "list", "--url", "http://127.0.0.1:1"), /EV8213/);
  assert.match(await at.refused(1, "list", "--url", "unix:/no/such.sock"), /EV8213/);
  assert.match(await at.refused(2, "list", "--url", at.url, "--db", "a.db"), /EV8208/);
  assert.match(await at.refused(2, "backup", "b.db"), /EV8208: No database is named/);
  assert.ok(!existsSync(join(at.cwd, "b.db")));
});

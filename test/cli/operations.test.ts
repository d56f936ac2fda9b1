/**
 * Goal: what operators rely on: one precedence of settings, logs that rotate, signs of life for systemd, metrics.
 * Method: `eventual serve` as a process, with files, variables and a stand-in for systemd's command.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, refused } from "../http/support.js";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, eventual, eventually, type Running } from "./support/eventual.js";
import { startServer } from "./support/serving.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

async function stop(engine: Running): Promise<void> {
  engine.process.kill("SIGTERM");
  const { code, stderr } = await engine.ended;
  assert.equal(code, 0, stderr);
}

test("options come before variables, variables before the file, the file before defaults", async (t) => {
  const cwd = await temporaryFolder(t);
  await mkdir(join(cwd, "etc"));
  const file = join(cwd, "etc/eventual.json");
  await writeFile(file, JSON.stringify({ db: "file.db", programs: [app.program], http: 0, "log-level": "silent" }));
  const byFile = await startServer(t, ["--config", "etc/eventual.json"], { cwd });
  assert.equal(byFile.database, join(cwd, "etc/file.db"), "paths are relative to the file");
  assert.ok(byFile.serving.includes("greet"));
  assert.match(byFile.url, /^http:/);
  await stop(byFile);
  assert.equal((await byFile.ended).stderr, "", "the level");

  const env = { EVENTUAL_CONFIG: file, EVENTUAL_DB: "variable.db" };
  const byVariable = await startServer(t, [], { cwd, env });
  assert.equal(byVariable.database, "variable.db");
  await stop(byVariable);
  const byOption = await startServer(t, ["--db", "option.db"], { cwd, env });
  assert.equal(byOption.database, "option.db");
  await stop(byOption);

  const listed = await eventual(["list", "--json"], { cwd, env: { EVENTUAL_DB: "variable.db" } });
  assert.deepEqual([listed.code, listed.stdout], [0, "[]\n"]);
});

test("settings that are none are refused by name, before anything is done", async (t) => {
  const cwd = await temporaryFolder(t);
  const refusedBy = async (content: string, expected: RegExp) => {
    await writeFile(join(cwd, "c.json"), content);
    const ended = await eventual(["serve", app.program, "--db", "a.db", "--config", "c.json"], { cwd });
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, expected);
  };
  await refusedBy("{", /EV8221: .*\n +at c\.json/);
  await refusedBy('{"tokns": "x"}', /EV8221: [\s\S]*tokns/);
  await refusedBy('{"allow-host": "x"}', /EV8221: [\s\S]*allow-host/);
  await refusedBy('{"log-level": "loud"}', /EV8208: [\s\S]*loud/);
  await refusedBy('{"tls-cert": "x"}', /EV8208: /);
  await refusedBy('{"log-file": "none/x.log"}', /EV8222: /);
  const variable = await eventual(["serve", app.program, "--db", "a.db"], {
    cwd,
    env: { EVENTUAL_METRICS: "perhaps" },
  });
  assert.match(variable.stderr, /EV8221: .*[\s\S]*at EVENTUAL_METRICS/);
  assert.ok(!existsSync(join(cwd, "a.db")));
});

test("the log is JSON, goes on in a new file after SIGHUP, and holds no secrets", async (t) => {
  const cwd = await temporaryFolder(t);
  const engine = await startServer(t, [app.program, "--db", "a.db", "--log-file", "a.log"], { cwd });
  await rename(join(cwd, "a.log"), join(cwd, "a.log.1"));
  engine.process.kill("SIGHUP");
  await eventually("it has a new file", () => (existsSync(join(cwd, "a.log")) ? true : undefined));
  await stop(engine);
  const lines = (await readFile(join(cwd, "a.log"), "utf8")).trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line) as { level: number; msg: string; time: string; pid: number });
  assert.deepEqual(
    records.map(({ msg }) => msg),
    ["SIGTERM: stopping.", "Stopped."],
  );
  for (const { level, time, pid } of records) {
    assert.equal(level, 30);
    assert.equal(pid, engine.process.pid);
    assert.ok(Date.parse(time) > 0);
  }
  const { openServerLog } = await import("#runtime/cli/server-log.js");
  const { processOutput } = await import("#runtime/cli/output.js");
  const file = join(cwd, "secrets.log");
  const log = await openServerLog({ format: "json", level: "info", file }, processOutput());
  log.info("asked", { headers: { authorization: "Bearer hidden" }, token: "hidden", name: "shown" });
  const written = readFileSync(file, "utf8");
  assert.doesNotMatch(written, /hidden/);
  assert.match(written, /shown/);
});

test("systemd hears that it is ready, lives and stops", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "systemd-notify"), `#!/bin/sh\necho "$@" >> "${cwd}/told"\n`);
  await chmod(join(cwd, "systemd-notify"), 0o755);
  const env = { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "100000", PATH: `${cwd}:${process.env.PATH}` };
  const engine = await startServer(t, [app.program, "--db", "a.db"], { cwd, env });
  const told = () => (existsSync(join(cwd, "told")) ? readFileSync(join(cwd, "told"), "utf8") : "");
  await eventually("signs of life", () => (told().split("WATCHDOG=1").length > 2 ? true : undefined));
  await stop(engine);
  const words = told().trimEnd().split("\n");
  assert.match(words[0] ?? "", new RegExp(`^--pid=${engine.process.pid} --ready --status=Serving a\\.db$`));
  assert.ok(words.some((line) => line.endsWith("STOPPING=1")));
});

const LISTEN = `$| = 1; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die; print "listening\\n";
  while (defined recv($s, my $text, 4096, 0)) { print "$text\\n" }`;
const isInstalled = (command: string) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

// Node has no datagram sockets of the unix kind; a machine with systemd has its command, and Perl.
if (isInstalled("systemd-notify") && isInstalled("perl")) {
  test("systemd's own command tells a real socket READY=1, WATCHDOG=1 and STOPPING=1, of the server's process", async (t) => {
    const cwd = await temporaryFolder(t);
    const socket = join(cwd, "notify");
    const listener = spawn("perl", ["-MSocket", "-e", LISTEN, socket], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => void listener.kill("SIGKILL"));
    let heard = "";
    listener.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    const hears = (text: string) => eventually(text, () => (heard.includes(text) ? true : undefined));
    await hears("listening");
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "200000" };
    const engine = await startServer(t, [app.program, "--db", "a.db"], { cwd, env });
    await hears("READY=1");
    await hears("STATUS=Serving a.db");
    await hears("WATCHDOG=1");
    await stop(engine);
    await hears("STOPPING=1");
    const pids = heard.split("\n").filter((line) => line.startsWith("MAINPID="));
    assert.deepEqual([...new Set(pids)], [`MAINPID=${engine.process.pid}`]);
    assert.ok(heard.indexOf("READY=1") < heard.indexOf("WATCHDOG=1"));
  });
}

test("metrics are given when they are asked for, by readers only; health has both names", async (t) => {
  const cwd = await temporaryFolder(t);
  const { url } = await startServer(t, [app.program, "--db", "a.db", "--http", "0", "--metrics"], { cwd });
  const start = await fetch(`${url}/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"workflow": "approval", "name": "x"}',
  });
  assert.equal(start.status, 201);
  const answer = await fetch(`${url}/metrics`);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
  const text = await answer.text();
  for (const line of [
    'eventual_executions{status="IN_PROGRESS"} 1',
    'eventual_open_tasks{state="running"} 0',
    "eventual_pending_messages 0",
    "eventual_instances_limit 1000",
    "eventual_refused_requests_total 0",
    "eventual_differing_checkpoints_total 0",
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
  assert.match(text, /^eventual_database_bytes\{file="database"\} [1-9]/m);
  assert.match(text, /^process_cpu_seconds_total /m);
  for (const path of ["/health", "/healthz", "/ready", "/readyz"]) assert.equal((await ask(url, path)).status, 200);
  const without = await startServer(t, [app.program, "--db", "b.db", "--http", "0"], { cwd });
  refused(await ask(without.url, "/metrics"), 404, "EV8307");
  await writeFile(join(cwd, "tokens.json"), JSON.stringify([{ name: "x", sha256: "0".repeat(64), scopes: ["read"] }]));
  const args = [app.program, "--db", "c.db", "--http", "0", "--metrics", "--tokens", "tokens.json"];
  refused(await ask((await startServer(t, args, { cwd })).url, "/metrics"), 401, "EV8302");
});

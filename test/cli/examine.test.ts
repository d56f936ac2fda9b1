/**
 * Goal: the commands that look into a database say what is so, beside a running engine and without one.
 * Method: the built command as a process, on a compiled fixture; damage is done to the file with SQLite itself.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect } from "#runtime/store/sqlite/driver.js";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, eventual, eventually, lastLine, startEventual } from "./support/eventual.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

/** A database with a waiting execution, a sleeping one and one that has ended; no engine runs on it. */
async function database(t: Parameters<typeof temporaryFolder>[0]): Promise<{ cwd: string; db: string[] }> {
  const cwd = await temporaryFolder(t);
  const db = ["--db", "a.db"];
  assert.equal((await eventual(["run", app.program, "sums", "--input", "3", ...db], { cwd })).code, 0);
  for (const [workflow, input] of [
    ["approval", '"a holiday"'],
    ["mixed", "null"],
  ] as const) {
    const command = ["run", app.program, workflow, "--input", input, "--virtual-clock", "--until", "1h", ...db];
    assert.equal((await eventual(command, { cwd })).code, 0);
  }
  return { cwd, db };
}

interface Stack {
  readonly waitsFor: { readonly kind: string; readonly how?: string; readonly of?: readonly object[] };
  readonly frames: readonly {
    readonly function: string;
    readonly file: string;
    readonly line: number;
    readonly source: readonly { readonly line: number; readonly text: string }[];
    readonly variables: readonly { readonly name: string; readonly value: string }[];
  }[];
}

test("inspect: the line where an execution waits, for what, and its variables, from the checkpoint alone", async (t) => {
  const { cwd, db } = await database(t);
  const shown = await eventual(["inspect", "approval/default", ...db, "--json"], { cwd });
  assert.equal(shown.code, 0, shown.stderr);
  const { stacks, newer } = lastLine(shown) as { stacks: Stack[]; newer: number };
  assert.equal(newer, 0);
  assert.equal(stacks.length, 1);
  assert.deepEqual(stacks[0]?.waitsFor, { kind: "signal", signal: "approve" });
  const [frame] = stacks[0]?.frames ?? [];
  assert.equal(frame?.file, "app.ts");
  const line = frame?.source.find((candidate) => candidate.line === frame.line);
  assert.match(line?.text ?? "", /const by = await approve\.expectSignal\(\);/);
  assert.deepEqual(frame?.variables, [{ name: "what", value: '"a holiday"' }]);
  const text = await eventual(["inspect", "mixed/default", ...db], { cwd });
  assert.match(text.stdout, /waits for a timer, due \d{4}-/);
  assert.match(text.stdout, /> 29 \| {3}await duration\(1, "day"\);/);
  assert.match(text.stdout, /sum = 10/);
});

test("inspect: without any checkpoint, after a kill: every call, with what it waits for, alone or together", async (t) => {
  const waits = await compileApp("waits");
  t.after(waits.remove);
  const cwd = await temporaryFolder(t);
  const db = ["--db", "a.db"];
  const engine = startEventual(["run", waits.program, "waits", ...db, "--checkpoint", "never"], { cwd });
  const inspected = async () => {
    const { code, stdout } = await eventual(["inspect", "waits/default", ...db, "--json"], { cwd });
    return code === 0 ? (JSON.parse(stdout) as { stacks: Stack[]; newer: number }) : undefined;
  };
  const atRest = async () => ((await inspected())?.stacks.length === 8 ? true : undefined);
  await eventually("all of it waits, seen beside the engine", atRest);
  engine.process.kill("SIGKILL");
  await engine.ended;
  const { stacks = [], newer } = (await inspected()) ?? {};
  assert.equal(newer, 0);
  const told = stacks.map(({ waitsFor: { kind, how, of = [] }, frames: [frame] }) => {
    const text = frame?.source.find(({ line }) => line === frame.line)?.text.trim();
    return [how ?? kind, ...of.map((each) => Object.entries(each).join()), text].join(" | ");
  });
  assert.deepEqual(told.sort(), [
    "all | kind,call,function,nap | kind,call,function,nap | await Promise.all(naps);",
    'child | (async () => await child(undefined, { id: "c" }))(),',
    'condition | (async () => await condition({ timeout: duration(9, "days") }, () => ready))(),',
    "race | kind,signal,signal,stop | kind,call,function,nap | kind,together,how,allSettled,count,4 | " +
      'await Promise.race([stop.expectSignal(), Promise.allSettled(all), nap(1).then(() => "slept")]);',
    "task | (async () => await rest())(),",
    ...Array(3).fill('timer | await duration(days, "days");'),
  ]);
  const { stdout } = await eventual(["inspect", "waits/default", ...db], { cwd });
  assert.match(stdout, /waits for the first of: signal "stop", its call of nap, the end of all of 4 promises/);
  assert.match(stdout, /waits for all of: its call of nap \(2 times\)/);
  assert.match(stdout, /waits for the end of child\/c/);
});

test("inspect: one that has ended stands nowhere; an unknown one is refused", async (t) => {
  const { cwd, db } = await database(t);
  assert.match((await eventual(["inspect", "sums/default", ...db], { cwd })).stdout, /has ended/);
  const unknown = await eventual(["inspect", "sums/none", ...db], { cwd });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /error EV8004: /);
});

test("logs: every line, as text and as JSON; --follow ends with the execution", async (t) => {
  const { cwd, db } = await database(t);
  const text = await eventual(["logs", "sums/default", ...db], { cwd });
  assert.deepEqual(
    text.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\S+ /, "")),
    ["info sum 1", "info sum 3", "info sum 6"],
  );
  const json = await eventual(["logs", "sums/default", ...db, "--json", "--follow"], { cwd });
  assert.equal(json.code, 0);
  const lines = json.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { text: string });
  assert.deepEqual(
    lines.map(({ text }) => text),
    ["sum 1", "sum 3", "sum 6"],
  );
});

test("wait: the outcome and its exit code; without an engine nothing can be waited for", async (t) => {
  const { cwd, db } = await database(t);
  const ended = await eventual(["wait", "sums/default", ...db], { cwd });
  assert.deepEqual([ended.code, ended.stdout], [0, "6\n"]);
  const idle = await eventual(["wait", "approval/default", ...db], { cwd });
  assert.equal(idle.code, 2);
  assert.match(idle.stderr, /error EV8217: /);
});

test("programs and stats say what is stored", async (t) => {
  const { cwd, db } = await database(t);
  const programs = lastLine(await eventual(["programs", ...db, "--json"], { cwd })) as {
    hash: string;
    executions: number;
    inProgress: number;
    workflows: string[];
  }[];
  const { hash } = JSON.parse(await readFile(app.program, "utf8")) as { hash: string };
  assert.deepEqual(
    programs.map((program) => [program.hash, program.executions, program.inProgress]),
    [[hash, 3, 2]],
  );
  assert.ok(programs[0]?.workflows.includes("approval"));
  const stats = lastLine(await eventual(["stats", ...db, "--json"], { cwd })) as {
    executions: { workflow: string; status: string; count: number }[];
    kinds: { kind: string; rows: number }[];
    oldestInProgress: { id: string };
  };
  assert.deepEqual(stats.executions, [
    { workflow: "approval", status: "IN_PROGRESS", count: 1 },
    { workflow: "mixed", status: "IN_PROGRESS", count: 1 },
    { workflow: "sums", status: "SUCCEEDED", count: 1 },
  ]);
  assert.equal(stats.kinds.find(({ kind }) => kind === "checkpoints")?.rows, 2);
  assert.equal(stats.oldestInProgress.id, "approval/default");
});

test("backup: a copy that is whole and can be run, taken while an engine runs; no file is overwritten", async (t) => {
  const { cwd, db } = await database(t);
  const engine = startEventual(["serve", app.program, ...db], { cwd });
  await eventually("the engine", () => existsSync(join(cwd, "a.db.sock")) || undefined);
  const made = await eventual(["backup", "copy.db", ...db, "--json"], { cwd });
  assert.equal(made.code, 0, made.stderr);
  const again = await eventual(["backup", "copy.db", ...db], { cwd });
  assert.match(again.stderr, /error EV6020: /);
  engine.process.kill("SIGTERM");
  await engine.ended;
  assert.equal((await eventual(["doctor", "--db", "copy.db"], { cwd })).code, 0);
  await eventual(["signal", "approval/default", "approve", '"Ada"', "--db", "copy.db"], { cwd });
  const ended = await eventual(["run", app.program, "approval", "--db", "copy.db"], { cwd });
  assert.equal(ended.stdout, '"a holiday approved by Ada"\n', ended.stderr);
});

test("doctor: a sound database has exit code 0; each broken rule is named, and exit code 1", async (t) => {
  const { cwd, db } = await database(t);
  const sound = await eventual(["doctor", ...db, "--json"], { cwd });
  assert.equal(sound.code, 0, sound.stderr);
  const { checks, findings } = lastLine(sound) as { checks: string[]; findings: unknown[] };
  assert.deepEqual(findings, []);
  const file = await connect(join(cwd, "a.db"), "write");
  await file.exec(`
    PRAGMA foreign_keys = OFF;
    INSERT INTO timer SELECT key, 99, 1, 0 FROM execution WHERE workflow = 'sums';
    UPDATE timer SET active = 0 WHERE execution IN (SELECT key FROM execution WHERE workflow = 'mixed');
    INSERT INTO tail SELECT execution, n + 2, 1, 1, 'x', '[]' FROM checkpoint;
    INSERT INTO tail SELECT execution, n + 4, 1, 1, 'x', '[]' FROM checkpoint;
    INSERT INTO inbox (execution, active, event) VALUES (999, 1, '{}');
    INSERT INTO inbox (execution, active, event) SELECT key, 0, '{}' FROM execution WHERE workflow = 'approval';
    UPDATE execution SET status = 'SUSPENDED' WHERE workflow = 'approval';
    UPDATE inbox SET active = 1 WHERE active = 0;
    UPDATE log SET text = x'00ff';
    INSERT INTO eventual_waiter SELECT 1, 7, key, 0 FROM execution WHERE workflow = 'sums';
    UPDATE program SET artifact = replace(artifact, 'sums', 'sams');
    UPDATE checkpoint SET text = substr(text, 1, 40) WHERE execution = (SELECT min(execution) FROM checkpoint);`);
  await file.close();
  const broken = await eventual(["doctor", ...db, "--json"], { cwd });
  assert.equal(broken.code, 1);
  const found = (lastLine(broken) as { findings: { check: string }[] }).findings.map(({ check }) => check);
  assert.deepEqual([...new Set(found)], checks.slice(1), "every rule but the pages'");
});

test("doctor: one that is suspended may have a message that resumes it", async (t) => {
  const { cwd, db } = await database(t);
  for (const action of ["suspend", "terminate"]) {
    assert.equal((await eventual([action, "approval/default", ...db], { cwd })).code, 0);
  }
  const ended = await eventual(["doctor", ...db], { cwd });
  assert.equal(ended.code, 0, ended.stdout);
});

test("doctor: whichever page is damaged, each check is reported, and what cannot be looked at", async (t) => {
  const { cwd, db } = await database(t);
  const sound = await readFile(join(cwd, "a.db"));
  const size = 4096;
  let found = 0;
  for (let page = 1; page < sound.length / size; page += 4) {
    const bytes = Buffer.from(sound);
    bytes.fill(0xff, size * page, size * page + 64);
    await writeFile(join(cwd, "a.db"), bytes);
    const ended = await eventual(["doctor", ...db], { cwd });
    assert.ok(ended.code === 0 || ended.code === 1 || /error EV600[34]: /.test(ended.stderr), ended.stderr);
    if (ended.code !== 1) continue;
    found++;
    assert.match(ended.stdout, /^WRONG every page of the file$/m);
    assert.match(ended.stdout, /^(ok {3}|WRONG) every checkpoint can be read$/m);
  }
  assert.ok(found > 3, `${found} pages`);
});

test("backup: what cannot be written is refused with its own place; what a killed one left is no hindrance", async (t) => {
  const { cwd, db } = await database(t);
  const into = await eventual(["backup", "none/copy.db", ...db], { cwd });
  assert.notEqual(into.code, 0);
  assert.match(into.stderr, /error EV6002: the backup could not be written: [\s\S]*at none\/copy\.db/);
  await writeFile(join(cwd, "copy.db.partial"), "half of one");
  assert.equal((await eventual(["backup", "copy.db", ...db], { cwd })).code, 0);
  assert.deepEqual(
    (await readdir(cwd)).filter((name) => name.startsWith("copy")),
    ["copy.db"],
  );
});

test("completion: the scripts ask the command, which answers with commands, options and choices", async (t) => {
  const cwd = await temporaryFolder(t);
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await eventual(["completion", shell], { cwd });
    assert.equal(script.code, 0);
    assert.match(script.stdout, /eventual --get-yargs-completions/);
  }
  assert.equal((await eventual(["completion", "tcsh"], { cwd })).code, 2);
  const commands = await eventual(["--get-yargs-completions", "eventual", ""], { cwd, env: { SHELL: "bash" } });
  for (const name of ["run", "inspect", "backup"]) assert.ok(commands.stdout.split("\n").includes(name), name);
  const options = await eventual(["--get-yargs-completions", "eventual", "list", "--s"], {
    cwd,
    env: { SHELL: "bash" },
  });
  assert.ok(options.stdout.split("\n").includes("--status"));
});

test("--help has every command in its group", async (t) => {
  const cwd = await temporaryFolder(t);
  const { stdout, code } = await eventual(["--help"], { cwd });
  assert.equal(code, 0);
  const titles = [...stdout.matchAll(/^(\S[^:\n]*):$/gm)].map(([, title]) => title);
  assert.deepEqual(titles, ["Run", "Talk to executions", "Look", "Control", "Operate", "Options"]);
  const listed = [...stdout.matchAll(/^ {2}eventual (\S+)/gm)].map(([, name]) => name);
  assert.equal(new Set(listed).size, listed.length);
  for (const name of listed) {
    const help = await eventual([name ?? "", "--help"], { cwd });
    assert.equal(help.code, 0, name);
    assert.match(help.stdout, new RegExp(`^eventual ${name}`));
  }
});

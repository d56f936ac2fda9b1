/**
 * Goal: `eventual run` does what its help says: outcomes, exit codes, resuming, time, stopping.
 * Method: the built command as a process, on a compiled fixture.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, effects, eventual, eventually, lastLine, startEventual } from "./support/eventual.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp();
});
after(() => app.remove());

/** What `show --json` says. */
async function show(executionId: string, db: string, cwd: string): Promise<Record<string, unknown>> {
  const shown = await eventual(["show", executionId, "--db", db, "--json"], { cwd });
  assert.equal(shown.code, 0, shown.stderr);
  return lastLine(shown) as Record<string, unknown>;
}

test("an execution that succeeds: its result on standard output, exit code 0, a database beside the program", async (t) => {
  const cwd = await temporaryFolder(t);
  await copyFile(app.program, join(cwd, "app.evp"));
  const ended = await eventual(["run", "app.evp", "greet", "--input", '"Ada"'], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(JSON.parse(ended.stdout), { greeting: "Hello Ada", at: "1970-01-01T00:00:00.000Z" });
  assert.ok(existsSync(join(cwd, "app.db")));
  assert.ok(!existsSync(join(cwd, "app.db.sock")), "the socket goes with the process");
});

test("--json gives the outcome as the last line; a failed execution ends with exit code 1", async (t) => {
  const cwd = await temporaryFolder(t);
  const good = await eventual(["run", app.program, "greet", "--db", "a.db", "--json"], { cwd });
  assert.equal(good.code, 0, good.stderr);
  const result = { greeting: "Hello nobody", at: "1970-01-01T00:00:00.000Z" };
  assert.deepEqual(lastLine(good), { executionId: "greet/default", status: "SUCCEEDED", result });
  const bad = await eventual(["run", app.program, "fails", "--id", "x", "--db", "a.db", "--json"], { cwd });
  assert.equal(bad.code, 1);
  const outcome = lastLine(bad) as { executionId: string; status: string; error: { name: string; message: string } };
  assert.equal(outcome.executionId, "fails/x");
  assert.equal(outcome.status, "FAILED");
  assert.equal(outcome.error.name, "RangeError");
  assert.equal(outcome.error.message, "no more");
  assert.match(bad.stderr, /fails\/x FAILED: RangeError: no more/);
});

test("the same command again gives the recorded result and runs no task again; another input is refused", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const command = ["run", app.program, "sums", "--db", "a.db", "--json"];
  for (const input of [["--input", "5"], ["--input", "5"], []]) {
    const ended = await eventual([...command, ...input], { cwd, env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lastLine(ended), { executionId: "sums/default", status: "SUCCEEDED", result: 15 });
    assert.equal(effects(env.EFFECTS).length, 5);
  }
  const other = await eventual([...command, "--input", "6"], { cwd, env });
  assert.equal(other.code, 2);
  assert.match(other.stderr, /error EV8002: /);
  assert.equal(effects(env.EFFECTS).length, 5);
});

test("console.* of the workflow is shown once, on standard error, also when every event restores a checkpoint", async (t) => {
  const cwd = await temporaryFolder(t);
  for (const mode of ["auto", "always", "never"]) {
    const ended = await eventual(
      [
        "run",
        app.program,
        "sums",
        "--input",
        "3",
        "--db",
        `${mode}.db`,
        "--json",
        "--cache",
        "0",
        `--checkpoint=${mode}`,
      ],
      { cwd },
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lastLine(ended), { executionId: "sums/default", status: "SUCCEEDED", result: 6 });
    assert.deepEqual(ended.stderr.match(/sum \d+/g), ["sum 1", "sum 3", "sum 6"]);
    assert.equal(ended.stdout.trimEnd().split("\n").length, 1);
  }
});

test("a virtual clock runs 400 days, one reminder each; the stored state does not grow", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const command = [
    "run",
    app.program,
    "reminder",
    "--input",
    '"ada"',
    "--db",
    "a.db",
    "--json",
    "--virtual-clock",
    "--until",
  ];
  const stored: number[] = [];
  for (const days of [2, 400]) {
    const ended = await eventual([...command, `${days}d`], { cwd, env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lastLine(ended), { executionId: "reminder/default", status: "IN_PROGRESS" });
    const sent = effects(env.EFFECTS);
    assert.equal(sent.length, days);
    const { startTime, checkpointBytes, tailBytes } = await show("reminder/default", "a.db", cwd);
    stored.push(Number(checkpointBytes) + Number(tailBytes));
    const start = Date.parse(String(startTime));
    sent.forEach(({ scheduledTime, retry }, index) => {
      assert.equal(Date.parse(scheduledTime), start + (index + 1) * 86_400_000);
      assert.equal(retry, 0);
    });
  }
  const [early = 0, late = 0] = stored;
  assert.ok(early > 0 && late <= early, `day 2: ${early} bytes, day 400: ${late} bytes`);
});

test("a virtual clock begins where --start-at says; a list leaves out long values unless asked", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const address = `${"a".repeat(5000)}@example.org`;
  const run = ["run", app.program, "reminder", "--input", JSON.stringify(address), "--db", "a.db", "--virtual-clock"];
  const ended = await eventual([...run, "--start-at", "2027-01-01", "--until", "2027-01-03T12:00:00Z"], { cwd, env });
  assert.equal(ended.code, 0, ended.stderr);
  const sent = effects(env.EFFECTS).map(({ scheduledTime }) => scheduledTime);
  assert.deepEqual(sent, ["2027-01-02T00:00:00.000Z", "2027-01-03T00:00:00.000Z"]);
  const refused = await eventual([...run, "--start-at", "soon"], { cwd, env });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /EV8211/);

  const listed = async (...more: string[]): Promise<Record<string, unknown>> => {
    const list = await eventual(["list", "--db", "a.db", "--json", ...more], { cwd });
    assert.equal(list.code, 0, list.stderr);
    return (lastLine(list) as Record<string, unknown>[])[0] ?? {};
  };
  const { input, omitted } = await listed();
  assert.deepEqual([input, omitted], [undefined, ["input"]]);
  assert.equal((await listed("--full")).input, address);
});

test("SIGTERM and SIGINT stop after a checkpoint; the same command resumes", async (t) => {
  const cwd = await temporaryFolder(t);
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    const command = ["run", app.program, "sleeper", "--id", signal, "--db", "a.db", "--json"];
    const running = startEventual(command, { cwd });
    await eventually("the execution is under way", async () => {
      const shown = await eventual(["show", `sleeper/${signal}`, "--db", "a.db", "--json"], { cwd });
      return shown.code === 0 && Number((lastLine(shown) as { tailBytes: number }).tailBytes) >= 0 ? true : undefined;
    });
    running.process.kill(signal);
    const ended = await running.ended;
    assert.equal(ended.code, code, ended.stderr);
    assert.deepEqual(lastLine(ended), { executionId: `sleeper/${signal}`, status: "IN_PROGRESS" });
    const { checkpointBytes, tailBytes } = await show(`sleeper/${signal}`, "a.db", cwd);
    assert.ok(Number(checkpointBytes) > 0, "a checkpoint was written");
    assert.equal(tailBytes, 0);
    const resumed = await eventual([...command, "--virtual-clock"], { cwd });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(lastLine(resumed), { executionId: `sleeper/${signal}`, status: "SUCCEEDED", result: 3_600_000 });
  }
});

test("a workflow that never yields is suspended with a reason; exit code 1", async (t) => {
  const cwd = await temporaryFolder(t);
  const ended = await eventual(["run", app.program, "endless", "--db", "a.db", "--json"], { cwd });
  assert.equal(ended.code, 1);
  const { status, error } = lastLine(ended) as { status: string; error: { code: string; remedy: string } };
  assert.equal(status, "SUSPENDED");
  assert.match(error.code, /^EV5/);
  assert.ok(ended.stderr.includes(error.remedy));
});

test("input comes from a file or standard input as well", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "input.json"), '"File"');
  for (const [file, name, input] of [
    ["input.json", "File", undefined],
    ["-", "Pipe", '"Pipe"'],
  ] as const) {
    const ended = await eventual(
      ["run", app.program, "greet", "--id", name, "--input-file", file, "--db", "a.db", "--json"],
      { cwd, ...(input === undefined ? {} : { input }) },
    );
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((lastLine(ended) as { result: { greeting: string } }).result.greeting, `Hello ${name}`);
  }
});

/** The end of a pool: who may finish, who is left unanswered, and that nothing stays behind. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { Barrier, callOf, Harness, opened, programOf } from "./support.js";

test("running calls may finish within the grace; waiting ones are not started", async (t) => {
  const harness = new Harness(t, { threads: 1, concurrency: 1 });
  const barrier = new Barrier(t, "grace");
  const program = programOf(`
    task("finish", async (input, { signal }) => { await barrier("grace").wait("in"); return signal.aborted; });
    task("waiting", async () => { barrier("grace").tell("waiting"); });
  `);
  await harness.pool.load(program);
  const finish = callOf(program, "finish");
  harness.pool.submit([finish, callOf(program, "waiting")]);
  await barrier.heard("in");
  const closed = harness.pool.close(60_000);
  barrier.release("in");
  await closed;
  assert.equal(opened(await harness.outcome(finish.ref)), true);
  assert.deepEqual(harness.answered, [finish.ref]);
  assert.deepEqual(barrier.told, ["in"]);
});

test("close aborts the signals; a handler that stops for that reason is left unanswered", async (t) => {
  const harness = new Harness(t);
  const barrier = new Barrier(t, "abort");
  const program = programOf(`
    import { setTimeout } from "node:timers/promises";
    const { tell } = barrier("abort");
    task("sleep", async (input, { signal }) => { tell("in"); await setTimeout(1e8, undefined, { signal }); });
    task("own error", async (input, { signal }) => {
      tell("in");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new Error(signal.reason.name);
    });
    task("wrapped", async (input, { signal }) => {
      tell("in");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new Error("stopped", { cause: signal.reason });
    });
  `);
  await harness.pool.load(program);
  const ownError = callOf(program, "own error");
  harness.pool.submit([callOf(program, "sleep"), ownError, callOf(program, "wrapped")]);
  await barrier.heard("in", 3);
  await harness.pool.close(60_000);
  assert.deepEqual(harness.answered, [ownError.ref]);
  await assert.rejects(harness.outcome(ownError.ref).then(opened), { message: "TaskInterrupted" });
});

test("a handler that never yields is ended when the grace is over", async (t) => {
  const harness = new Harness(t);
  const barrier = new Barrier(t, "endless");
  const program = programOf(`task("endless", () => { barrier("endless").tell("in"); for (;;); });`);
  await harness.pool.load(program);
  harness.pool.submit([callOf(program, "endless", undefined, { onCrash: "fail" })]);
  await barrier.heard("in");
  await harness.pool.close(10);
  assert.deepEqual(harness.answered, []);
  assert.deepEqual(harness.deaths, []);
});

test("a closed pool refuses calls and programs; closing again is no error", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("any", () => 1);`);
  await harness.pool.load(program);
  const loading = harness.pool.load(programOf("await new Promise(() => {});"));
  const closed = harness.pool.close(0);
  await assert.rejects(loading, { code: "EV7014" });
  assert.throws(() => harness.pool.submit([callOf(program, "any")]), { code: "EV7014" });
  await assert.rejects(harness.pool.load(program), { code: "EV7014" });
  await Promise.all([closed, harness.pool.close(0)]);
});

test("after close nothing keeps the process alive, and tasks write to the process's own output", async (t) => {
  const pool = new URL("../../runtime/tasks/pool.js", import.meta.url).href;
  const script = `
    import { openTaskPool } from ${JSON.stringify(pool)};
    const { promise, resolve } = (() => { let resolve; const promise = new Promise((r) => { resolve = r; }); return { promise, resolve }; })();
    const pool = openTaskPool({ threads: 2, concurrency: 2, onSettled: resolve });
    const code = \`
      setInterval(() => {}, 1e8);
      globalThis[Symbol.for("eventual.host")].task("talk", () => { console.log("to stdout"); console.error("to stderr"); });\`;
    await pool.load({ hash: "p", code, map: "", resolveFrom: process.cwd() });
    const context = { executionId: "w/1", workflowName: "w", scheduledTime: "", retry: 0, idempotencyKey: "k", token: "t" };
    pool.submit([{ ref: "1", program: "p", task: "talk", input: "jnull", onCrash: "retry", context }]);
    await promise;
    await pool.close(0);
    console.log("closed");`;
  const file = join(await temporaryFolder(t), "main.mjs");
  await writeFile(file, script);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const [code] = await once(child, "close");
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "to stdout\nclosed\n", stderr: "to stderr\n" });
});

/** Threads that die: which calls go on elsewhere, which are answered with TaskInterrupted, and what is never lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskInterrupted } from "#runtime/protocol/errors.js";
import { Barrier, callOf, Harness, opened, programOf } from "./support.js";

/** Ways in which a handler can take its thread along, and what the message says. */
const DEATHS: Readonly<Record<string, { code: string; cause: RegExp }>> = {
  "process.exit()": { code: "process.exit(7); return new Promise(() => {});", cause: /process\.exit\(7\) was called/ },
  "an uncaught exception": {
    code: `setImmediate(() => { throw new TypeError("loose end"); }); return new Promise(() => {});`,
    cause: /TypeError: loose end/,
  },
  "an unhandled rejection": {
    code: `Promise.reject(new RangeError("nobody cared")); return new Promise(() => {});`,
    cause: /RangeError: nobody cared/,
  },
};

for (const [name, { code, cause }] of Object.entries(DEATHS)) {
  test(`onCrash "fail": ${name} rejects the call with TaskInterrupted and never starts it again`, async (t) => {
    const harness = new Harness(t);
    const barrier = new Barrier(t, `fail ${name}`);
    const program = programOf(
      `task("die", () => { barrier("fail ${name}").tell("in"); ${code} }); task("ok", () => "ok");`,
    );
    await harness.pool.load(program);
    await assert.rejects(harness.run(program, "die", undefined, { onCrash: "fail" }), (error) => {
      assert.ok(error instanceof TaskInterrupted);
      assert.match(error.message, cause);
      return true;
    });
    assert.equal(await harness.run(program, "ok"), "ok");
    await barrier.heard("in");
    assert.deepEqual(barrier.told, ["in"]);
    assert.equal(harness.deaths.length, 1);
    assert.match(harness.deaths[0]?.cause ?? "", cause);
  });
}

test('onCrash "retry": the call runs again with the next attempt number and the same idempotency key', async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("flaky", (input, { invocation }) => invocation.retry === 0 ? process.exit(1) : invocation);
  `);
  await harness.pool.load(program);
  const invocation = await harness.run(program, "flaky");
  assert.ok(typeof invocation === "object" && invocation !== null);
  assert.equal(Reflect.get(invocation, "retry"), 1);
  assert.match(String(Reflect.get(invocation, "idempotencyKey")), /^key\d+$/);
});

test("a call that kills every thread it runs on is given up after three", async (t) => {
  const harness = new Harness(t);
  const barrier = new Barrier(t, "killer");
  const program = programOf(`task("killer", () => { barrier("killer").tell("in"); process.exit(9); });`);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "killer"), (error) => {
    assert.ok(error instanceof TaskInterrupted);
    assert.equal(error.code, "EV7020");
    assert.match(error.message, /"killer" was given up: 3 threads died.*process\.exit\(9\)/);
    return true;
  });
  await barrier.heard("in", 3);
  assert.equal(harness.deaths.length, 3);
});

test("calls beside a killer are not given up with it", async (t) => {
  const harness = new Harness(t);
  const barrier = new Barrier(t, "beside");
  const program = programOf(`
    const { tell, wait } = barrier("beside");
    task("killer", async () => { await wait("killer"); process.exit(1); });
    task("bystander", async (input, { invocation }) => {
      if (invocation.retry < 2) await wait("bystander " + invocation.retry);
      return invocation.retry;
    });
  `);
  await harness.pool.load(program);
  const killer = callOf(program, "killer");
  const bystander = callOf(program, "bystander");
  harness.pool.submit([killer, bystander]);
  for (const round of [0, 1]) {
    await barrier.heard(`bystander ${round}`);
    await barrier.heard("killer", round + 1);
    barrier.release("killer");
  }
  // From here on each runs alone: the killer can only take itself along.
  const last = barrier.heard("killer", 3).then(() => barrier.release("killer"));
  assert.equal(opened(await harness.outcome(bystander.ref)), 2);
  await last;
  await assert.rejects(harness.outcome(killer.ref).then(opened), TaskInterrupted);
});

test("what has settled before a thread dies is not run again", async (t) => {
  const harness = new Harness(t);
  const barrier = new Barrier(t, "settled before");
  const program = programOf(`
    task("quick", () => { barrier("settled before").tell("quick"); return "done"; });
    task("die", (input, { invocation }) => { if (invocation.retry === 0) setImmediate(() => process.exit(1)); return new Promise((resolve) => invocation.retry && resolve("died once")); });
  `);
  await harness.pool.load(program);
  const die = callOf(program, "die");
  const quick = callOf(program, "quick", undefined, { onCrash: "fail" });
  harness.pool.submit([die, quick]);
  assert.equal(opened(await harness.outcome(quick.ref)), "done");
  assert.equal(opened(await harness.outcome(die.ref)), "died once");
  await barrier.heard("quick");
  assert.deepEqual(barrier.told, ["quick"]);
});

test("a call that a dead thread had not started is run elsewhere, whatever its onCrash", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("die", () => process.exit(1));
    task("after", (input, { invocation }) => invocation.retry);
  `);
  await harness.pool.load(program);
  const die = callOf(program, "die", undefined, { onCrash: "fail" });
  const after = callOf(program, "after", undefined, { onCrash: "fail" });
  harness.pool.submit([die, after]);
  await assert.rejects(harness.outcome(die.ref).then(opened), TaskInterrupted);
  assert.equal(opened(await harness.outcome(after.ref)), 0);
});

test("calls on other threads do not notice a death", async (t) => {
  const harness = new Harness(t, { threads: 2, concurrency: 1 });
  const barrier = new Barrier(t, "other thread");
  const program = programOf(`
    task("stay", async () => { await barrier("other thread").wait("stay"); return "stayed"; });
    task("die", () => process.exit(1));
  `);
  await harness.pool.load(program);
  const stay = harness.run(program, "stay");
  await barrier.heard("stay");
  await assert.rejects(harness.run(program, "die", undefined, { onCrash: "fail" }), TaskInterrupted);
  barrier.release("stay");
  assert.equal(await stay, "stayed");
});

test("a program whose threads die before they run anything is answered, not tried for ever", async (t) => {
  const harness = new Harness(t, {}, { bounces: 3 });
  const program = programOf(`
    import { isMainThread } from "node:worker_threads";
    import { existsSync, writeFileSync } from "node:fs";
    const mark = new URL("./mark", import.meta.url);
    if (existsSync(mark)) process.exit(4);
    writeFileSync(mark, "");
    task("die", () => process.exit(4));
  `);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "die"), {
    name: "ProgramUnavailable",
    message: /could not be started: 3 threads/,
  });
});

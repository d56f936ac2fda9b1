import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#runtime/protocol/fault.js";
import { encode } from "#runtime/protocol/value.js";
import { DAY, openWorld, program, START } from "./fakes.js";
import { collector, relay, reminder, steps } from "./scripts.js";

const failure = () => new Fault("EV6009", "the disk is full", { remedy: "Free space." });

for (const cacheSize of [0, 10]) {
  test(`one failing commit, whichever it is, loses and repeats nothing (cache ${cacheSize})`, async () => {
    for (let failing = 1; failing <= 14; failing++) {
      const { engine, database, pool } = await openWorld({ steps, collector, relay }, { free: true, cacheSize });
      database.beforeCommit = (attempt) => {
        if (attempt === failing) throw failure();
      };
      await engine.start({ workflow: "collector", name: "b", input: encode(null) });
      await engine.start({ workflow: "relay", name: "r", input: encode("collector/b") });
      await engine.start({ workflow: "steps", name: "a", input: encode(4) });
      await engine.signal("relay/r", "s", encode("x"));
      await engine.result("steps/a");
      // At rest there may be attempts to come, for which time has to pass.
      for (let turn = 0; turn < 20; turn++) await engine.idle();
      await engine.signal("collector/b", "stop", encode(null));
      const { outcome } = await engine.result("collector/b");
      assert.deepEqual(outcome, { ok: true, value: encode(["x"]) }, `failing commit ${failing}`);
      assert.equal(new Set(pool.calls.map(({ ref }) => ref)).size, 4);
      assert.equal(pool.calls.length, 4, `no task runs twice (failing commit ${failing})`);
      assert.deepEqual(
        database.logTexts().filter((text) => text.startsWith("left")),
        ["left 4", "left 3", "left 2", "left 1", "left 0"],
      );
      assert.equal(database.data.inbox.length, 0);
      await engine.close();
    }
  });
}

test("with a store that stays broken a signal is refused after bounded attempts, and never happens later", async () => {
  const { engine, database, problems } = await openWorld({ collector }, { free: true });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  database.beforeCommit = () => {
    throw failure();
  };
  await assert.rejects(engine.signal("collector/a", "s", encode("lost")), { code: "EV8007" });
  assert.equal(problems.length, 5);
  database.beforeCommit = () => {};
  await engine.signal("collector/a", "stop", encode(null));
  assert.deepEqual((await engine.result("collector/a")).outcome, { ok: true, value: encode([]) });
});

test("a start that cannot be stored is refused; its name stays free", async () => {
  const { engine, database } = await openWorld({ steps }, { free: true });
  database.beforeCommit = () => {
    throw failure();
  };
  const first = engine.start({ workflow: "steps", name: "a", input: encode(1) });
  const second = engine.start({ workflow: "steps", name: "a", input: encode(1) });
  await assert.rejects(first, { code: "EV8007" });
  await assert.rejects(second, { code: "EV8007" });
  database.beforeCommit = () => {};
  assert.deepEqual(await engine.start({ workflow: "steps", name: "a", input: encode(2) }), {
    executionId: "steps/a",
    existing: false,
  });
  assert.equal((await engine.result("steps/a")).status, "SUCCEEDED");
});

test("timers and task results wait out a broken store", async () => {
  const { engine, database, clock, pool } = await openWorld({ reminder }, { limits: { retryMaxMs: 1000 } });
  await engine.start({ workflow: "reminder", name: "a", input: encode(null) });
  database.beforeCommit = () => {
    throw failure();
  };
  await clock.advanceTo(START + DAY + 60_000);
  assert.equal(pool.calls.length, 0);
  database.beforeCommit = () => {};
  await clock.advanceTo(START + DAY + 120_000);
  assert.equal(pool.calls.length, 1, "the timer was taken up again");
  assert.equal(database.data.timers.length, 1, "and so was the task's result");
});

test("reads that fail are tried again", async () => {
  const { engine, database, pool, clock } = await openWorld({ steps }, { cacheSize: 0, free: true });
  let left = 3;
  database.beforeRead = (what) => {
    if (what === "loadExecution" && left-- > 0) throw failure();
  };
  await engine.start({ workflow: "steps", name: "a", input: encode(3) });
  await engine.result("steps/a");
  assert.equal(pool.calls.length, 3);
  assert.ok(clock.now() > START, "after a delay");
});

test("a pool that refuses calls after the commit gets them later; the activation does not run again", async () => {
  const { engine, pool, problems, database } = await openWorld({ steps }, { free: true });
  const { submit } = pool;
  pool.submit = () => {
    pool.submit = submit;
    throw new Error("the pool is not well");
  };
  await engine.start({ workflow: "steps", name: "a", input: encode(2) });
  assert.equal((await engine.result("steps/a")).status, "SUCCEEDED");
  assert.equal(problems.length, 1);
  assert.deepEqual(database.logTexts(), ["left 2", "left 1", "left 0"]);
  assert.equal(pool.calls.length, 2);
});

test("an execution whose stored program is damaged is suspended, with the reason", async () => {
  const first = await openWorld({ collector });
  await first.engine.start({ workflow: "collector", name: "a", input: encode(null) });
  first.database.crash();
  first.database.data.programs.set(program(["collector"]).hash, "not a program");
  const second = await openWorld({ collector }, { database: first.database, deploy: false });
  await second.engine.signal("collector/a", "s", encode(1));
  const row = await second.engine.result("collector/a");
  assert.equal(row.status, "SUSPENDED");
  assert.equal(row.reason?.code, "EV8011");
});

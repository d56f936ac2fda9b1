/** The engine's commits on the real store, which refuses every contradiction. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { decode, encode } from "#runtime/protocol/value.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { DAY, ok, openWorld, START } from "./fakes.js";
import { collector, relay, reminder, steps } from "./scripts.js";

const scripts = { collector, relay, reminder, steps };

test("what runs on the store in memory runs on SQLite: without a single failed commit, across a restart", async (t) => {
  const folder = await temporaryFolder(t);
  for (const cacheSize of [0, 1, 100]) {
    const database = join(folder, `${cacheSize}.db`);
    const names = [0, 1, 2].map((index) => `cache ${cacheSize} ${index}`);
    const first = await openWorld(scripts, { store: await openStore(database), cacheSize });
    for (const name of names) {
      await first.engine.start({ workflow: "collector", name, input: encode(null) });
      await first.engine.start({ workflow: "relay", name, input: encode(`collector/${name}`) });
      await first.engine.start({ workflow: "reminder", name, input: encode(null) });
      await first.engine.start({ workflow: "steps", name, input: encode(4) });
      await first.engine.signal(`relay/${name}`, "s", encode(1));
    }
    await first.clock.advanceTo(START + 3 * DAY);
    await first.engine.close();
    assert.deepEqual(first.problems, []);

    const second = await openWorld(scripts, { store: await openStore(database), cacheSize, start: START + 3 * DAY });
    await Promise.all(names.map((name) => second.engine.signal(`relay/${name}`, "s", encode(2))));
    await second.clock.advanceTo(START + 5 * DAY);
    for (const name of names) {
      assert.deepEqual((await second.engine.result(`steps/${name}`)).outcome, ok(4));
      await second.engine.signal(`collector/${name}`, "stop", encode(null));
      assert.deepEqual((await second.engine.result(`collector/${name}`)).outcome, ok([1, 2]));
    }
    assert.equal(second.pool.calls.length, 2 * names.length, "a reminder for each of the two days");
    await second.engine.close();
    assert.deepEqual(second.problems, []);
  }
});

test("what was left in a file without an engine is taken up by the next one", async (t) => {
  const database = join(await temporaryFolder(t), "engine.db");
  const { offlineStore } = await import("#runtime/engine/offline.js");
  const { virtualClock } = await import("#runtime/engine/clock.js");
  const { program } = await import("./fakes.js");
  const offline = offlineStore(await openStore(database), virtualClock(START));
  const start = { workflow: "collector", name: "a", input: encode(1) };
  await assert.rejects(offline.start(start), { code: "EV8001" });
  await assert.rejects(offline.start({ ...start, program: "0".repeat(64) }), { code: "EV8009" });
  await offline.deploy(program(["collector"]), "/nowhere");
  const left = await offline.start(start);
  assert.deepEqual(left, { executionId: "collector/a", existing: false });
  assert.equal((await offline.start(start)).existing, true);
  await assert.rejects(offline.start({ ...start, input: encode(2) }), { code: "EV8002" });
  await assert.rejects(offline.start({ ...start, workflow: "other" }), { code: "EV8001" });
  await offline.signal("collector/a", "s", encode("left"));
  await assert.rejects(offline.signal("collector/b", "s", encode("left")), { code: "EV8004" });
  assert.equal((await offline.list({ limit: 10 })).length, 1);
  await offline.close();

  const { engine } = await openWorld(scripts, { store: await openStore(database) });
  await engine.signal("collector/a", "stop", encode(null));
  const { outcome } = await engine.result("collector/a");
  assert.deepEqual(outcome?.ok === true && decode(outcome.value), ["left"]);
  await engine.close();
});

test("what was done to executions without an engine holds for the next one", async (t) => {
  const database = join(await temporaryFolder(t), "engine.db");
  const { offlineStore } = await import("#runtime/engine/offline.js");
  const { virtualClock } = await import("#runtime/engine/clock.js");
  const { program } = await import("./fakes.js");
  const open = async () => offlineStore(await openStore(database), virtualClock(START));
  const first = await open();
  await first.deploy(program(["collector"]), "/nowhere");
  for (const name of ["a", "b", "c"]) await first.start({ workflow: "collector", name, input: encode(1) });
  await first.control("collector/a", "suspend", "lunch");
  const { status, reason } = await first.show("collector/a");
  assert.deepEqual([status, reason?.code, reason?.message], ["SUSPENDED", "EV8017", "lunch"]);
  await first.control("collector/a", "suspend", "again");
  await first.signal("collector/a", "s", encode("kept"));
  await first.control("collector/a", "resume");
  await first.control("collector/b", "suspend");
  await first.control("collector/b", "terminate", "enough");
  await first.control("collector/c", "suspend");
  await assert.rejects(first.control("collector/d", "cancel"), { code: "EV8004" });
  await first.close();

  const { engine } = await openWorld(scripts, { store: await openStore(database) });
  await engine.signal("collector/a", "stop", encode(null));
  const { outcome } = await engine.result("collector/a");
  assert.deepEqual(outcome?.ok === true && decode(outcome.value), ["kept"]);
  assert.equal((await engine.result("collector/b")).status, "TERMINATED");
  assert.equal((await engine.show("collector/c")).status, "SUSPENDED");
  await engine.close();

  const second = await open();
  await assert.rejects(second.control("collector/a", "suspend"), { code: "EV8005" });
  await second.close();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import { DAY, ok, openWorld, type Script, START } from "./fakes.js";
import { collector, relay, reminder } from "./scripts.js";

/** Starts a task and a timer, and closes at once with the error that the test gives. */
const hasty: Script = ({ event, now, task, timer, close }) => {
  if (event.kind !== "start") return;
  task("late");
  timer(now + DAY);
  close({ ok: false, error: encode("no") });
};

test("closing stores the outcome and removes timers; its tasks run on and are logged", async () => {
  const { engine, database, pool } = await openWorld({ hasty }, { answer: () => undefined });
  await engine.start({ workflow: "hasty", name: "a", input: encode(null) });
  const row = await engine.result("hasty/a");
  assert.equal(row.status, "FAILED");
  assert.equal(row.endTime, START);
  assert.deepEqual(database.data.timers, []);
  assert.equal(database.data.tasks.length, 1);
  pool.settle(pool.calls[0]?.ref ?? "", ok({ paid: 1 }));
  await engine.idle();
  assert.deepEqual(database.data.tasks, []);
  assert.deepEqual(database.logTexts(), ['late (1) ended after the execution was closed; it succeeded: {"paid":1}']);
});

test("a signal to a closed or unknown execution is refused", async () => {
  const { engine } = await openWorld({ hasty });
  await engine.start({ workflow: "hasty", name: "a", input: encode(null) });
  await assert.rejects(engine.signal("hasty/a", "s", encode(1)), { code: "EV8005" });
  await assert.rejects(engine.signal("hasty/b", "s", encode(1)), { code: "EV8004" });
  await assert.rejects(engine.signal("hasty/a", "", encode(1)), { code: "EV8003" });
  await assert.rejects(engine.result("hasty/b"), { code: "EV8004" });
});

test("a signal that waits behind the closing one is refused, not lost in silence", async () => {
  const { engine, database } = await openWorld({ collector }, { limits: { eventsPerActivation: 1 } });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  const stop = engine.signal("collector/a", "stop", encode(null));
  const late = engine.signal("collector/a", "s", encode(1));
  await stop;
  await assert.rejects(late, { code: "EV8005" });
  assert.equal(database.data.inbox.length, 0);
});

test("a workflow's signal to an unknown or closed execution is answered with an error", async () => {
  const { engine, database } = await openWorld({ hasty, relay });
  await engine.start({ workflow: "hasty", name: "a", input: encode(null) });
  await engine.start({ workflow: "relay", name: "closed", input: encode("hasty/a") });
  await engine.start({ workflow: "relay", name: "unknown", input: encode("hasty/x") });
  await engine.signal("relay/closed", "s", encode(1));
  await engine.signal("relay/unknown", "s", encode(1));
  await engine.idle();
  const texts = database.logTexts().filter((text) => text.startsWith("sent"));
  assert.equal(texts.length, 2);
  assert.match(texts[0] ?? "", /is closed \(FAILED\)/);
  assert.match(texts[1] ?? "", /There is no execution/);
});

test("a signal to oneself arrives", async () => {
  const { engine, database } = await openWorld({
    self({ event, signal, log }) {
      if (event.kind === "start") signal(event.execution.id, "hello", 1);
      else log(event.kind);
    },
  });
  await engine.start({ workflow: "self", name: "a", input: encode(null) });
  await engine.idle();
  assert.deepEqual(database.logTexts(), ["signal", "sent"]);
  assert.equal(database.data.inbox.length, 0);
});

test("a signal to an execution that is closing waits for the decision", async () => {
  const { engine, database } = await openWorld({ collector, relay });
  await engine.start({ workflow: "collector", name: "b", input: encode(null) });
  await engine.start({ workflow: "relay", name: "a", input: encode("collector/b") });
  const release = database.hold();
  const stop = engine.signal("collector/b", "stop", encode(null));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const send = engine.signal("relay/a", "s", encode(1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  release();
  await Promise.all([stop, send]);
  await engine.idle();
  assert.match(database.logTexts().join(), /sent 1 .*is closed/);
});

test("closing the engine writes checkpoints for what has a tail and refuses further work", async () => {
  const { engine, database } = await openWorld({ reminder });
  await engine.start({ workflow: "reminder", name: "a", input: encode(null) });
  assert.equal(database.data.executions.get(1)?.checkpoint, undefined);
  const result = engine.result("reminder/a");
  const refused = assert.rejects(result, { code: "EV8006" });
  await engine.close();
  await refused;
  const stored = database.data.executions.get(1);
  assert.equal(stored?.checkpoint?.n, 1);
  assert.deepEqual(stored?.tail, []);
  await assert.rejects(engine.start({ workflow: "reminder", input: encode(null) }), { code: "EV8006" });
  await assert.rejects(engine.signal("reminder/a", "s", encode(1)), { code: "EV8006" });
});

test("closing waits for the commits under way", async () => {
  const { engine, database } = await openWorld({ collector });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  const release = database.hold();
  const signal = engine.signal("collector/a", "s", encode(1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = engine.close();
  release();
  await closed;
  await signal;
});

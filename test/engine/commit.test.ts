import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import { openWorld, until } from "./fakes.js";
import { collector, relay, steps } from "./scripts.js";

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol("pending");
  await new Promise((resolve) => setTimeout(resolve, 5));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

test("a sequential step is one commit: result consumed, next task scheduled", async () => {
  const { engine, database } = await openWorld({ steps });
  await engine.start({ workflow: "steps", name: "a", input: encode(10) });
  const row = await engine.result("steps/a");
  assert.deepEqual(row.outcome, { ok: true, value: encode(10) });
  await engine.idle();
  assert.equal(database.attempts, 11, "the start and ten results");
  assert.deepEqual(database.data.tasks, []);
});

test("a start is one commit that holds creation and first commands", async () => {
  const { engine, database } = await openWorld({ steps }, { answer: () => undefined });
  await engine.start({ workflow: "steps", name: "a", input: encode(3) });
  assert.deepEqual(
    database.commits.map((writes) => writes.map(({ kind }) => kind)),
    [["createExecution", "appendTail", "addLog", "addTask", "setClock"]],
  );
});

test("no start is acknowledged and no task submitted before the commit", async () => {
  const { engine, database, pool } = await openWorld({ steps });
  const release = database.hold();
  const started = engine.start({ workflow: "steps", name: "a", input: encode(1) });
  assert.equal(await settled(started), false);
  assert.equal(pool.calls.length, 0);
  release();
  await started;
  await engine.result("steps/a");
  assert.equal(pool.calls.length, 1);
});

test("no signal is acknowledged, no result given before the commit", async () => {
  const { engine, database } = await openWorld({ collector });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  const result = engine.result("collector/a");
  const release = database.hold();
  const signal = engine.signal("collector/a", "stop", encode(null));
  assert.equal(await settled(signal), false);
  assert.equal(await settled(result), false);
  assert.equal((await engine.show("collector/a")).status, "IN_PROGRESS");
  release();
  await signal;
  assert.equal((await result).status, "SUCCEEDED");
});

test("a signal to another execution arrives only after the sender's commit", async () => {
  const { engine, database, sandbox } = await openWorld({ collector, relay });
  await engine.start({ workflow: "collector", name: "b", input: encode(null) });
  await engine.start({ workflow: "relay", name: "a", input: encode("collector/b") });
  const release = database.hold();
  const signal = engine.signal("relay/a", "hello", encode(7));
  assert.equal(await settled(signal), false);
  const before = sandbox.requests.filter(({ execution }) => execution === "collector/b").length;
  assert.equal(before, 1, "only its start");
  release();
  await signal;
  await engine.idle();
  assert.deepEqual(database.logTexts(), ["got j7", "sent 1 delivered"].sort());
});

test("an entry of the inbox that is committed while the inbox is read is not overlooked", async () => {
  const { engine, database } = await openWorld({ collector, relay });
  await engine.start({ workflow: "collector", name: "c", input: encode(null) });
  for (const name of ["a", "b"]) await engine.start({ workflow: "relay", name, input: encode("collector/c") });
  let arrive: () => void = () => {};
  const underway = new Promise<void>((begun) => {
    database.answer = (what) => {
      if (what !== "readInbox") return undefined;
      database.answer = () => undefined;
      begun();
      return new Promise((resolve) => {
        arrive = resolve;
      });
    };
  });
  await engine.signal("relay/a", "first", encode(1));
  await underway;
  await engine.signal("relay/b", "second", encode(2));
  arrive();
  await engine.idle();
  const got = database.logTexts().filter((text) => text.startsWith("got"));
  assert.deepEqual(got, ["got j1", "got j2"]);
});

test("events that arrive during an activation are taken together by the next one, in order", async () => {
  const { engine, database, sandbox } = await openWorld({ collector });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  const release = database.hold();
  const first = engine.signal("collector/a", "s", encode(0));
  await until(() => sandbox.requests.length === 2);
  const rest = [1, 2, 3].map((value) => engine.signal("collector/a", "s", encode(value)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(sandbox.requests.length, 2, "nothing is activated while a commit is under way");
  release();
  await Promise.all([first, ...rest]);
  assert.equal(sandbox.requests.length, 3);
  await engine.signal("collector/a", "stop", encode(null));
  assert.deepEqual((await engine.result("collector/a")).outcome, { ok: true, value: encode([0, 1, 2, 3]) });
});

test("executions that are ready together share batches, and none is starved", async () => {
  const { engine, sandbox } = await openWorld({ steps }, { limits: { batchSize: 8 }, cacheSize: 100 });
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => engine.start({ workflow: "steps", name, input: encode(5) })));
  await Promise.all(names.map((name) => engine.result(`steps/${name}`)));
  assert.ok(Math.max(...sandbox.batches) <= 8, "batches are bounded");
  assert.ok(sandbox.batches.length < sandbox.requests.length / 2, "batches are used");
  // Between two turns of one execution every other ready one had its own.
  const turns = sandbox.requests.map(({ execution }) => execution);
  const gaps = turns.map((execution, index) => turns.indexOf(execution, index + 1) - index).filter((gap) => gap > 0);
  assert.ok(Math.max(...gaps) <= 80, `the longest wait was ${Math.max(...gaps)} turns`);
});

test("an activation takes a bounded number of events", async () => {
  const { engine, sandbox } = await openWorld({ collector }, { limits: { eventsPerActivation: 4 } });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  await Promise.all([...Array(10).keys()].map((value) => engine.signal("collector/a", "s", encode(value))));
  assert.ok(Math.max(...sandbox.requests.map(({ events }) => events.length)) <= 4);
  await engine.signal("collector/a", "stop", encode(null));
  const { outcome } = await engine.result("collector/a");
  assert.deepEqual(outcome, { ok: true, value: encode([...Array(10).keys()]) });
});

/** Workflows with the option `retry`: attempts, pauses, and what holds over all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "#runtime/protocol/value.js";
import { notes, open, START, WAYS } from "./support.js";

const FAR = 10_000_000;

for (const { way, ...options } of WAYS) {
  test(`a workflow that throws is called again with fresh modules; tasks and intervals of before are gone (${way})`, async (t) => {
    const read = await notes(t);
    const world = await open(t, "attempts", options);
    const id = await world.start("stubborn");
    await world.pass(120_000);
    await world.signal(id, "go", "on");
    assert.deepEqual(await world.outcome(id), { status: "SUCCEEDED", value: { count: 1, said: "on" } });
    assert.deepEqual(read(), ["attempt 1", "attempt 2", "attempt 3"]);
  });

  test(`the pause outlasts the process; signals, queries and control reach it (${way})`, async (t) => {
    await notes(t);
    let world = await open(t, "attempts", options);
    const id = await world.start("stubborn");
    world = await world.reopen();
    await world.signal(id, "go", "early");
    const answer = await world.engine.query(id, "count", encode(undefined));
    assert.ok(answer.ok && decode(answer.value) === 1, "the state of the attempt that has failed");
    await world.pass(59_999);
    assert.equal((await world.engine.show(id)).status, "IN_PROGRESS");
    world = await world.reopen(1);
    await world.engine.control(id, "suspend");
    await world.pass(FAR);
    assert.equal((await world.engine.show(id)).status, "SUSPENDED");
    await world.engine.control(id, "resume");
    await world.pass(60_000);
    assert.deepEqual(await world.outcome(id), { status: "SUCCEEDED", value: { count: 1, said: "early" } });
  });

  test(`what is cancelled, terminated or out of time is not tried again (${way})`, async (t) => {
    await notes(t);
    const world = await open(t, "attempts", options);
    const paused = await world.start("stubborn", undefined, "paused");
    const ended = await world.start("stubborn", undefined, "ended");
    const running = await world.start("careful");
    const limited = await world.start("limited");
    await world.pass(1000);
    for (const id of [paused, running]) await world.engine.control(id, "cancel", "enough");
    await world.engine.control(ended, "terminate");
    await world.pass(FAR);
    const [one, two, three, four] = await Promise.all([paused, ended, running, limited].map((id) => world.outcome(id)));
    assert.deepEqual([one?.status, one?.error?.message], ["CANCELLED", "enough"]);
    assert.equal(two?.status, "TERMINATED");
    assert.deepEqual([three?.status, three?.error?.message], ["FAILED", "not even a clean end"]);
    assert.equal(four?.status, "TIMED_OUT");
    assert.equal(
      (await world.engine.show(limited)).endTime,
      START + 90_000,
      "the limit holds for all attempts together",
    );
  });

  test(`who waits for a reply of an attempt that fails is told; the next one answers what came in the pause (${way})`, async (t) => {
    const world = await open(t, "attempts", options);
    const id = await world.start("busy");
    await world.pass(1000);
    const lost = world.engine.request(id, "ask", encode("slow"));
    await world.pass(10_000);
    const outcome = await lost;
    assert.match(outcome.ok ? "" : String(decode(outcome.error)), /AttemptFailed/);
    const later = world.engine.request(id, "ask", encode("quick"));
    await world.pass(60_000);
    const reply = await later;
    assert.equal(reply.ok && decode(reply.value), "quick 2");
  });
}

test("a result that cannot be stored is a failed attempt; the last error is the execution's", async (t) => {
  const world = await open(t, "attempts");
  const id = await world.start("odd");
  await world.pass(FAR);
  const { status, error } = await world.outcome(id);
  assert.deepEqual([status, error?.name], ["FAILED", "UnserializableError"]);
});

test("pauses grow and are jittered, the same whenever the execution is brought back", async (t) => {
  const times: unknown[] = [];
  for (const options of WAYS) {
    const world = await open(t, "attempts", options);
    const id = await world.start("jittered");
    await world.pass(FAR);
    const { value } = await world.outcome(id);
    times.push(value);
    assert.ok(Number(value) > 350_000 && Number(value) < 700_000, `${value} ms`);
  }
});

test("a parent hears of its child's last attempt alone; history and log tell of the others", async (t) => {
  await notes(t);
  const world = await open(t, "attempts");
  const id = await world.start("parent");
  await world.pass(120_000);
  await world.signal("stubborn/kid", "go", "on");
  assert.deepEqual((await world.outcome(id)).value, { count: 1, said: "on" });
  const logs = await world.engine.logs("stubborn/kid", { limit: 100 });
  assert.deepEqual(
    logs.map(({ level, text }) => `${level} ${text}`),
    [
      "warn attempt 1 of the workflow failed: RangeError: attempt 1",
      "warn attempt 2 of the workflow failed: RangeError: attempt 2",
    ],
  );
});

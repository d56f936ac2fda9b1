/** Calls that nobody waits for any more: what they do to their thread, and to those that share it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Barrier, callOf, Harness, opened, programOf } from "./support.js";

test("a cancelled handler that never yields loses its thread; what ran beside it runs again and loses no attempt", async (t) => {
  // One death would be one too many for whoever is blamed for it.
  const harness = new Harness(t, {}, { cancelGraceMs: 5, stuckMs: 5, deaths: 1 });
  const barrier = new Barrier(t, "cancelled hog");
  const program = programOf(`
    const channel = barrier("cancelled hog");
    task("hog", () => { channel.tell("hog"); block(); });
    task("patient", async (n, { invocation }) => { await channel.wait("patient"); return [n, invocation.retry]; });
  `);
  await harness.pool.load(program);
  const patient = callOf(program, "patient", 7);
  harness.pool.submit([patient]);
  await barrier.heard("patient");
  const hog = callOf(program, "hog");
  harness.pool.submit([hog]);
  await barrier.heard("hog");
  harness.pool.cancel([hog.ref]);
  await barrier.heard("patient", 2);
  barrier.release("patient");
  assert.deepEqual(opened(await harness.outcome(patient.ref)), [7, 0]);
  assert.equal((await harness.outcome(hog.ref)).ok, false);
});

test("a cancelled handler that yields keeps its thread", async (t) => {
  const harness = new Harness(t, {}, { cancelGraceMs: 5, stuckMs: 5 });
  const barrier = new Barrier(t, "cancelled well");
  const program = programOf(`
    const channel = barrier("cancelled well");
    task("listens", (_, { signal }) => new Promise((resolve) => {
      signal.addEventListener("abort", () => { channel.tell("told"); resolve("late"); });
      channel.tell("in");
    }));
  `);
  await harness.pool.load(program);
  const call = callOf(program, "listens");
  harness.pool.submit([call]);
  await barrier.heard("in");
  harness.pool.cancel([call.ref]);
  await barrier.heard("told");
  await harness.outcome(call.ref);
  assert.deepEqual(harness.deaths, []);
});

test("waiting calls start by priority: the highest first, a negative one last, equals in order", async (t) => {
  const harness = new Harness(t, { concurrency: 1 });
  const barrier = new Barrier(t, "priorities");
  const program = programOf(`
    const channel = barrier("priorities");
    task("first", async () => { await channel.wait("go"); });
    task("next", () => {});
  `);
  await harness.pool.load(program);
  harness.pool.submit([callOf(program, "first", undefined, { ref: "first" })]);
  await barrier.heard("go");
  const priorities = { low: -1, normal: undefined, high: 1, highest: 7, "as normal": 0, "as high": 1 };
  const calls = Object.entries(priorities).map(([ref, priority]) =>
    callOf(program, "next", undefined, { ref, ...(priority === undefined ? {} : { priority }) }),
  );
  harness.pool.submit(calls);
  barrier.release("go");
  await Promise.all(calls.map(({ ref }) => harness.outcome(ref)));
  assert.deepEqual(harness.answered, ["first", "highest", "high", "as high", "normal", "as normal", "low"]);
});

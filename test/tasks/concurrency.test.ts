/** How calls are spread over threads, and what a handler that never yields holds up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openTaskPool } from "#runtime/tasks/pool.js";
import { CallQueue } from "#runtime/tasks/queue.js";
import { Barrier, callOf, Harness, opened, programOf } from "./support.js";

test("a thread runs as many handlers at once as it may, and no more", async (t) => {
  const harness = new Harness(t, { threads: 1, concurrency: 3 });
  const barrier = new Barrier(t, "limit");
  const program = programOf(`
    const { wait } = barrier("limit");
    let running = 0, most = 0;
    task("hold", async () => { most = Math.max(most, ++running); await wait("in"); running--; return most; });
  `);
  await harness.pool.load(program);
  const calls = Array.from({ length: 3 }, () => callOf(program, "hold"));
  const late = callOf(program, "hold");
  harness.pool.submit([...calls, late]);
  await barrier.heard("in", 3);
  assert.equal(harness.pool.pending, 4);
  barrier.release("in");
  await barrier.heard("in", 4);
  barrier.release("in");
  assert.equal(opened(await harness.outcome(late.ref)), 3);
});

test("threads run side by side", async (t) => {
  const harness = new Harness(t, { threads: 2, concurrency: 1 });
  const barrier = new Barrier(t, "side by side");
  const program = programOf(`
    import { threadId } from "node:worker_threads";
    task("thread", async (name) => { await barrier("side by side").wait(name); return threadId; });
  `);
  await harness.pool.load(program);
  const runs = ["a", "b"].map((name) => harness.run(program, "thread", name));
  await Promise.all([barrier.heard("a"), barrier.heard("b")]);
  barrier.release("a");
  barrier.release("b");
  const [first, second] = await Promise.all(runs);
  assert.notEqual(first, second);
});

test("a thread is reused: many calls, few threads", async (t) => {
  const harness = new Harness(t, { threads: 2, concurrency: 4 });
  const program = programOf(`
    import { threadId } from "node:worker_threads";
    task("thread", async () => threadId);
  `);
  await harness.pool.load(program);
  const calls = Array.from({ length: 1000 }, () => callOf(program, "thread"));
  harness.pool.submit(calls);
  const threads = await Promise.all(calls.map(async ({ ref }) => opened(await harness.outcome(ref))));
  assert.ok(new Set(threads).size <= 2);
  assert.equal(harness.pool.pending, 0);
  assert.equal(harness.answered.length, 1000);
});

test("a handler that never yields holds up only what has started on its thread", async (t) => {
  const harness = new Harness(t, { threads: 2, concurrency: 4 });
  const barrier = new Barrier(t, "hog");
  const program = programOf(`
    task("hog", () => { barrier("hog").tell("in"); block(); });
    task("quick", (n) => n * 2);
  `);
  await harness.pool.load(program);
  harness.pool.submit([callOf(program, "hog")]);
  await barrier.heard("in");
  const calls = Array.from({ length: 50 }, (_, n) => callOf(program, "quick", n));
  harness.pool.submit(calls);
  const results = await Promise.all(calls.map(async ({ ref }) => opened(await harness.outcome(ref))));
  assert.deepEqual(
    results,
    calls.map((_, n) => n * 2),
  );
  assert.equal(harness.pool.pending, 1);
});

test("a thread that was stuck takes calls again when it is free", async (t) => {
  const harness = new Harness(t, { threads: 2, concurrency: 4 });
  const barrier = new Barrier(t, "free again");
  const program = programOf(`
    task("hog", (flag) => {
      const channel = barrier("free again");
      channel.tell("in");
      const end = performance.now() + 150;
      while (performance.now() < end);
    });
    task("quick", (n) => n);
  `);
  await harness.pool.load(program);
  const hogs = [callOf(program, "hog"), callOf(program, "hog")];
  harness.pool.submit(hogs);
  await barrier.heard("in", 2);
  const calls = Array.from({ length: 10 }, (_, n) => callOf(program, "quick", n));
  harness.pool.submit(calls);
  await Promise.all([...hogs, ...calls].map(({ ref }) => harness.outcome(ref)));
  assert.equal(harness.pool.pending, 0);
});

test("numbers of threads and concurrency are checked", () => {
  const onSettled = (): void => {};
  assert.throws(() => openTaskPool({ threads: 0, concurrency: 1, onSettled }), RangeError);
  assert.throws(() => openTaskPool({ threads: 1, concurrency: 1.5, onSettled }), RangeError);
});

test("a queue gives calls in order, those put back first", () => {
  const queue = new CallQueue<number>();
  for (const n of [3, 4, 5]) queue.push(n);
  assert.equal(queue.shift(), 3);
  queue.putBack([2, 3]);
  queue.putBack([0, 1]);
  assert.equal(queue.length, 6);
  assert.deepEqual(
    Array.from({ length: 7 }, () => queue.shift()),
    [0, 1, 2, 3, 4, 5, undefined],
  );
  queue.push(6);
  queue.clear();
  assert.equal(queue.length, 0);
});

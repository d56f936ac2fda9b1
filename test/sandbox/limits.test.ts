/** Goal: limits are checked, and related as they must be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "#runtime/sandbox/budget.js";
import { resolveLimits, textUnitsMax, threadStackMb } from "#runtime/sandbox/limits.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import { hashCommands } from "#runtime/sandbox/reply.js";

test("the defaults are those of the documentation", () => {
  const limits = resolveLimits({});
  assert.deepEqual(limits, {
    workers: 1,
    memoryBytes: 268_435_456,
    stackBytes: 262_144,
    deadlineMs: 2000,
    graceMs: 1000,
  });
  assert.equal(threadStackMb(limits), 8);
  assert.equal(textUnitsMax(limits), 33_554_432);
});

test("the thread's stack grows with the guest's", () => {
  assert.equal(threadStackMb(resolveLimits({ stackBytes: 1024 * 1024 })), 32);
});

test("an option out of range is refused by name", async () => {
  for (const [name, value] of [
    ["memoryBytes", 1024],
    ["workers", 0],
    ["deadlineMs", 1.5],
    ["stackBytes", 2 ** 30],
  ] as const) {
    await assert.rejects(openSandbox({ [name]: value }), { code: "EV5213", message: new RegExp(name) });
  }
});

test("a budget is used up by running, and by one portion at most for a gap between two polls", async () => {
  const budget = new Budget();
  budget.start(1_000_000);
  assert.equal(budget.poll(), false);
  budget.start(40);
  // A gap of any length costs a portion of 10 ms here.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  assert.equal(budget.poll(), false);
  while (!budget.poll());
  assert.equal(budget.exhausted, true);
});

test("the hash of commands depends on their content alone", () => {
  const first = { kind: "timer", seq: 1, at: 5 } as const;
  assert.equal(hashCommands([first]), hashCommands([{ ...first }]));
  assert.notEqual(hashCommands([first]), hashCommands([first, { ...first, seq: 2 }]));
  assert.equal(hashCommands([]), "0");
});

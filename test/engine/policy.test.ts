import assert from "node:assert/strict";
import { test } from "node:test";
import {
  believedCost,
  NEW_POSITION,
  type Position,
  writesAfterActivation,
  writesAtEviction,
  writesAtShutdown,
} from "#runtime/engine/policy.js";

/** Runs activations of one cost against checkpoints of one cost; gives the numbers of those that wrote one. */
function simulate(count: number, cost: number, checkpointCost: number): number[] {
  const written: number[] = [];
  let position: Position = NEW_POSITION;
  for (let n = 1; n <= count; n++) {
    const writes = writesAfterActivation("auto", position, 100);
    if (writes) written.push(n);
    position = writes
      ? { n, tailBytes: 0, tailCost: 0, setbacks: 0, checkpoint: { n, bytes: 500, cost: checkpointCost } }
      : { ...position, n, tailBytes: position.tailBytes + 100, tailCost: position.tailCost + cost };
  }
  return written;
}

test("what is spent on checkpoints stays within a constant of what is spent on activations", () => {
  for (const [cost, checkpointCost] of [
    [10, 10],
    [50, 300],
    [20, 5000],
    [1000, 10],
  ] as const) {
    const written = simulate(2000, cost, checkpointCost);
    assert.ok(written.length > 0, `${cost}/${checkpointCost}: checkpoints are written`);
    assert.ok(written.length * checkpointCost <= 2000 * cost + 2 * checkpointCost, `${cost}/${checkpointCost}`);
  }
});

test("the tail between two checkpoints costs at most a constant times a checkpoint", () => {
  const written = simulate(2000, 50, 300);
  const gaps = written.map((n, index) => n - (written[index - 1] ?? 0));
  assert.ok(Math.max(...gaps) * 50 <= 6 * 300);
});

test("failed attempts make the policy patient", () => {
  const position: Position = { ...NEW_POSITION, n: 10, tailCost: 2000, tailBytes: 100 };
  assert.equal(writesAfterActivation("auto", position, 0), true);
  assert.equal(writesAfterActivation("auto", { ...position, setbacks: 5 }, 0), false);
});

test("modes decide first", () => {
  assert.equal(writesAfterActivation("always", NEW_POSITION, 0), true);
  assert.equal(writesAfterActivation("never", { ...NEW_POSITION, tailCost: 1e9 }, 0), false);
  assert.equal(writesAtShutdown("never", { ...NEW_POSITION, n: 3 }), false);
  assert.equal(writesAtShutdown("auto", { ...NEW_POSITION, n: 3 }), true);
  assert.equal(writesAtShutdown("auto", { ...NEW_POSITION, n: 3, checkpoint: { n: 3, bytes: 1, cost: 1 } }), false);
  assert.equal(writesAtEviction("auto", { ...NEW_POSITION, n: 3, checkpoint: { n: 3, bytes: 1, cost: 1 } }, 0), false);
});

test("one checkpoint that took far too long does not let the tail grow as dear", () => {
  const position: Position = { ...NEW_POSITION, n: 10, checkpoint: { n: 10, bytes: 1000, cost: 500 } };
  assert.equal(believedCost(position, 480, 1000), 480);
  assert.equal(believedCost(position, 90_000, 1000), 1000);
  assert.equal(believedCost(position, 15_000, 20_000), 15_000);
  assert.equal(believedCost(NEW_POSITION, 90_000, 1000), 800);
});

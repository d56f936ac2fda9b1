/** `setTimeout` and `setInterval` in workflows: over restarts, when they throw, when the execution is cancelled. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, START, WAYS } from "./support.js";

const HOUR = 3_600_000;

for (const { way, ...options } of WAYS) {
  test(`an interval outlives the engine, keeps its rhythm, and makes up for one call (${way})`, async (t) => {
    const world = await open(t, "callbacks", options);
    const id = await world.start("hourly");
    await world.pass(2.5 * HOUR);
    const later = await world.reopen(5.2 * HOUR);
    await later.pass(1.9 * HOUR);
    await later.signal(id, "stop");
    await later.pass(48 * HOUR);
    const { value } = await later.outcome(id);
    // Hours 3 to 7 passed while nothing ran.
    assert.deepEqual(value, [HOUR, 2 * HOUR, 7.7 * HOUR, 8.7 * HOUR].map(at));
  });

  test(`what a callback throws fails the execution, with its line (${way})`, async (t) => {
    const world = await open(t, "callbacks", options);
    const id = await world.start("thrown");
    await world.pass(1000);
    const { status, error } = await world.outcome(id);
    assert.equal(status, "FAILED");
    assert.ok(error instanceof RangeError);
    assert.match(error.stack ?? "", /callbacks\.ts:17:/);
  });

  test(`callbacks come although the execution is cancelled (${way})`, async (t) => {
    const world = await open(t, "callbacks", options);
    const id = await world.start("cleaning");
    await world.pass(1000);
    await world.engine.control(id, "cancel");
    await world.pass(5000);
    const { value } = await world.outcome(id);
    assert.deepEqual(value, [`CancelledError ${new Date(START + 6000).toISOString()}`]);
  });
}

function at(passed: number): number {
  return START + passed;
}

test("text is no callback", async (t) => {
  const world = await open(t, "callbacks");
  assert.equal((await world.outcome(await world.start("wrong"))).value, "EV5004");
});

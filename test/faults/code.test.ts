/**
 * Workflow code that runs away suspends its own execution, with the reason; its neighbours, started in the same moment,
 * reach their ends, and an operator can end it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, site } from "./support.js";

const CODES: Readonly<Record<string, RegExp>> = {
  "an endless loop": /^SUSPENDED EV5202$/,
  "an endless loop that catches everything": /^SUSPENDED EV5202$/,
  "endless recursion": /^SUSPENDED EV520\d$/,
  "endless allocation": /^SUSPENDED EV520\d$/,
  // The engine refuses it before memory runs out, by an error that the workflow could have caught.
  "a string that doubles for ever": /^(FAILED InternalError: string too long|SUSPENDED EV520\d)$/,
  "a pattern that backtracks for ever": /^SUSPENDED EV5202$/,
  "a built-in that never looks up": /^SUSPENDED EV520\d$/,
};

test("code that runs away suspends its own execution only", async (t) => {
  const place = await site(t);
  const sandbox = { deadlineMs: 300, graceMs: 500, memoryBytes: 32 << 20 };
  const world = await open(t, "runaways", place, { sandbox });
  for (const [way, code] of Object.entries(CODES)) {
    const bad = world.start("runaway", way, way);
    const neighbours = await Promise.all(
      [1, 2, 3].map((n) => world.start("runaway", `${way}, neighbour ${n}`, "none")),
    );
    const ending = await world.ending(await bad);
    assert.match(ending, code, way);
    for (const id of neighbours) assert.equal(await world.ending(id), 'SUCCEEDED "arrived"', `beside ${way}`);
    if (!ending.startsWith("SUSPENDED")) continue;
    await world.engine.control(`runaway/${way}`, "terminate", "it ran away");
    assert.match(await world.ending(`runaway/${way}`), /^TERMINATED/);
  }
  assert.deepEqual(world.problems, []);
});

/** A combination that fails says which it is, and what happened last. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { underAxis } from "./conform.js";

const chain = { name: "chain", program: "programs/cases/chain.ts" };

test("a failure names the program, the axis with its settings, the seed, and the last events", async () => {
  const axis = { axis: "killed at random", options: { crash: "some seed" } } as const;
  await assert.rejects(underAxis({ ...chain, result: "another" }, axis), (error: Error) => {
    assert.match(error.message, /^chain, axis "killed at random" \{"crash":"some seed"\}, seed 1: Expected values/);
    assert.match(error.message, /main\/run \+0s +→ task 10 .*\n.*\n.*→ close : .*\n.* = SUCCEEDED$/);
    return true;
  });
});

test("so does one that comes before anything has happened", async () => {
  const axis = { axis: "straight through" };
  await assert.rejects(underAxis({ name: "broken", program: "fixtures/testing/broken.ts" }, axis), (error: Error) => {
    assert.match(error.message, /^broken, axis "straight through" \{\}, seed 1: .*does not compile/);
    return true;
  });
});

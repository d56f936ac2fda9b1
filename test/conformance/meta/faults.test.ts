/**
 * Faults of the database: each commit in turn is refused, once and several times. Nothing happens twice, nothing is
 * lost: the result is that of an undisturbed run, each task has started once, the signal was received once.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TestEnvironment } from "#runtime/testing/environment.js";
import { TESTS } from "../case.js";

const ENTRY = join(TESTS, "fixtures/testing/orders.ts");
const BOOK = { item: "book", cents: 1200 };
/** Commits of the run below, and some that it does not come to. */
const COMMITS = 8;

for (const times of [1, 3]) {
  test(`each commit is refused ${times} times`, async () => {
    for (let first = 1; first <= COMMITS; first++) {
      const refused = Array.from({ length: times }, (_, n) => first + n);
      const env = await TestEnvironment.create({ entry: ENTRY, crash: { refused } });
      try {
        const flow = await env.start("order", BOOK, { name: "one" });
        await env.tick(1, "hour");
        await Promise.all(["Ada", "Bob"].map((by) => flow.signal("approve", { by })));
        const place = `commits ${refused.join(", ")} refused\n${flow.timeline()}`;
        assert.deepEqual(
          await flow.result(),
          { status: "paid", receipt: "book for 1200 cents", by: ["Ada", "Bob"] },
          place,
        );
        assert.equal(env.startsOf("charge"), 1, place);
        const heard = flow.history().filter((entry) => entry.kind === "event" && entry.event.kind === "signal");
        assert.equal(heard.length, 2, place);
      } finally {
        await env.close();
      }
    }
  });
}

test("a fault that lasts is told to whoever waits, and mended by the next attempt", async (t) => {
  const refused = Array.from({ length: 5 }, (_, n) => 1 + n);
  const env = await TestEnvironment.create({ entry: ENTRY, crash: { refused } });
  t.after(() => env.close());
  await assert.rejects(env.start("order", BOOK, { name: "one" }), { code: "EV8007" });
  const again = await env.start("order", BOOK, { name: "one" });
  assert.deepEqual(await again.result(), { status: "expired" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./bank.ts", import.meta.url);
const booked = (ada, bob) => [
  { name: "ada", cents: ada },
  { name: "bob", cents: bob },
];

for (const crash of [{ every: "before" }, { every: "after" }]) {
  test(`each transfer is booked once, although every commit kills the engine ${crash.every} it is written`, async (t) => {
    const env = await TestEnvironment.create({ entry, crash });
    t.after(() => env.close());
    const input = { from: "ada", to: "bob", cents: 2500 };
    for (const name of ["rent", "gift"]) await (await env.start("transfer", input, { name })).result();
    const refused = await env.start("transfer", { ...input, cents: 5001 }, { name: "car" });
    assert.deepEqual(await refused.result(), { status: "refused", missing: 1 });

    const books = await (await env.start("audit")).result();
    assert.deepEqual(books.accounts, booked(5000, 5000));
    assert.deepEqual(
      books.bookings.map(({ reference }) => reference),
      ["transfer/gift", "transfer/rent"],
    );
    assert.ok(env.crashes > 0);
  });
}

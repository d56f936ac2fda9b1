/**
 * A recorded tail replays to the same commands; one that was tampered with is found out, and its execution suspended
 * instead of going on from a state that never was. The others on the database are not concerned.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "#runtime/store/sqlite/driver.js";
import { TestEnvironment } from "#runtime/testing/environment.js";
import { temporaryFolder } from "../../support/temp.js";
import { TESTS } from "../case.js";

const ENTRY = join(TESTS, "fixtures/testing/orders.ts");

/** A database whose execution `order/one` has taken a signal and waits for another, recorded by its tail alone. */
async function recorded(t: TestContext): Promise<string> {
  const database = join(await temporaryFolder(t), "tail.db");
  const env = await TestEnvironment.create({ entry: ENTRY, database, restore: "replay" });
  for (const name of ["one", "other"]) {
    const flow = await env.start("order", { item: "book", cents: 1200 }, { name });
    await flow.signal("approve", { by: "Ada" });
  }
  await env.close();
  return database;
}

async function goesOn(t: TestContext, database: string, name: string): Promise<{ status: string; reason: string }> {
  const env = await TestEnvironment.create({ entry: ENTRY, database, restore: "replay" });
  t.after(() => env.close());
  const flow = env.execution(`order/${name}`);
  await flow.signal("approve", { by: "Bob" });
  const logs = await flow.logs();
  return { status: await flow.status(), reason: logs.map(({ text }) => text).join("\n") };
}

async function tamper(database: string, sql: string): Promise<void> {
  const connection = await connect(database, "create");
  await connection.exec(sql);
  await connection.close();
}

test("a tail replays to the same commands in another process's engine", async (t) => {
  assert.equal((await goesOn(t, await recorded(t), "one")).status, "SUCCEEDED");
});

const TAMPERED: Record<string, string> = {
  "an event that is another": `UPDATE tail SET events = replace(events, '"workflow":"order"', '"workflow":"heart"') WHERE n = 1`,
  "the record of the commands": "UPDATE tail SET commands_hash = 'beef' WHERE n = 1",
};

for (const [what, sql] of Object.entries(TAMPERED)) {
  test(`a tampered tail is detected: ${what}`, async (t) => {
    const database = await recorded(t);
    await tamper(database, `${sql} AND execution = (SELECT key FROM execution WHERE id = 'order/one')`);
    const { status, reason } = await goesOn(t, database, "one");
    assert.equal(status, "SUSPENDED");
    assert.match(reason, /EV5\d+/);
  });
}

test("the other executions of a database with a tampered tail go on", async (t) => {
  const database = await recorded(t);
  await tamper(
    database,
    "UPDATE tail SET commands_hash = 'beef' WHERE execution = (SELECT key FROM execution WHERE id = 'order/one')",
  );
  assert.equal((await goesOn(t, database, "other")).status, "SUCCEEDED");
});

/**
 * Goal: what the engine asks again and again costs the same with ten sleeping executions and with a million.
 * Method: the plans that SQLite makes for the texts of the queries: searches in an index, no scan of a table.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Connection, connect } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { SQL } from "#runtime/store/sqlite/queries.js";
import { temporaryFolder } from "../support/temp.js";

async function database(t: TestContext): Promise<Connection> {
  const path = join(await temporaryFolder(t), "store.db");
  await (await openStore(path)).close();
  const connection = await connect(path, "write");
  return connection;
}

async function plan(connection: Connection, sql: string): Promise<readonly string[]> {
  const statement = await connection.prepare(`EXPLAIN QUERY PLAN ${sql}`);
  return (await statement.all()).map((row) => String(row.detail));
}

/** The list of keys that a query is given. */
const GIVEN = /^SCAN json_each /;

test("every query is answered by an index", async (t) => {
  const connection = await database(t);
  for (const [name, sql] of Object.entries(SQL)) {
    const steps = await plan(connection, sql);
    const scans = steps.filter(
      (step) =>
        /^SCAN (?!.*USING (COVERING )?INDEX (timer_due|inbox_pending))/.test(step) &&
        step !== "SCAN CONSTANT ROW" &&
        !GIVEN.test(step),
    );
    assert.deepEqual(scans, [], `${name}: ${steps.join(" | ")}`);
  }
  await connection.close();
});

test("timers are found by time without sorting, in the index of what is in progress", async (t) => {
  const connection = await database(t);
  assert.deepEqual(await plan(connection, SQL.dueTimers), ["SEARCH timer USING COVERING INDEX timer_due (at<?)"]);
  assert.deepEqual(await plan(connection, SQL.nextTimer), ["SCAN timer USING COVERING INDEX timer_due"]);
  await connection.close();
});

test("open tasks are read in order of scheduling without sorting", async (t) => {
  const connection = await database(t);
  const steps = await plan(connection, SQL.openTasks);
  assert.match(steps[0] ?? "", /^SEARCH task USING INTEGER PRIMARY KEY \(rowid>\?\)/);
  assert.ok(!steps.some((step) => step.includes("TEMP B-TREE")), steps.join(" | "));
  await connection.close();
});

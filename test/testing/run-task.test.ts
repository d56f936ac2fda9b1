/** A task's handler by itself: its context, its heartbeats, and the database of a transaction. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asyncResult, task, taskContext } from "#runtime/api/index.js";
import { openTestDatabase, runTask } from "#runtime/testing/index.js";

const TABLE = "CREATE TABLE account (name TEXT PRIMARY KEY, cents INTEGER)";
const pay = task("pay", { transaction: true }, async ({ to, cents }: { to: string; cents: number }, { db }) => {
  const { changes } = await db.run("UPDATE account SET cents = cents + ? WHERE name = ?", cents, to);
  if (changes === 0) throw new RangeError(`no account of ${to}`);
  const left = await db.run("UPDATE account SET cents = cents - ? WHERE name = 'bank'", cents);
  if (left.changes === 0) throw new RangeError("no bank");
  return await db.get<{ cents: number }>("SELECT cents FROM account WHERE name = ?", to);
});

test("a transaction is committed when the handler returns, and undone when it throws", async (t) => {
  const database = await openTestDatabase(TABLE, "INSERT INTO account VALUES ('bank', 1000), ('Ada', 5)");
  t.after(() => database.close());
  assert.deepEqual((await runTask(pay, { to: "Ada", cents: 100 }, { database })).result, { cents: 105 });
  await database.run("DELETE FROM account WHERE name = 'bank'");
  await assert.rejects(runTask(pay, { to: "Ada", cents: 100 }, { database }), {
    name: "RangeError",
    message: "no bank",
  });
  assert.deepEqual(await database.all("SELECT * FROM account"), [{ name: "Ada", cents: 105 }]);
  assert.deepEqual(await database.get("SELECT cents FROM account WHERE name = ?", "Bob"), undefined);
});

test("without a database of the test's it works on an empty one", async () => {
  const count = task("count", { transaction: true }, async (_: undefined, { db }) => {
    await db.run("CREATE TABLE thing (n INTEGER)");
    await db.run("INSERT INTO thing VALUES (?)", 7);
    return await db.all("SELECT n FROM thing");
  });
  for (let run = 0; run < 2; run++) assert.deepEqual((await runTask(count, undefined)).result, [{ n: 7 }]);
  await assert.rejects(runTask(pay, { to: "Ada", cents: 1 }), /no such table: account/);
});

test("a handler has its whole context", async () => {
  const look = task("look", async (what: string, { execution, invocation, signal, heartbeat, lastHeartbeat }) => {
    const { cancelled } = await heartbeat({ seen: what });
    return [execution.id, invocation.retry, taskContext().task.name, signal.aborted, cancelled, lastHeartbeat];
  });
  const seen: unknown[] = [];
  const options = { retry: 2, lastHeartbeat: "page 3", execution: { id: "scan/7", workflowName: "scan" } };
  const run = await runTask(look, "door", { ...options, onHeartbeat: (details) => seen.push(details) });
  assert.deepEqual(run.result, ["scan/7", 2, "look", false, false, "page 3"]);
  assert.deepEqual([run.heartbeats, seen], [[{ seen: "door" }], [{ seen: "door" }]]);
  const aborted = await runTask(look, "gate", { signal: AbortSignal.abort() });
  assert.deepEqual(aborted.result?.slice(3, 5), [true, true]);
});

test("a handler that waits for its token says so; what cannot be copied is refused", async () => {
  const ask = task("ask", async () => asyncResult<string>((token) => void assert.equal(token, "token-of-a-test")));
  const { isWaiting, token, result } = await runTask(ask, undefined);
  assert.deepEqual([isWaiting, token, result], [true, "token-of-a-test", undefined]);
  await assert.rejects(
    runTask(
      task("bad", async () => () => 1),
      undefined,
    ),
    { code: "EV7013" },
  );
});

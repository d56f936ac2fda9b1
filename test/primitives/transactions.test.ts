/** Tasks with `transaction: true`: what they write happens with their result, exactly once, or not at all. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { systemClock } from "#runtime/engine/clock.js";
import { notes, open, WAYS, type World } from "./support.js";

for (const { way, ...options } of WAYS) {
  test(`what a handler writes is committed with its result, and undone with its error (${way})`, async (t) => {
    const world = await open(t, "transactions", options);
    const moves = [
      { from: "ada", to: "bob", cents: 300 },
      { from: "eve", to: "bob", cents: 1 },
      { from: "ada", to: "bob", cents: 701 },
      { from: "bob", to: "ada", cents: 100 },
    ];
    const { value } = await world.outcome(await world.start("transfers", moves));
    const told = [700, ["RangeError", "no account eve"], ["Refused", "EV7024"], 200];
    assert.deepEqual(value, { told, balances: { ada: 800, bob: 200 } });
  });
}

test("failed attempts leave nothing behind", async (t) => {
  const world = await open(t, "transactions");
  const id = await world.start("retried");
  await world.pass(10_000);
  assert.deepEqual((await world.outcome(id)).value, { bob: 1 });
});

test("only single statements on tables of one's own are allowed", async (t) => {
  const world = await open(t, "transactions");
  const run = async (statements: readonly string[]): Promise<unknown> =>
    (await world.outcome(await world.start("statements", statements))).value;
  const refused = [
    "DELETE FROM task",
    "DELETE FROM main.log WHERE 1",
    "SELECT * FROM own WHERE text IN (SELECT id FROM execution)",
    "WITH x AS (SELECT * FROM checkpoint) SELECT * FROM x",
    "INSERT INTO change (kind) VALUES (11)",
    'DROP TABLE "execution"',
    "DROP INDEX timer_due",
    "ALTER TABLE [task] RENAME TO gone",
    "CREATE INDEX mine ON task (seq)",
    "CREATE TABLE IF NOT EXISTS inbox (a)",
    "CREATE TABLE eventual_mine (a)",
    "CREATE TEMP TABLE mine (a)",
    "CREATE TRIGGER mine AFTER INSERT ON own BEGIN DELETE FROM task; END",
    "CREATE VIRTUAL TABLE mine USING fts5(a)",
    "COMMIT",
    "/* so */ ROLLBACK",
    "SAVEPOINT a",
    "PRAGMA user_version = 9",
    "ATTACH 'other.db' AS other",
    "VACUUM",
    "EXPLAIN SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; -- not the end\n DELETE FROM own",
    "",
  ];
  assert.deepEqual(
    await run(refused),
    refused.map(() => "EV7022"),
  );
  const wrong = ["SELEC 1", "SELECT * FROM nowhere"];
  assert.deepEqual(await run(wrong), ["EV7022", "EV7024"]);
  const allowed = [
    "SELECT 1; -- that was it;",
    "INSERT INTO own (text) VALUES ('COMMIT; /*'), ('task')",
    "CREATE VIEW own_view AS SELECT text AS task FROM own",
    "SELECT task, 'log' AS log FROM own_view",
    "CREATE UNIQUE INDEX IF NOT EXISTS own_text ON own (text)",
    "ALTER TABLE own ADD COLUMN status TEXT",
    "SELECT value FROM json_each('[1]')",
    "UPDATE own SET status = 'x' RETURNING id",
    "DROP INDEX own_text",
  ];
  for (const statement of allowed) assert.deepEqual(await run([statement]), ["done"], statement);
});

test("texts, numbers, booleans, null and bytes go in and come out", async (t) => {
  const world = await open(t, "transactions");
  const { value, error } = await world.outcome(await world.start("valuesOf"));
  assert.equal(error, undefined);
  const row = { id: 1, text: "o'clock; --", data: new Uint8Array([0, 255]), yes: 1, empty: null, half: 0.5 };
  assert.deepEqual(value, { lastId: 1, changes: 1, row, none: undefined, refused: Array(5).fill("EV7024") });
});

const ENDINGS: readonly (readonly [string, unknown, Record<string, number>])[] = [
  ["rollback", ["TransactionFailed", "EV7023"], { bob: 0 }],
  ["leak", "ended", { bob: 1 }],
  ["signal", ["Fault", "EV7026"], { bob: 0 }],
  ["token", ["TransactionFailed", "EV7026"], { bob: 0 }],
  ["slow", ["TransactionFailed", "EV7025"], { bob: 0 }],
  ["runaway", ["Refused", "EV7024"], { bob: 0 }],
  ["exit", "ended", { bob: 1 }],
];

for (const [how, outcome, balances] of ENDINGS) {
  test(`a transaction that ends by ${how}`, async (t) => {
    await notes(t);
    // Only these two are to meet the limit.
    const limits = how === "slow" || how === "runaway" ? { transactionMs: 300 } : {};
    const world = await open(t, "transactions", { clock: systemClock, limits });
    const { value } = await world.outcome(await world.start("endings", how));
    assert.deepEqual(value, [outcome, "went on", balances]);
  });
}

async function noted(read: () => string[], line: string): Promise<void> {
  for (;;) {
    try {
      if (read().includes(line)) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function balancesOf(world: World): Promise<unknown> {
  return (await world.outcome(await world.start("looking"))).value;
}

test("what a cancelled call has written is undone", async (t) => {
  const read = await notes(t);
  // Until its limit the transaction keeps the cancellation from being stored.
  const world = await open(t, "transactions", { clock: systemClock, limits: { transactionMs: 1000 } });
  const id = await world.start("endings", "cancelled");
  await noted(read, "cancelled");
  await world.engine.control(id, "cancel");
  await world.outcome(id);
  await noted(read, "EV7023");
  assert.deepEqual(await balancesOf(world), { bob: 0 });
});

test("a call that has ended before its cancellation could be stored has happened, once; the workflow is cancelled all the same", async (t) => {
  const read = await notes(t);
  const world = await open(t, "transactions", { clock: systemClock });
  const id = await world.start("endings", "finished");
  await noted(read, "finished");
  // While the transaction is open nothing else is stored, this neither.
  const cancelled = world.engine.control(id, "cancel", "enough");
  await writeFile(`${process.env.NOTES}.go`, "");
  await cancelled;
  const { status, error } = await world.outcome(id);
  assert.deepEqual([status, error?.message], ["CANCELLED", "enough"]);
  assert.deepEqual(await balancesOf(world), { bob: 1 });
  const again = await world.reopen();
  assert.deepEqual(await balancesOf(again), { bob: 1 });
  assert.equal(read().filter((line) => line === "finished").length, 1);
});

test("a transaction whose execution has closed meanwhile is still committed once", async (t) => {
  const read = await notes(t);
  const world = await open(t, "transactions", { clock: systemClock });
  const id = await world.start("closing");
  assert.equal((await world.outcome(id)).status, "SUCCEEDED");
  await noted(read, "slow");
  for (;;) {
    const logs = await world.engine.logs(id, { limit: 10 });
    if (logs.some(({ text }) => /ending \(\d\) ended after the execution was closed/.test(text))) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(await balancesOf(world), { bob: 1 });
});

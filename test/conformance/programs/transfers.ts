/** Transactions: what a task writes through its database is there once, with its result, or not at all. */
import { duration, task, workflow } from "eventual";

const open = task("open", { transaction: true }, async (_: undefined, { db }) => {
  await db.run("CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, cents INTEGER CHECK (cents >= 0))");
  await db.run("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, cents INTEGER)");
  await db.run("INSERT INTO account VALUES ('ada', 100), ('bob', 0)");
});
const move = task("move", { transaction: true }, async (cents: number, { db }) => {
  await db.run("INSERT INTO entry (cents) VALUES (?)", cents);
  await db.run("UPDATE account SET cents = cents + ? WHERE name = 'bob'", cents);
  await db.run("UPDATE account SET cents = cents - ? WHERE name = 'ada'", cents);
  return (await db.get<{ n: number }>("SELECT count(*) AS n FROM entry"))?.n;
});
const policy = { maxAttempts: 3, initialInterval: duration(1), jitter: false } as const;
const late = task("late", { transaction: true, retry: policy }, async (cents: number, { db, invocation }) => {
  await db.run("INSERT INTO entry (cents) VALUES (?)", cents);
  if (invocation.retry < 2) throw new Error("undone");
});
const books = task("books", { transaction: true }, async (_: undefined, { db }) => ({
  accounts: await db.all("SELECT name, cents FROM account ORDER BY name"),
  entries: (await db.all<{ cents: number }>("SELECT cents FROM entry ORDER BY id")).map(({ cents }) => cents),
}));

export const main = workflow("main", async () => {
  await open();
  const numbers: unknown[] = [];
  for (const cents of [10, 200, 30]) {
    numbers.push(await move(cents).catch((error: Error & { code?: string }) => error.code));
    await duration(1, "hour");
  }
  await Promise.all([move(1), move(2), move(3)]);
  await late(99);
  return { numbers, ...(await books()) };
});

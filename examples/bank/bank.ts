import { task, workflow } from "eventual";
import { InsufficientFunds } from "./insufficient-funds";

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly cents: number;
}

export const transfer = workflow("transfer", async (input: Transfer, ctx) => {
  await openAccounts();
  try {
    return { status: "booked", balances: await book({ ...input, reference: ctx.execution.id }) };
  } catch (error) {
    if (!(error instanceof InsufficientFunds)) throw error;
    return { status: "refused", missing: error.missing };
  }
});

const openAccounts = task("openAccounts", { transaction: true }, async (_: undefined, { db }) => {
  await db.run("CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0))");
  await db.run("CREATE TABLE IF NOT EXISTS booking (reference TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  await db.run("INSERT OR IGNORE INTO account VALUES ('ada', 10000), ('bob', 0)");
});

const book = task(
  "book",
  { transaction: true },
  async ({ from, to, cents, reference }: Transfer & { readonly reference: string }, { db }) => {
    const payer = await db.get<{ cents: number }>("SELECT cents FROM account WHERE name = ?", from);
    const missing = cents - (payer?.cents ?? 0);
    await db.run("INSERT INTO booking VALUES (?, ?)", reference, cents);
    if (missing > 0) throw new InsufficientFunds(missing);
    await db.run("UPDATE account SET cents = cents - ? WHERE name = ?", cents, from);
    await db.run("UPDATE account SET cents = cents + ? WHERE name = ?", cents, to);
    return await db.all<{ name: string; cents: number }>("SELECT name, cents FROM account ORDER BY name");
  },
);

/** All that has been booked: for the test. */
export const audit = workflow("audit", async () => await readBooks());

const readBooks = task("readBooks", { transaction: true }, async (_: undefined, { db }) => ({
  bookings: await db.all<{ reference: string; cents: number }>("SELECT * FROM booking ORDER BY reference"),
  accounts: await db.all<{ name: string; cents: number }>("SELECT name, cents FROM account ORDER BY name"),
}));

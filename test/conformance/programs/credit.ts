/** A debit, then a credit that fails for a while: the debit is made once, whatever happens between them. */
import { duration, task, workflow } from "eventual";

const debit = task("debit", async (cents: number) => -cents);
const credit = task("credit", async ({ cents, attempt }: { cents: number; attempt: number }) => {
  if (attempt < 6) throw new Error("the bank is closed");
  return cents;
});

export const main = workflow("main", async (cents: number) => {
  let balance = await debit(cents);
  for (let attempt = 1; ; attempt++) {
    try {
      balance += await credit({ cents, attempt });
      return { balance, attempt };
    } catch {
      await duration(attempt, "hours");
    }
  }
});

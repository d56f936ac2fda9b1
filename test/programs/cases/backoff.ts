/** Retries by hand with growing pauses; a debit that happens once before a credit that fails for a while. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const flaky = task("flaky", async (attempt: number) => {
  started("flaky");
  if (attempt < 4) throw new Error(`attempt ${attempt}`);
  return "at last";
});
const debit = task("debit", async (amount: number) => {
  started("debit");
  return -amount;
});

async function retry<T>(times: number, run: (attempt: number) => Promise<T>, trace: string[]): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      trace.push(`${show(error)} at ${Date.now() % 1_000_000}`);
      if (attempt === times) throw error;
    } finally {
      trace.push(`tried ${attempt}`);
    }
    await duration(2 ** attempt);
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  trace.push(show(await debit(5)), await retry(9, flaky, trace));
  trace.push(await retry(2, (attempt) => flaky(attempt), trace).catch((error) => `gave up: ${error.message}`));
  const undo: (() => Promise<string>)[] = [];
  try {
    for (const n of [1, 2, 3]) {
      await debit(n);
      undo.unshift(async () => `undid ${n} ${await debit(-n)}`);
      if (n === 3) await flaky(0);
    }
  } catch {
    for (const step of undo) trace.push(await step());
  }
  return trace;
});

/** Ten steps, each with the result of the one before; a loop of many short steps. */
import { task, workflow } from "eventual";
import { started } from "./support/started";

const add = task("add", async ({ sum, i }: { sum: number; i: number }) => {
  started("add");
  return sum + i;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    sum = await add({ sum, i });
    trace.push(`after ${i}: ${sum}`);
  }
  let spins = 0;
  while (spins < 1000) {
    await null;
    spins++;
  }
  trace.push(`spun ${spins}`);
  return trace;
});

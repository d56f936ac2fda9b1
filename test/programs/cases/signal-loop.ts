/** A loop over signals with a task for each; those that come in bursts, early, and while a task runs are all seen. */
import { duration, signal, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const item = signal<{ n: number } | "end">("item");
const handle = task("handle", async ({ n }: { n: number }) => {
  started("handle");
  return `handled ${n}`;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  await duration(2);
  for (;;) {
    const next = await item.expectSignal();
    if (next === "end") break;
    trace.push(await handle(next), show(next));
    if (next.n === 3) await duration(10);
  }
  return trace;
});

/** Work that nobody awaits: succeeding, failing, called just before the end. Each handler starts, nothing breaks. */
import { duration, task, workflow } from "eventual";
import { started } from "./support/started";

const fine = task("fine", async (n: number) => {
  started("fine");
  return n;
});
const failing = task("failing", async () => {
  started("failing");
  throw new Error("nobody listens");
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  void fine(1);
  failing().catch((error) => trace.push(`heard later: ${error.message}`));
  const background = (async () => {
    for (let i = 0; ; i++) {
      await duration(1);
      trace.push(`background ${i}`);
    }
  })();
  void background;
  await duration(3.5);
  trace.push("still fine");
  void fine(2);
  void duration(1, "year");
  return trace;
});

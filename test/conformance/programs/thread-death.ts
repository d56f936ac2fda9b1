/** A handler that takes its thread along: run again with the same key, or given up, as it is declared. */
import { task, TaskInterrupted, workflow } from "eventual";

const fragile = task("fragile", async (_: undefined, { invocation }) => {
  if (invocation.retry === 0) process.exit(3);
  return invocation.idempotencyKey !== "";
});
const once = task("once", { onCrash: "fail" }, async () => {
  process.exit(4);
});
const sound = task("sound", async (n: number) => n);

export const main = workflow("main", async () => {
  const given = await once().catch((error: unknown) => error instanceof TaskInterrupted);
  return [await fragile(), given, await sound(1)];
});

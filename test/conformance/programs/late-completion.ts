/** What comes after a task's time: its success is refused, its heartbeat is told to stop, the workflow has moved on. */
import { asyncResult, duration, task, Timeout, workflow } from "eventual";

const slow = task("slow", async (_name: string) => asyncResult<string>(() => {}));

export const main = workflow("main", async () => {
  const seen: unknown[] = [];
  try {
    seen.push(await slow("late", { timeout: duration(5) }));
  } catch (error) {
    seen.push(error instanceof Timeout);
  }
  await duration(60);
  seen.push(await slow("in time", { timeout: duration(5) }));
  return seen;
});

/** One execution per day, each starting the next: the history of a run stays as short as a day. */
import { duration, task, workflow } from "eventual";

const open = task("open", async (day: number) => `opened on day ${day}`);
const shut = task("shut", async (day: number) => `shut on day ${day}`);

export const main = workflow("main", async ({ day, left }: { day: number; left: number }): Promise<string[]> => {
  const done = [await open(day)];
  await duration(8, "hours");
  done.push(await shut(day));
  await duration(16, "hours");
  if (left > 0) {
    const next = { day: day + 1, left: left - 1 };
    const { executionId } = await main.startExecution({ input: next, executionName: `day-${next.day}` });
    done.push(executionId);
  }
  return done;
});

/** A reminder a day, for ever. */
import { duration, task, workflow } from "eventual";

const remind = task("remind", async ({ to, day }: { to: string; day: number }) => `${to} on day ${day}`);

export const main = workflow("main", async (to: string) => {
  for (let day = 1; ; day++) {
    await duration(1, "day");
    await remind({ to, day });
  }
});

/** A reminder a day for thirty days: the loop that never grows. */
import { duration, task, workflow } from "eventual";
import { started } from "./support/started";

const remind = task("remind", async ({ to, day }: { to: string; day: number }) => {
  started("remind");
  return `${to} reminded on day ${day}`;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let day = 0;
  while (true) {
    await duration(1, "day");
    trace.push(`${await remind({ to: "ada@example.org", day: ++day })} ${new Date().toISOString()}`);
    if (day === 30) return trace;
  }
});

/** Time as the program sees it: it stands still within an activation and moves by what was waited for. */
import { duration, task, time, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const none = task("none", () => started("none"));

export const main = workflow("main", async (_, context) => {
  const trace: string[] = [];
  const now = (): string => new Date().toISOString();
  trace.push(now(), show(Date.now()), show(new Date() instanceof Date), typeof Date());
  const begin = Date.now();
  for (let i = 0; i < 1000; i++) await null;
  trace.push(show(Date.now() - begin));
  for (let i = 0; i < 5; i++) {
    const next = new Date(Date.now() + 2000);
    await time(next);
    trace.push(now(), show(Date.now() - next.getTime()));
  }
  await none();
  trace.push(now(), String(context.execution.startTime).slice(0, 10));
  const kept = new Date();
  kept.setUTCHours(kept.getUTCHours() + 30);
  await time(kept);
  trace.push(show(kept), now(), show(new Date(2026, 0, 31).toISOString()), kept.toJSON());
  return trace;
});

/** Schedules: each moment starts one execution, one that is still open is not joined by another, unless that is wanted. */
import { duration, schedule, signal, workflow } from "eventual";

const done = signal<string>("done");
export const report = workflow("report", async (kind: string, { execution }) => {
  await duration(kind === "long" ? 30 : 1, "hours");
  await done.sendSignal("main/run", `${kind} ${execution.name.slice(-24, -8)}`).catch(() => {});
});

export const nightly = schedule("nightly", "0 2 * * *", report, "short", { timezone: "Europe/Berlin" });
export const skipping = schedule("skipping", { every: duration(12, "hours") }, report, "long");
export const piling = schedule("piling", "30 6 * * *", report, "piled", { overlap: "allow" });

export const main = workflow("main", async () => {
  const heard: string[] = [];
  done.onSignal((what) => {
    heard.push(what);
  });
  await duration(3.5, "days");
  return heard;
});

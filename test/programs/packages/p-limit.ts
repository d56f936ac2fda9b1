/** p-limit: a queue of durable work that is under way while the execution is stored. */
import { duration, workflow } from "eventual";
import pLimit from "p-limit";
import { show } from "../cases/support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const limit = pLimit(2);
  let running = 0;
  const work = async (name: string, hours: number): Promise<string> => {
    running++;
    trace.push(`${name} begins, ${running} running, ${limit.pendingCount} waiting`);
    await duration(hours, "hours");
    running--;
    if (name === "c") throw new Error("c failed");
    return name;
  };
  const all = ["a", "b", "c", "d", "e"].map((name, index) => limit(work, name, 5 - index));
  trace.push(show([limit.activeCount, limit.pendingCount]));
  const settled = await Promise.allSettled(all);
  trace.push(show(settled.map((each) => (each.status === "fulfilled" ? each.value : String(each.reason)))));
  limit.concurrency = 1;
  trace.push(show(await limit.map([1, 2, 3], async (n, index) => {
    await duration(1, "minute");
    return n * 10 + index;
  })));
  return trace;
});

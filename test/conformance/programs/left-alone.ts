/** Work that nobody waits for and that fails: while the workflow goes on, at its end, and long after it. */
import { duration, task, workflow } from "eventual";

const failing = task("failing", async (when: string) => {
  throw new RangeError(`nobody hears of it ${when}`);
});
const child = workflow("child", async (hours: number) => {
  await duration(hours, "hours");
  throw new TypeError(`after ${hours} hours`);
});

export const main = workflow("main", async () => {
  void failing("in between");
  void child(1, { id: "early" });
  void child(5, { id: "late" });
  await duration(2, "hours");
  const heard = await Promise.allSettled([failing("but us"), child(0, { id: "heard" })]);
  void failing("at the end");
  return heard.map((each) => (each.status === "rejected" ? String(each.reason) : "none"));
});

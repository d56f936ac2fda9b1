/** A thousand turns of a loop with a little state: switch, labels, break and continue around its awaits. */
import { duration, task, workflow } from "eventual";

const weigh = task("weigh", async (n: number) => n % 7);

export const main = workflow("main", async () => {
  const counts = new Map<string, number>();
  const count = (what: string): void => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  };
  outer: for (let n = 0; ; n++) {
    if (n === 1000) break;
    if (n % 2 === 1) {
      await duration(1);
      continue;
    }
    switch (n % 100 === 0 ? await weigh(n) : n % 3) {
      case 0:
        count("nothing");
        break;
      case 1: {
        for (;;) {
          await duration(1, "millisecond");
          count("one");
          continue outer;
        }
      }
      default:
        count("more");
    }
  }
  return Object.fromEntries(counts);
});

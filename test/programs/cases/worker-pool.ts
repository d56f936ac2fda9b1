/** Three workers share a queue of twenty; at no time are more than three calls under way. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const work = task("work", async (n: number) => {
  started("work");
  return n * n;
});

export const main = workflow("main", async () => {
  const queue = Array.from({ length: 20 }, (_, n) => n);
  const results: number[] = [];
  const perWorker = [0, 0, 0];
  let running = 0;
  let most = 0;
  await Promise.all(
    perWorker.map(async (_, worker) => {
      for (let item: number | undefined; (item = queue.shift()) !== undefined; ) {
        most = Math.max(most, ++running);
        if (item % 5 === 4) await duration(item, "minutes");
        results.push(await work(item));
        perWorker[worker]!++;
        running--;
      }
    }),
  );
  return [show(most), show(results), show(perWorker), new Date().toISOString()];
});

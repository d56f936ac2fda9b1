/** Conditions see what continuations change; flicker, throwing predicates, timeouts, chains of conditions, many at once. */
import { condition, duration, Schedule, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const work = task("work", async () => {
  started("work");
  return "done";
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let ok = false;
  void (async () => {
    await work();
    ok = true;
  })();
  trace.push(show(await condition(() => ok)));
  trace.push(show(await condition({ timeout: duration(1, "year") }, () => true)), new Date().toISOString());
  trace.push(show(await condition({ timeout: duration(7) }, () => false)), new Date().toISOString());
  trace.push(show(await condition({ timeout: Schedule.duration(1) }, () => false)));
  trace.push(show(await condition({}, () => true)));
  let flicker = false;
  void duration(1).then(() => {
    flicker = true;
    flicker = false;
  });
  trace.push(show(await condition({ timeout: duration(5) }, () => flicker)));
  let asked = 0;
  const throwing = condition(() => {
    if (asked++ === 0) return false;
    throw new RangeError("predicate");
  });
  throwing.catch(() => trace.push("it threw"));
  await duration(1);
  trace.push(await throwing.then(show, show));
  trace.push(
    await condition(() => {
      throw new Error("at once");
    }).then(show, show),
  );
  trace.push(await condition({ timeout: Promise.reject(new Error("timeout failed")) }, () => false).then(show, show));
  let level = 0;
  const order: number[] = [];
  const chain = [3, 2, 1, 4].map(async (n) => {
    await condition(() => level === n - 1);
    level = n;
    order.push(n);
    return n;
  });
  trace.push(show(await Promise.all(chain)), show(order));
  const shared = duration(10);
  let late = false;
  const both = Promise.all([
    condition({ timeout: shared }, () => late),
    condition({ timeout: shared }, () => level > 9),
  ]);
  await duration(5);
  late = true;
  trace.push(show(await both), new Date().toISOString());
  return trace;
});

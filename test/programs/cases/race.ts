/** Races: a task against a timer, timers, settled values, a loser that fails, a race of nothing. */
import { duration, task, time, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const quick = task("quick", async (value: string) => {
  started("quick");
  return value;
});
const bad = task("bad", async () => {
  started("bad");
  throw new RangeError("bad");
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  trace.push(await Promise.race([quick("task"), duration(5).then(() => "timer")]));
  trace.push(await Promise.race([duration(5).then(() => "slow"), duration(2).then(() => "fast")]));
  trace.push(
    await Promise.race([Promise.resolve("first"), "second"]),
    await Promise.race(["plain", Promise.reject(1)]),
  );
  trace.push((await Promise.race([bad(), duration(1)]).catch((error) => show(error))) as string);
  const loser = duration(10).then(() => "loser");
  trace.push(await Promise.race([loser, duration(1).then(() => "winner")]), await loser);
  const pending = Promise.race([]);
  trace.push(await Promise.race([pending, duration(1).then(() => "nothing came")]));
  let hits = 0;
  for (let i = 0; i < 20; i++) {
    await Promise.race([duration(1), duration(1, "year")]);
    hits++;
  }
  trace.push(`${hits} rounds at ${new Date().toISOString()}`);
  const failing = Promise.reject(new Error("kept"));
  failing.catch(() => {});
  await duration(1);
  trace.push(await Promise.race([failing, time("2020-01-01T00:00:00Z")]).then(show, show));
  return trace;
});

/** What would break a replay elsewhere: chance, counters of modules, host-like collections, clocks, late-bound globals. */
import { duration, task, workflow } from "eventual";

let counter = 0;
const words = new Set(["b", "a", "c"]);
const tick = task("tick", async (n: number) => n);

const child = workflow("child", async () => {
  counter += 1;
  words.add(`d${counter}`);
  await duration(1);
  counter += 1;
  return [counter, ...words];
});

function refusal(run: () => unknown): string {
  try {
    return `got ${typeof run()}`;
  } catch (error) {
    return error instanceof Error && error.message !== "" ? "refused" : "refused without a word";
  }
}

export const main = workflow("main", async () => {
  counter += 10;
  const seen: unknown[] = [];
  const chance = Math.random();
  if (chance < 0.5) seen.push("low", await tick(1));
  else seen.push("high", await tick(2));
  const id = crypto.randomUUID();
  const begun = Date.now();
  const pair = await Promise.all([child(), child()]);
  const order: string[] = [];
  for (const word of words) {
    if (order.length === 0) words.delete("a");
    order.push(`${word}${await tick(order.length)}`);
  }
  const fired: number[] = [];
  const interval = setInterval(() => fired.push(fired.length), 1000);
  setTimeout(() => clearInterval(interval), 3500);
  await duration(10);
  const globals = globalThis as unknown as Record<string, unknown>;
  const late = ["fetch", "process", "require", "performance", "XMLHttpRequest"].map((name) =>
    refusal(() => (globals[name] as (() => unknown) | undefined)?.()),
  );
  return {
    branch: seen.length,
    chance: chance >= 0 && chance < 1,
    id: id.length,
    time: Date.now() - begun,
    pair,
    counter,
    order,
    fired,
    late,
  };
});

/** if, switch with fall-through, labels, break and continue out of nested loops, do-while, for-in: awaits in all of them. */
import { duration, task, workflow } from "eventual";
import { started } from "./support/started";

const judge = task("judge", (n: number) => {
  started("judge");
  return n % 4;
});

async function early(n: number): Promise<string> {
  if ((await judge(n)) === 0) return "zero";
  else if (n > 5) {
    await duration(1);
    return "big";
  }
  return "small";
}

async function choose(n: number, trace: string[]): Promise<void> {
  switch (await judge(n)) {
    case 0:
      trace.push(`${n} zero`);
    case await judge(1):
      trace.push(`${n} falls to one`);
      break;
    default:
      trace.push(`${n} default`);
    case 2: {
      await duration(1);
      trace.push(`${n} two`);
    }
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (const n of [0, 1, 2, 3]) await choose(n, trace);
  for (const n of [4, 3, 7]) trace.push(await early(n));
  outer: for (let i = 0; i < 4; i++) {
    for (let j = 0; ; j++) {
      if (j === (await judge(2))) continue outer;
      if (i === 2) break outer;
      trace.push(`${i}/${j}`);
    }
  }
  block: {
    if (await judge(5)) break block;
    trace.push("not reached");
  }
  let n = 0;
  do {
    n += await judge(6);
    if (n === 2) continue;
    trace.push(`do ${n}`);
  } while (n < (await judge(3)) * 2);
  for (const key in { a: 1, b: 2, [await judge(7)]: 3 }) trace.push(`in ${key} ${await judge(Number(key) || 1)}`);
  const chosen = (await judge(4)) ? "yes" : (await judge(5)) ? "one" : "none";
  trace.push(
    chosen,
    String((await judge(4)) || (await judge(8)) || "or"),
    String((await judge(5)) && (await judge(6))),
  );
  let value: number | null = null;
  value ??= await judge(2);
  value &&= value + (await judge(3));
  trace.push(String(value));
  return trace;
});

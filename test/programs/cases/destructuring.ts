/** Patterns with awaits in defaults, keys and targets; rest and spread. */
import { workflow } from "eventual";
import { echo } from "./support/tasks";

interface Shape {
  a?: number;
  b?: { c: number[]; d?: string };
  [key: string]: unknown;
}

async function parameters(
  { a = 1, ...rest }: Shape,
  [first, , third = "none"]: readonly unknown[] = [],
  ...more: number[]
) {
  await echo(a);
  return `${a} ${JSON.stringify(rest)} ${first} ${third} ${more}`;
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const shape = (await echo({ a: 2, b: { c: [1, 2, 3] }, x: "y" })) as Shape;
  const {
    a,
    b: { c: [head, ...tail] = [], d = `${await echo("default")}` } = { c: [] },
    ["x"]: renamed,
    ...others
  } = shape;
  trace.push(`${a} ${head} ${tail} ${d} ${renamed} ${JSON.stringify(others)}`);
  trace.push(await parameters({ q: 1 }, ["f", "s"], 1, 2), await parameters({ a: 5 }), await parameters({}, [0, 0, 0]));
  let [x, y] = [1, 2];
  [x, y] = [y, (await echo(x)) as number];
  trace.push(`${x} ${y}`);
  const holder: { p?: unknown; q: unknown[] } = { q: [] };
  ({ one: holder.p, two: holder.q[(await echo(1)) as number] } = { one: "p", two: "q" });
  trace.push(JSON.stringify(holder));
  for (const [key, value] of Object.entries({ m: 1, n: 2 })) trace.push(`${key}=${await echo(value)}`);
  for (const { id = await echo("generated") } of [{ id: "given" }, {}] as { id?: unknown }[]) trace.push(`${id}`);
  const spread = [...((await echo([1, 2])) as number[]), ...new Set([2, 3]), ...`${await echo("xy")}`];
  trace.push(`${spread} ${Math.max(...((await echo([4, 9, 2])) as number[]))}`);
  trace.push(JSON.stringify({ ...shape, a: await echo(9), ...{ z: await echo(0) } }));
  return trace;
});

/** Async helpers, of this module and another: nested, recursive 50 deep, mutually recursive, with defaults and rest. */
import { duration, task, workflow } from "eventual";
import { isEven, isOdd, later } from "./support/helpers";
import { show } from "./support/show";
import { started } from "./support/started";

const multiply = task("multiply", ([a, b]: readonly [number, number]) => {
  started("multiply");
  return a * b;
});

const factorial = (n: number): Promise<number> =>
  n < 2 ? Promise.resolve(1) : factorial(n - 1).then((before) => multiply([n, before]));

async function descend(depth: number, path: number[] = []): Promise<number> {
  if (depth === 0) {
    await duration(1, "hour");
    return path.length;
  }
  const below = await descend(depth - 1, [...path, depth]);
  await null;
  return below + 1;
}

async function sum(first: number, ...rest: number[]): Promise<number> {
  return rest.length === 0 ? first : first + (await sum(...(rest as [number, ...number[]])));
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  trace.push(`6! = ${await factorial(6)}`);
  trace.push(`depth ${await descend(50)}`);
  trace.push(`even ${await isEven(20)} odd ${await isOdd(20)}`);
  trace.push(`sum ${await sum(1, 2, 3, 4)}`);
  trace.push(show(await later("a")), show(await later("b", 0)));
  async function nested(n: number): Promise<string> {
    const inner = async (m: number): Promise<string> => {
      trace.push(`inner ${n} ${m}`);
      await duration(1);
      return m > 1 ? `${m}` : `${m},${await inner(m + 1)}`;
    };
    return n > 1 ? inner(0) : `${await nested(n + 1)};${await inner(1)}`;
  }
  trace.push(await nested(0));
  return trace;
});

/** Destructuring, spread, optional chaining, templates, Map, Set, Symbol, closures per iteration, operand order. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const get = task("get", async (n: number) => {
  started("get");
  return { n, list: [n, n + 1, n + 2], deep: { a: { b: `b${n}` }, none: null as null | { x: number } } };
});

const tag = (parts: TemplateStringsArray, ...values: unknown[]): string => `${parts.raw.join("|")} <- ${show(values)}`;

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const {
    n,
    list: [first, ...rest],
    deep: { a: { b: renamed = "default" } = {}, none },
    ...others
  } = await get(1);
  trace.push(show([n, first, rest, renamed, none, others]));
  const { missing = await get(5).then(({ n: five }) => five), [`${"ke"}y`]: computed = await duration(1) } =
    {} as Record<string, unknown>;
  trace.push(show([missing, computed]));
  let swapA = 1;
  let swapB = 2;
  [swapA, swapB] = [swapB, await get(3).then(() => swapA)];
  trace.push(show([swapA, swapB]));
  const holder: { list?: number[]; f?: (x: number) => number; inner?: { deep: number } } = { f: (x) => x * 2 };
  trace.push(show([holder.list?.[await never(trace)], holder.f?.((await get(4)).n), holder.inner?.deep ?? "absent"]));
  holder.inner = { deep: 1 };
  holder.inner.deep += (await get(6)).n;
  trace.push(show(holder.inner), show([...(await get(7)).list, ...new Set([1, 1, 2]), ..."ab"]));
  trace.push(show({ ...(await get(8)), n: "over", [`k${(await get(9)).n}`]: true }));
  trace.push(`a${(await get(10)).n}b${await "plain"}c${trace.length}`, tag`x${(await get(11)).n}\n${2}y`);

  const functions: (() => Promise<number>)[] = [];
  for (let i = 0; i < 3; i++) {
    functions.push(async () => {
      await duration(1);
      return i++ * 10;
    });
    await duration(1);
    if (i === 1) i = 1;
  }
  for (const x of [5, 6]) {
    await null;
    functions.push(async () => (await get(x)).n);
  }
  trace.push(show(await Promise.all(functions.map((f) => f()))), show(await functions[0]!()));

  const key = Symbol("own");
  const registered = Symbol.for("eventual.test");
  const symbols = { [key]: 1, [registered]: 2, [Symbol.toPrimitive]: () => 42 };
  const map = new Map<unknown, unknown>([
    [key, "sym"],
    [NaN, "nan"],
    [symbols, "object"],
  ]);
  const weak = new WeakMap([[symbols, "weak"]]);
  const set = new Set([map, symbols]);
  await duration(1, "day");
  trace.push(show([symbols[key], symbols[registered], `${symbols as unknown as string}`, key.description]));
  trace.push(show([map.get(key), map.get(NaN), map.get(symbols), weak.get(symbols), set.has(map), set.size]));
  trace.push(String(registered === Symbol.for("eventual.test")), show(Object.getOwnPropertySymbols(symbols).length));

  let order = "";
  const step = async (s: string): Promise<string> => {
    order += s;
    await duration(1);
    order += s.toUpperCase();
    return s;
  };
  const target: Record<string, string> = {};
  target[await step("a")] = (await step("b")) + (await step("c"));
  const joined = [await step("d"), order.length, await step("e")].concat(await step("f"), await step("g"));
  trace.push(order, show(target), show(joined));
  const regexp = /a(?<num>\d)/g;
  regexp.exec("a1a2");
  await duration(1);
  trace.push(show(regexp), show(regexp.exec("a1a2")?.groups?.num));
  const frozen = Object.freeze({ fixed: [1] });
  const hidden = Object.defineProperty({}, "quiet", { value: 1, enumerable: false });
  const bare = Object.assign(Object.create(null) as object, { z: 1 });
  const sparse = [1, , 3] as (number | undefined)[];
  await duration(1);
  trace.push(show([Object.isFrozen(frozen), Object.keys(hidden).length, (hidden as { quiet: number }).quiet]));
  trace.push(show([Object.getPrototypeOf(bare) === null, 1 in sparse, sparse.length, delete target.a, show(target)]));
  return trace;
});

async function never(trace: string[]): Promise<number> {
  trace.push("must not be asked");
  return 0;
}

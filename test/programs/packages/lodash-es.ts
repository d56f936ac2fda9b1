/** lodash-es: collections, deep copies, memoised, curried and composed functions held across suspensions. */
import { duration, workflow } from "eventual";
import {
  chunk,
  cloneDeep,
  curry,
  flow,
  get,
  groupBy,
  isEqual,
  memoize,
  merge,
  once,
  orderBy,
  partial,
  set,
  sumBy,
  uniqueId,
} from "lodash-es";
import { show } from "../cases/support/show";

interface Line {
  readonly sku: string;
  readonly price: number;
  readonly tags: readonly string[];
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const lines: Line[] = [
    { sku: "a", price: 3, tags: ["x"] },
    { sku: "b", price: 1, tags: ["x", "y"] },
    { sku: "c", price: 2, tags: [] },
  ];
  let calls = 0;
  const square = memoize((n: number) => {
    calls++;
    return n * n;
  });
  const add3 = curry((a: number, b: number, c: number) => a + b + c);
  const add1and2 = add3(1)(2);
  const first = once(() => `only ${++calls}`);
  const shout = flow([(text: string) => text.toUpperCase(), (text: string) => `${text}!`]);
  const greet = partial((greeting: string, name: string) => `${greeting}, ${name}`, "hello");
  const copy = cloneDeep({ lines, at: new Date(0), set: new Set([1]), map: new Map([["k", { deep: [1] }]]) });
  trace.push(show(square(4)), first(), show(add1and2(3)));
  await duration(1, "day");
  trace.push(show([square(4), square(5), calls]), first(), show(add1and2(4)), shout("a"), greet("you"));
  trace.push(show(groupBy(lines, ({ tags }) => tags.length)), show(orderBy(lines, ["price"], ["desc"])));
  trace.push(show(copy), String(isEqual(copy.lines, lines)), show(sumBy(lines, "price")), show(chunk([1, 2, 3], 2)));
  const target = merge({}, copy.lines[0], { extra: { a: [1] } });
  set(target, "extra.a[1]", 7);
  await duration(1, "day");
  trace.push(show(target), show(get(target, ["extra", "a", 1])), uniqueId("id-"));
  await duration(1, "day");
  trace.push(uniqueId("id-"), show([square(5), calls]));
  return trace;
});

/** What lies beside a suspension in one expression: callees, accessors, iterators, revoked proxies, refusals. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

const later = async <T>(value: T, by = 1): Promise<T> => {
  await duration(by);
  return value;
};

export const main = workflow("main", async () => {
  const trace: string[] = [];

  const called = (function (a: number, b: number) {
    return a + b;
  })(await later(1), await later(2, 86_400_000));
  const factorial = (function self(n: number): number {
    return n < 2 ? 1 : n * self(n - 1);
  })(await later(5));
  const sum = [1, 2, 3].reduce((all, one) => all + one, await later(10));
  trace.push(show([called, factorial, sum]));

  const mark = Symbol("mark");
  const nameless = Symbol();
  const literal = {
    get id() {
      return 1;
    },
    set id(_value: number) {},
    get [await later(mark)]() {
      return 2;
    },
    get [nameless]() {
      return 3;
    },
    get [await later("computed")]() {
      return 4;
    },
    get ""() {
      return 5;
    },
  };
  await duration(1);
  const accessorNames = Reflect.ownKeys(literal).map((key) => {
    const { get, set } = Object.getOwnPropertyDescriptor(literal, key) ?? {};
    return [get?.name, set?.name, Reflect.get(literal, key)];
  });
  trace.push(show(accessorNames));

  const items: string[] = [];
  for (const item of ["a", "b", "c"][(await later(0), Symbol.iterator)]()) items.push(await later(item));
  trace.push(items.join());

  const revoked = Proxy.revocable(() => 1, {});
  const emptied = Proxy.revocable({}, {});
  revoked.revoke();
  emptied.revoke();
  await duration(1);
  trace.push(show([typeof revoked.proxy, typeof emptied.proxy]));
  return trace;
});

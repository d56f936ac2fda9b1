/** Object literals with getters, setters and methods that capture variables; counters, once-functions, currying. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

function counter(start: number) {
  let value = start;
  const listeners: ((value: number) => void)[] = [];
  return {
    get value() {
      return value;
    },
    set value(next: number) {
      value = next;
      for (const listener of listeners) listener(value);
    },
    async add(by = 1) {
      await duration(by);
      this.value += by;
      return this;
    },
    onChange(listener: (value: number) => void) {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
  };
}

const curry = (a: number) => (b: number) => async (c: number) => {
  await duration(1);
  return a * 100 + b * 10 + c;
};

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const one = counter(1);
  const two = counter(10);
  const stop = one.onChange((value) => trace.push(`one is ${value}`));
  await one.add();
  one.value++;
  await duration(1, "day");
  stop();
  await (await one.add(2)).add(3);
  await two.add();
  trace.push(show([one.value, two.value, Object.keys(one)]));
  const step = curry(1)(2);
  await duration(1);
  trace.push(show(await step(3)));
  let calls = 0;
  const once = <T>(make: () => Promise<T>) => {
    let kept: Promise<T> | undefined;
    return () => (kept ??= make());
  };
  const load = once(async () => {
    calls++;
    await duration(5);
    return { calls };
  });
  const [first, second] = await Promise.all([load(), load()]);
  await duration(1);
  trace.push(show([first === second, (await load()) === first, calls]));
  const fibonacci: (n: number, memo?: Map<number, Promise<number>>) => Promise<number> = async (
    n,
    memo = new Map(),
  ) => {
    if (n < 2) return n;
    const known = memo.get(n);
    if (known) return known;
    const made = (async () => (await fibonacci(n - 1, memo)) + (await fibonacci(n - 2, memo)))();
    memo.set(n, made);
    return made;
  };
  trace.push(show(await fibonacci(20)));
  const tree = { value: 1, children: [] as unknown[], parent: undefined as unknown };
  tree.children.push({ value: 2, children: [], parent: tree }, { ...tree, parent: tree });
  const frozen = Object.freeze([1, { open: true }] as const);
  await duration(1);
  trace.push(show(tree), show([Object.isFrozen(frozen), frozen]));
  const args = await async function sum(this: { base: number }, ...numbers: number[]) {
    await duration(1);
    return [this.base, ...numbers, sum.name];
  }.call({ base: 7 }, 1, 2);
  trace.push(show(args));
  const arrowThis = {
    name: "outer",
    async run() {
      const inner = async () => {
        await duration(1);
        return this.name;
      };
      return [await inner(), await (() => this.name)()];
    },
  };
  trace.push(show(await arrowThis.run()));
  let later: (() => string) | undefined;
  const handle = { cancel: () => handle.state, state: "armed" };
  const self: Promise<unknown> = new Promise((resolve) => {
    later = () => (resolve(self === undefined ? "early" : "set"), "called");
  });
  await duration(1);
  trace.push(handle.cancel(), later!(), show(await self));
  return trace;
});

/** Live values of kinds that can hardly be stored, one at a time, across a wait. */
import { duration, workflow } from "eventual";

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

const KINDS: Record<string, () => () => unknown> = {
  proxy: () => {
    const proxy = new Proxy({ n: 1 }, { get: (target, key) => (key === "n" ? target.n + 1 : undefined) });
    return () => proxy.n;
  },
  "string iterator": () => {
    const letters = "abc"[Symbol.iterator]();
    letters.next();
    return () => [...letters].join("");
  },
  "iterator helper": () => {
    const numbers = [1, 2, 3, 5].values() as unknown as { filter(test: (n: number) => boolean): IterableIterator<number> };
    const odd = numbers.filter((n) => n % 2 === 1);
    odd.next();
    return () => [...odd];
  },
  "private fields": () => {
    const money = new Money(7);
    return () => money.cents;
  },
  "unique symbol": () => {
    const key = Symbol("key");
    const holder = { [key]: 1 };
    return () => holder[key];
  },
  "bound native": () => {
    const push = Array.prototype.push.bind([1, 2]);
    return () => push(3);
  },
  "native getter": () => {
    const getter = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get;
    const map = new Map([[1, 1]]);
    return () => getter?.call(map);
  },
  "data view": () => {
    const view = new DataView(new ArrayBuffer(8), 4);
    view.setInt16(0, 513);
    return () => view.getInt8(1);
  },
  "sparse array": () => {
    const list = [1, , 3];
    return () => [list.length, 1 in list];
  },
  "frozen object": () => {
    const frozen = Object.freeze({ n: [1] });
    return () => Object.isFrozen(frozen) && !Object.isFrozen(frozen.n);
  },
  "weak map": () => {
    const key = {};
    const weak = new WeakMap([[key, "kept"]]);
    return () => weak.get(key);
  },
  "class made at run time": () => {
    const make = (n: number) =>
      class {
        get n(): number {
          return n;
        }
      };
    const Made = make(3);
    return () => new Made().n;
  },
  "regular expression with a place": () => {
    const pattern = /a/g;
    pattern.test("aa");
    return () => pattern.lastIndex;
  },
  "error with a cause": () => {
    const error = new RangeError("far", { cause: new TypeError("near") });
    return () => `${error} ${error.cause} ${error instanceof RangeError}`;
  },
};

export const main = workflow("main", async () => {
  const results: Record<string, unknown> = {};
  for (const [kind, make] of Object.entries(KINDS)) {
    const use = make();
    await duration(1);
    results[kind] = use();
  }
  return results;
});

/** Maps, Sets, arrays and objects walked with awaits inside while they change: iterators live across restores. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const touch = task("touch", async (value: unknown) => {
  started("touch");
  return value;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const map = new Map<string, number>([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  for (const [key, value] of map) {
    trace.push(`map ${key} ${await touch(value)}`);
    if (key === "a") {
      map.delete("a");
      map.delete("b");
      map.set("d", 4);
    }
    if (key === "c") map.set("a", 5);
  }
  const set = new Set([1, 2, 3]);
  for (const value of set) {
    await duration(1);
    trace.push(`set ${value}`);
    if (value === 1) set.add(4).delete(2);
    if (value === 3) {
      set.delete(3);
      if (set.size < 4) set.add(3);
    }
    if (value > 3) set.clear();
  }
  const array = ["x", "y", "z"];
  for (const item of array) {
    trace.push(`array ${await touch(item)}`);
    if (item === "y") array.shift();
    if (array.length < 4) array.push(`${item}!`);
    if (array.length > 5 || trace.length > 20) break;
  }
  for (const [index, item] of array.entries()) {
    if (index > 2) break;
    trace.push(`entry ${index} ${await touch(item)}`);
  }
  const object: Record<string, number> = { one: 1, two: 2, three: 3 };
  for (const key in object) {
    if (key === "one") delete object.two;
    await duration(1);
    trace.push(`in ${key}`);
  }
  for (const [key, value] of Object.entries(object)) {
    object[key] = value * 2;
    await null;
  }
  trace.push(show(object));
  for (const letter of "a😀b") trace.push(`letter ${await touch(letter)}`);
  const closable = {
    n: 0,
    closed: 0,
    [Symbol.iterator]() {
      return this;
    },
    next() {
      return { done: this.n >= 5, value: this.n++ };
    },
    return() {
      this.closed++;
      return { done: true, value: undefined };
    },
  };
  for (const n of closable) {
    await duration(1);
    if (n === 2) break;
  }
  try {
    for (const n of closable) if (await touch(n)) throw new Error("leave");
  } catch {
    trace.push(`closed ${closable.closed} at ${closable.n}`);
  }
  const [one, two = await touch("default"), ...others] = new Set(["p"]);
  trace.push(show([one, two, others]));
  const grouped = new Map<object, string[]>();
  const keyA = {};
  for (const word of ["m", "n"]) grouped.set(keyA, [...(grouped.get(keyA) ?? []), String(await touch(word))]);
  trace.push(
    show(grouped.get(keyA)),
    show([3, 1, 2].toSorted()),
    show([..."ba"].sort().concat((await Promise.all([touch("q")])) as string[])),
  );
  return trace;
});

/** Iterators of collections held across suspensions: they go on over the same collection, whatever happens to it. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const list = ["x", "y", "z"];
  const bytes = new Uint8Array([7, 8, 9]);
  const keys = map.keys();
  const values = map.values();
  const entries = list.entries();
  const implicit = list[Symbol.iterator]();
  const letters = "a\u{1f600}b"[Symbol.iterator]();
  const matches = "k1=v1;k2=v2;k3=v3".matchAll(/(\w+)=(\w+)/g);
  const ofBytes = bytes.values();
  const finished = new Set([1]).values();
  trace.push(show([keys.next(), values.next(), values.next(), entries.next(), implicit.next(), letters.next()]));
  trace.push(show([matches.next().value?.[1], ofBytes.next(), [...finished]]));
  await duration(1, "day");
  map.delete("b");
  map.set("late", 9);
  list.push("w");
  bytes[2] = 1;
  await duration(1, "day");
  trace.push(show([...keys]), show(keys.next()), show([...values]));
  trace.push(show(entries.next()), show([...implicit]), show(letters.next()));
  await duration(1, "day");
  trace.push(show([...entries]), show([...letters]), show(Array.from(matches, ([, key, value]) => `${key} is ${value}`)));
  trace.push(show([...ofBytes]), show(finished.next()));
  for (const [index, letter] of list.entries()) {
    await duration(1, "minute");
    if (index === 1) list.unshift("v");
    trace.push(`${index} ${letter}`);
    if (index > 5) break;
  }
  return trace;
});

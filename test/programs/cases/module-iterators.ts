/** Iterators of collections that a module made while it was initialised, used and held across waits. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

const colours = new Map([
  ["red", 1],
  ["green", 2],
  ["blue", 3],
  ["white", 4],
]);
const untouched = colours.entries();
const started = colours.keys();
started.next();
const numbers = new Set([10, 20, 30, 40]);
const values = numbers.values();
const finished = new Set([1]).values();
finished.next();
finished.next();
const list = [1, 2, 3];
const listed = list.entries();
listed.next();
const text = "abc"[Symbol.iterator]();
text.next();
function* counting(): Generator<number> {
  let n = 0;
  for (;;) yield n++;
}
const counter = counting();
counter.next();

export const main = workflow("main", async () => {
  const trace: string[] = [];
  await duration(1, "hour");
  trace.push(show([started.next().value, untouched.next().value, values.next().value, finished.next()]));
  await duration(1, "hour");
  colours.delete("red");
  colours.delete("blue");
  colours.set("black", 5);
  numbers.delete(20);
  numbers.add(20);
  list.push(4);
  await duration(1, "hour");
  trace.push(show([started.next().value, untouched.next().value, values.next().value]));
  trace.push(show([listed.next().value, text.next().value, counter.next().value]));
  await duration(1, "hour");
  trace.push(show([[...started], [...untouched], [...values], [...listed], [...text]]));
  await duration(1, "hour");
  trace.push(show([started.next(), untouched.next(), values.next(), listed.next(), counter.next().value]));
  return trace;
});

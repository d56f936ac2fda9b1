/** An iterator of the engine held in a variable cannot be written out: the execution lives by its tail and stays right. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const keys = map.keys();
  trace.push(show(keys.next()));
  await duration(1, "day");
  map.delete("b");
  map.set("late", 9);
  await duration(1, "day");
  trace.push(show([...keys]), show(keys.next()));
  await duration(1, "day");
  trace.push("on it goes");
  return trace;
});

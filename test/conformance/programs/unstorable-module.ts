/** A module that holds, from its beginning, what no checkpoint can hold: every execution of it lives by its events. */
import { duration, workflow } from "eventual";

const pages = new Map([
  ["one", 1],
  ["two", 2],
  ["three", 3],
]).entries();

export const main = workflow("main", async () => {
  const seen: string[] = [];
  for (const [name] of pages) {
    seen.push(name);
    await duration(1);
  }
  return seen;
});

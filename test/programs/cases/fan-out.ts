/** Promise.all over 3 and over 300 items with two tasks each; calls are made from left to right. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

let seen = 0;
const load = task("load", async (id: number) => {
  started("load");
  return { id, seen: seen++ };
});
const save = task("save", async (item: { id: number }) => {
  started("save");
  return `saved ${item.id}`;
});
const order: string[] = [];
const note = task("note", (name: string) => {
  started(`note ${name}`);
  order.push(name);
  return [...order];
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (const count of [3, 300]) {
    const done: number[] = [];
    const saved = await Promise.all(
      Array.from({ length: count }, async (_, id) => {
        const text = await save(await load(id));
        done.push(id);
        return text;
      }),
    );
    trace.push(`${saved.length} ${saved[0]} ${saved.at(-1)}`, show([...done].sort((a, b) => a - b).length));
  }
  const inside = async (n: number): Promise<unknown> => {
    await note(`inside ${n}`);
    await duration(1);
    return note(`later ${n}`);
  };
  const all = await Promise.all([note("before"), ...[1, 2, 3].map(inside), note("after")]);
  trace.push(show(all));
  const kept = Promise.all([]);
  await duration(1);
  trace.push(
    show(await kept),
    show(await Promise.all([1, note("x"), Promise.resolve("y"), { then: (f: (v: number) => void) => f(7) }])),
  );
  return trace;
});

/** Requests and queries: what is asked gets an answer, of a state that asking does not change, also when it has ended. */
import { duration, query, signal, task, workflow } from "eventual";

const items: string[] = [];
const add = signal<string>("add");
const pay = signal<{ cents: number }>("pay");
const price = task("price", async (item: string) => item.length * 100);

export const cart = query("cart", (prefix: string) => {
  items.push("not kept");
  return items.filter((item) => item.startsWith(prefix));
});

export const main = workflow("main", async () => {
  let cents = 0;
  add.onSignal(async (item) => {
    if (items.includes(item)) return cents;
    const own = await price(item);
    if (items.includes(item)) return cents;
    items.push(item);
    cents += own;
    return cents;
  });
  pay.onSignal((given) => {
    if (given.cents !== cents) throw new RangeError(`it costs ${cents}`);
    return `paid ${cents}`;
  });
  await duration(1, "hour");
  return { items, cents };
});

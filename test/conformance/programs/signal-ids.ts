/** Signals with an id arrive once, whoever sends them, however often, also when they were consumed long ago. */
import { duration, type EventualError, executionHandle, expectSignal, query, signal, task, workflow } from "eventual";

const order = signal<string>("order");
const heard: string[] = [];
export const soFar = query("soFar", () => heard);

const press = task("press", async (to: string) => {
  for (let n = 0; n < 3; n++) await order.sendSignal(to, "from a task", { id: "button" });
});

export const customer = workflow("customer", async (to: string) => {
  const shop = executionHandle(to);
  await shop.sendSignal(order, "tea", { id: "c1" });
  await shop.sendSignal(order, "tea again", { id: "c1" });
  await order.sendSignal(to, "cake", { id: "c2" });
  await duration(1, "hour");
  // The same id another time, when its signal has long been consumed; and another signal with that id.
  await shop.sendSignal(order, "tea after an hour", { id: "c1" });
  await shop.sendSignal("note", "not an order", { id: "c1" });
  await shop.sendSignal(order, "without an id");
  await shop.sendSignal(order, "without an id");
});

export const main = workflow("main", async (_: undefined, { execution }) => {
  order.onSignal((what) => heard.push(what));
  const notes = expectSignal<string>("note", { timeout: duration(1, "day") }).catch((error: EventualError) => error.name);
  await duration(5, "seconds");
  await press(execution.id);
  await press(execution.id);
  await customer(execution.id);
  await duration(1);
  return { heard, note: await notes };
});

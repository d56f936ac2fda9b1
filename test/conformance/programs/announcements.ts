/** A saga that announces how it goes: each event reaches each subscription once, and one of them wakes another execution. */
import { duration, event, saga, signal, subscription, task, workflow } from "eventual";

interface Announced {
  readonly order: string;
  readonly what: string;
}
const started = event<Announced>("started");
const failed = event<Announced>("failed");
const compensated = event<Announced>("compensated");
const told = signal<Announced>("told");

const act = task("act", async (step: number) => {
  if (step === 3) throw new Error("out of stock");
  return step;
});
const undo = task("undo", async (step: number) => step);

export const tell = subscription("tell", { events: [started, failed, compensated] }, async (given) => {
  await told.sendSignal("ledger/books", given);
});

export const ledger = workflow("ledger", async () => {
  const heard: string[] = [];
  told.onSignal(({ order, what }) => {
    heard.push(`${order} ${what}`);
  });
  await duration(1, "hour");
  return heard.sort();
});

export const main = workflow("main", async () => {
  const books = ledger(undefined, { id: "books" });
  await duration(1);
  const order = "order-1";
  await started.emit({ order, what: "started" });
  try {
    await saga(async (s) => {
      for (const step of [1, 2, 3, 4]) {
        await s.step(
          () => act(step),
          async () => {
            await undo(step);
            await compensated.emit({ order, what: `undid ${step}` });
          },
        );
      }
    });
  } catch (error) {
    await failed.emit({ order, what: (error as Error).message }, { order, what: "closed" });
  }
  return await books;
});

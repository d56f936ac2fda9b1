/** A loop of signals with a task and a pause for each: those that arrive meanwhile are kept in order. */
import { duration, signal, workflow } from "eventual";
import { upper } from "./support/tasks";

const message = signal<string>("message");

export const main = workflow("main", async () => {
  const seen: string[] = [];
  for (;;) {
    const text = await message.expectSignal();
    if (text === "end") return seen;
    seen.push(await upper(text));
    await duration(1, "minute");
  }
});

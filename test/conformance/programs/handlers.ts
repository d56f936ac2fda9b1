/** Handlers of signals: several on one signal, beside a waiter, async and overlapping, disposed, late, running at the end. */
import { duration, signal, task, workflow } from "eventual";

const word = signal<string>("word");
const stop = signal("stop");
const spell = task("spell", async (text: string) => text.split("").join("-"));

export const main = workflow("main", async () => {
  const log: string[] = [];
  const first = word.onSignal((text) => {
    log.push(`first ${text}`);
    if (text === "c") first.dispose();
  });
  const second = word.onSignal(async (text) => {
    log.push(`begin ${text}`);
    const spelt = await spell(`${text}${text}`);
    await duration(10);
    log.push(`end ${spelt}`);
  });
  log.push(`waiter ${await word.expectSignal()}`);
  await stop.expectSignal();
  second.dispose();
  log.push("disposed");
  await duration(1, "hour");
  word.onSignal(async (text) => {
    log.push(`late ${text}`);
    await duration(1, "day");
    log.push("never");
  });
  await duration(1, "hour");
  return log;
});

/** Timers end at their time, whatever else wakes the execution before: signals that are handled, expected, or not known. */
import { duration, signal, time, workflow } from "eventual";

const noise = signal<number>("noise");
const bell = signal("bell");

export const main = workflow("main", async () => {
  const begun = Date.now();
  const seconds = (): number => (Date.now() - begun) / 1000;
  const heard: number[] = [];
  noise.onSignal(() => heard.push(seconds()));
  const rung = bell.expectSignal().then(seconds);
  await duration(10);
  const ends = [seconds()];
  await time(new Date(begun + 15_000));
  ends.push(seconds());
  await Promise.race([duration(5.5), duration(1, "day")]);
  ends.push(seconds());
  return { ends, heard, rung: await rung };
});

/** Timers of every kind: zero, negative, past, fractional, units, many at one moment, out of order, never awaited. */
import { duration, Schedule, time, workflow } from "eventual";
import { show } from "./support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const now = (): string => new Date().toISOString();
  await duration(0);
  await duration(-5, "days");
  await time(new Date(0));
  await time("1999-12-31");
  trace.push(now());
  await duration(1.5);
  await duration(0.0001);
  await duration(2.5, "minutes");
  trace.push(now());
  for (const unit of ["millisecond", "seconds", "minute", "hours", "day", "week", "year"] as const) {
    await duration(1, unit);
    trace.push(`${unit} ${now()}`);
  }
  const order: string[] = [];
  const timers = [3, 1, 2, 1, 0].map((n, index) => duration(n).then(() => order.push(`${n}/${index}`)));
  await Promise.all(timers);
  trace.push(show(order));
  const timer = duration(2, "hours");
  trace.push(show([timer.type, timer.dur, timer.unit, timer instanceof Promise]), show(Schedule.duration(3, "days")));
  void duration(1, "minute").then(() => trace.push(`minute passed ${now()}`));
  await timer;
  trace.push(now());
  await timer;
  trace.push(now());
  for (const wrong of [() => time("not a date"), () => duration(NaN), () => duration(1, "fortnight" as "day")]) {
    try {
      await wrong();
    } catch (error) {
      trace.push((error as Error).message);
    }
  }
  await Promise.all([time("2030-01-01T00:00:00Z"), time(new Date(Date.UTC(2029, 5, 1)))]);
  trace.push(now());
  return trace;
});

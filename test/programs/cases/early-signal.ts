/** Signals that come before anybody waits are kept in order, for expectSignal and for handlers; timeouts of waiting. */
import { duration, expectSignal, onSignal, Schedule, signal, Timeout, workflow } from "eventual";
import { show } from "./support/show";

const early = signal<{ n: number }>("early");
const go = signal("go");

export const main = workflow("main", async () => {
  const trace: string[] = [];
  await duration(5);
  trace.push(show(await early.expectSignal()), show(await expectSignal(early)), show(await expectSignal("early")));
  try {
    await early.expectSignal({ timeout: Schedule.duration(1) });
  } catch (error) {
    trace.push(show([error instanceof Timeout, (error as Error).name, new Date().toISOString()]));
  }
  trace.push(show(await go.expectSignal({ timeout: duration(1, "day") })), new Date().toISOString());
  const both = Promise.all([
    early.expectSignal(),
    early.expectSignal(),
    early.expectSignal({ timeout: duration(1, "week") }),
  ]);
  trace.push(show(await both));
  await duration(10);
  const first = onSignal(early, ({ n }) => trace.push(`first ${n}`));
  const second = early.onSignal(async ({ n }) => {
    await duration(1);
    trace.push(`second ${n}`);
  });
  await duration(0.5);
  trace.push("handlers are on");
  await go.expectSignal();
  first.dispose();
  first.dispose();
  await go.expectSignal();
  second.dispose();
  await duration(60);
  return trace;
});

/** Seven forms of a time limit at once; each refuses its promise after its own time. */
import { asyncResult, condition, duration, signal, task, Timeout, time, workflow } from "eventual";

const never = signal("never");
const idle = task("idle", async () => asyncResult(() => {}));
const limited = task("limited", { timeout: duration(3) }, async () => asyncResult(() => {}));
const child = workflow("child", async () => {
  await duration(1, "day");
});
const limitedChild = workflow("limitedChild", { timeout: duration(4) }, async () => {
  await duration(1, "day");
});

export const main = workflow("main", async () => {
  const begun = Date.now();
  const forms: Record<string, () => Promise<unknown>> = {
    condition: async () => {
      if (!(await condition({ timeout: duration(1) }, () => false))) throw new Timeout("false");
    },
    signal: () => never.expectSignal({ timeout: duration(2) }),
    taskDefinition: () => limited(),
    childDefinition: () => limitedChild(),
    taskCall: () => idle(undefined, { timeout: time(new Date(begun + 5000)) }),
    childCall: () => child(undefined, { timeout: duration(6) }),
    trueAtOnce: () => idle(undefined, { timeout: condition(() => true) }),
  };
  const seen = await Promise.all(
    Object.entries(forms).map(async ([form, run]) => {
      try {
        await run();
        return [form, "went on"];
      } catch (error) {
        return [form, error instanceof Timeout, (Date.now() - begun) / 1000];
      }
    }),
  );
  return seen;
});

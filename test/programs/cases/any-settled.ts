/** any, allSettled, AggregateError; subclasses of Promise are not needed, Promise.withResolvers is not assumed. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const maybe = task("maybe", async ({ n, ok }: { n: number; ok: boolean }) => {
  started("maybe");
  if (!ok) throw new RangeError(`bad ${n}`);
  return n;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  trace.push(
    show(await Promise.any([maybe({ n: 1, ok: false }), maybe({ n: 2, ok: false }), maybe({ n: 3, ok: true })])),
  );
  try {
    await Promise.any([1, 2, 3].map((n) => maybe({ n, ok: false })));
  } catch (error) {
    const kept = error as AggregateError;
    await duration(1, "day");
    trace.push(show([kept instanceof AggregateError, kept.name, kept.errors, kept.errors[0] instanceof RangeError]));
  }
  trace.push(show(await Promise.any([]).catch((error) => error.errors)));
  const settled = Promise.allSettled([
    maybe({ n: 4, ok: true }),
    maybe({ n: 5, ok: false }),
    duration(3).then(() => "timer"),
    6,
    Promise.reject("text"),
  ]);
  await duration(1);
  trace.push(show(await settled), show(await Promise.allSettled(new Set([1, Promise.resolve(2)]))));
  return trace;
});

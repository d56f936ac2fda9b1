/** Any promise limits a call: a shared timer, another task, a signal, a rejection. */
import { asyncResult, duration, signal, task, Timeout, workflow } from "eventual";

const enough = signal<string>("enough");
const slow = task("slow", async (_name: string) => asyncResult<string>(() => {}));
const quick = task("quick", async (name: string) => name);

export const main = workflow("main", async () => {
  const begun = Date.now();
  const told = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      (value) => [value, (Date.now() - begun) / 1000],
      (error: Error) => [error instanceof Timeout ? "Timeout" : error.message, (Date.now() - begun) / 1000],
    );
  const shared = duration(5);
  const first = slow("first");
  const second = slow("second", { timeout: first });
  const third = slow("third", { timeout: second });
  return await Promise.all([
    told(slow("a", { timeout: shared })),
    told(slow("b", { timeout: shared })),
    told(first),
    told(second),
    told(third),
    told(slow("by signal", { timeout: enough.expectSignal() })),
    told(slow("refused", { timeout: Promise.reject(new RangeError("mine")) })),
    told(quick("in time", { timeout: duration(1) })),
    told(slow("by task", { timeout: quick("limit") })),
  ]);
});

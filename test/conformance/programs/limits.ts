/** Limits of tasks: so many at a time, so many per customer, so many per stretch of time; the rest wait their turn. */
import { duration, task, workflow } from "eventual";

const begun = (): number => Date.now();
const one = task("one", { concurrency: 1 }, async (_: number) => {});
const perCustomer = task(
  "perCustomer",
  { concurrency: { key: (call: string) => call.slice(0, 1), limit: 1 } },
  async (_: string) => {},
);
const slow = task("slow", { rateLimit: { limit: 2, per: duration(10) } }, async (n: number) => n);
const perHost = task(
  "perHost",
  { rateLimit: { limit: 1, per: duration(5), key: (url: string) => url.slice(0, 1) } },
  async (url: string) => url,
);

export const main = workflow("main", async () => {
  const start = begun();
  const at = (promise: Promise<unknown>): Promise<number> => promise.then(() => (begun() - start) / 1000);
  return {
    one: await Promise.all([1, 2, 3].map((n) => at(one(n)))),
    perCustomer: await Promise.all(["a1", "a2", "b1", "a3"].map((call) => at(perCustomer(call)))),
    slow: await Promise.all([1, 2, 3, 4, 5].map((n) => at(slow(n)))),
    perHost: await Promise.all(["a", "a", "b", "a"].map((url) => at(perHost(url)))),
  };
});

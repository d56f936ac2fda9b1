/** Workflows that are tried again: what is new in each attempt, what is kept, and what is taken back. */
import { duration, query, signal, task, workflow } from "eventual";

class Flaky extends Error {
  override name = "Flaky";
  readonly attempt: number;
  constructor(attempt: number) {
    super(`attempt ${attempt} came to nothing`);
    this.attempt = attempt;
  }
}
const approval = signal<string>("approval");
const poison = signal<number>("poison");
const work = task("work", async (attempt: number) => attempt);
let stage = "new";
query("stage", () => stage);

const nap = workflow("nap", async (hours: number) => {
  await duration(hours, "hours");
  return `slept ${hours} h`;
});
const retry = { maxAttempts: 4, initialInterval: duration(10), jitter: false } as const;

export const main = workflow("main", { retry, timeout: duration(1, "day") }, async (_: undefined, { execution }) => {
  const { attempt, lastError } = execution;
  const before = stage;
  stage = `attempt ${attempt}`;
  void duration(1, "year");
  void nap(9, { id: `told-${attempt}`, onParentClose: "cancel" });
  const shared = nap(2, { id: "shared" });
  const quick = await nap(0, { id: "quick" });
  await work(attempt);
  if (attempt < 3) throw new Flaky(attempt);
  const failed = lastError instanceof Flaky && lastError.attempt;
  return { before, attempt, failed, quick, shared: await shared, approval: await approval.expectSignal() };
});

/** A signal's handler fails the attempt that took the signal. */
export const doomed = workflow("doomed", { retry: { ...retry, maxAttempts: 2 } }, async () => {
  poison.onSignal(async (n) => {
    await work(n);
    throw new Flaky(n);
  });
  await duration(1, "year");
});

export const parent = workflow("parent", async () => {
  const name = (error: unknown): string => (error instanceof Flaky ? error.message : String(error));
  return await refused(undefined, { id: "only" }).catch(name);
});
const refused = workflow("refused", { retry: { ...retry, nonRetryable: ["Flaky"] } }, async () => {
  throw new Flaky(1);
});

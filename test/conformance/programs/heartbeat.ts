/** Four tasks that must give signs of life: all of them, too few, too few and caught, none. */
import { asyncResult, duration, HeartbeatTimeout, task, workflow } from "eventual";

const work = task("work", { heartbeatTimeout: duration(30) }, async (_name: string) => asyncResult<string>(() => {}));
const again = task(
  "again",
  { heartbeatTimeout: duration(30), retry: { maxAttempts: 2, initialInterval: duration(1), jitter: false } },
  async (_name: string, { lastHeartbeat, invocation }) => {
    if (invocation.retry > 0 && lastHeartbeat !== undefined) return `went on from ${String(lastHeartbeat)}`;
    return asyncResult<string>(() => {});
  },
);

export const main = workflow("main", async () => {
  const begun = Date.now();
  const at = (): number => (Date.now() - begun) / 1000;
  const told = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      (value) => [value, at()],
      (error: unknown) => [error instanceof HeartbeatTimeout, at()],
    );
  return await Promise.all([
    told(work("all")),
    told(work("third")),
    work("caught").catch((error: Error) => error.name),
    told(work("none")),
    told(again("resumed")),
  ]);
});

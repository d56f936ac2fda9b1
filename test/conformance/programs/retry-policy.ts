/** Retries by hand and by policy: the same attempts at the same times; a name that is not retried; attempts that run out. */
import { duration, EventualError, task, workflow } from "eventual";

const times: number[] = [];
const byHand = task("byHand", async ({ attempt, good }: { attempt: number; good: number }) => {
  if (attempt < good) throw new Error(`attempt ${attempt}`);
  return attempt;
});
const byPolicy = task("byPolicy", async (good: number, { invocation }) => {
  if (invocation.retry < good) throw new Error(`attempt ${invocation.retry}`);
  return invocation.retry;
});
const hopeless = task("hopeless", async () => {
  throw new EventualError("Forbidden", "never again");
});

async function retried(good: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await byHand({ attempt, good });
    } catch (error) {
      if (attempt === 4) throw error;
      await duration(2 ** attempt);
    }
  }
}

export const main = workflow("main", async () => {
  const policy = { maxAttempts: 5, initialInterval: duration(1), jitter: false } as const;
  const timed = async (run: () => Promise<unknown>): Promise<unknown> => {
    const begun = Date.now();
    const end = await run().catch((error: Error) => error.message);
    times.push(Date.now() - begun);
    return [end, Date.now() - begun];
  };
  const ways = {
    hand: [await timed(() => retried(3)), await timed(() => retried(9))],
    policy: [
      await timed(() => byPolicy(3, { retry: policy })),
      await timed(() => byPolicy(9, { retry: policy })),
    ],
    named: await timed(() => hopeless(undefined, { retry: { ...policy, nonRetryable: ["Forbidden"] } })),
  };
  return { ...ways, equal: times[0] === times[2] && times[1] === times[3] };
});

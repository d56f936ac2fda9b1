/** Signals that come before anybody waits, before their execution has begun, after its end, and for nobody. */
import { duration, type EventualError, sendSignal, signal, workflow } from "eventual";

const go = signal<number>("go");
const kid = workflow("kid", async () => {
  await duration(1);
  return [await go.expectSignal(), await go.expectSignal()];
});

export const main = workflow("main", async () => {
  const refused = (promise: Promise<void>): Promise<unknown> =>
    promise.then(
      () => "accepted",
      (error: EventualError) => error.code,
    );
  const child = kid(undefined, { id: "kid" });
  await child.sendSignal(go, 1);
  await child.sendSignal(go, 2);
  const early = await child;
  const late = await refused(child.sendSignal(go, 3));
  const nobody = await refused(sendSignal("kid/nobody", go, 4));
  const own = [await go.expectSignal(), await Promise.race([go.expectSignal(), duration(1, "day").then(() => "lost")])];
  return { early, late, nobody, own };
});

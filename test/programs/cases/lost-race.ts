/** A waiter that lost a settled race observes nothing: the loop below misses no signal and sees none twice. */
import { duration, signal, workflow } from "eventual";

const beat = signal<number>("beat");

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (let i = 0; i < 8; i++) {
    const winner = await Promise.race([beat.expectSignal(), duration(1).then(() => "silence")]);
    trace.push(`${winner} at ${Date.now() % 100_000}`);
    if (winner === 2) await duration(3);
  }
  return trace;
});

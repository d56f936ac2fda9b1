/** A button that stops a wait; then a real cancellation, with cleaning up, children and tasks. */
import { asyncResult, CancelledError, duration, signal, task, uncancellable, workflow } from "eventual";

const button = signal<string>("button");
const slow = task("slow", async (_name: string) => asyncResult(() => {}));
const release = task("release", async (what: string) => `released ${what}`);
const child = workflow("child", async () => {
  try {
    await duration(1, "year");
  } finally {
    await uncancellable(() => release("child"));
  }
});

export const main = workflow("main", async () => {
  const seen: string[] = [];
  const first = await Promise.race([
    duration(5, "minutes").then(() => "done"),
    button.expectSignal().then((by) => `cancelled by ${by}`),
  ]);
  seen.push(first);
  try {
    await Promise.all([child(undefined, { id: "kid" }), slow("work"), duration(1, "year")]);
  } catch (error) {
    seen.push(`${error instanceof CancelledError} ${(error as Error).message}`);
    await duration(1).catch((refused: unknown) => seen.push(`refused ${refused instanceof CancelledError}`));
    seen.push(await uncancellable(() => release(seen.join(", "))));
    throw error;
  }
  return seen;
});

/** A workflow's own time limit: by its definition, by its start, with tasks and children under way. */
import { asyncResult, duration, EventualError, signal, task, Timeout, WorkflowTimeout, workflow } from "eventual";

const poke = signal<number>("poke");
const slow = task("slow", async () => asyncResult(() => {}));
const cleaned = task("cleaned", async () => {});
const grandchild = workflow("grandchild", async () => {
  await duration(1, "day");
});
const limited = workflow("limited", { timeout: duration(5) }, async (name: string) => {
  try {
    void grandchild(undefined, { id: `${name}-left` });
    void grandchild(undefined, { id: `${name}-told`, onParentClose: "cancel" });
    await Promise.all([slow(), duration(60)]);
  } finally {
    await cleaned();
  }
});

export const main = workflow("main", async () => {
  const begun = Date.now();
  const told = (name: string, promise: Promise<unknown>): Promise<unknown> =>
    promise.catch((error: unknown) => [
      name,
      error instanceof WorkflowTimeout && error instanceof Timeout,
      (Date.now() - begun) / 1000,
    ]);
  const child = limited("own", { id: "own" });
  const ends = await Promise.all([
    told("own", child),
    told("shorter", limited("shorter", { id: "shorter", timeout: duration(2) })),
    told("longer", limited("longer", { id: "longer", timeout: duration(7) })),
  ]);
  const late = await child.sendSignal(poke, 1).catch((error: unknown) => (error as EventualError).code);
  return [...ends, late];
});

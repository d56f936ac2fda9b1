/** Sagas that fail at each of their four steps, and one that ends well; an undo that fails is tried until it succeeds. */
import { duration, saga, task, workflow } from "eventual";

class Broken extends Error {
  override name = "Broken";
}
const act = task("act", async ({ step, fails }: { step: number; fails: number }) => {
  if (step === fails) throw new Broken(`step ${step}`);
  return step;
});
const undo = task("undo", async ({ step, attempt }: { step: number; attempt: number }) => {
  if (step === 2 && attempt < 3) throw new Error("not now");
  return `undid ${step}`;
});

export const main = workflow("main", async () => {
  const ends: unknown[] = [];
  for (const fails of [1, 2, 3, 4, 0]) {
    const undone: string[] = [];
    const attempts = new Map<number, number>();
    try {
      const sum = await saga(async (s) => {
        let total = 0;
        for (const step of [1, 2, 3, 4]) {
          total += await s.step(
            () => act({ step, fails }),
            async () => {
              const attempt = (attempts.get(step) ?? 0) + 1;
              attempts.set(step, attempt);
              undone.push(await undo({ step, attempt }));
            },
          );
          await duration(1);
        }
        return total;
      });
      ends.push([sum, undone]);
    } catch (error) {
      ends.push([(error as Error).message, error instanceof Broken, undone]);
    }
  }
  return ends;
});

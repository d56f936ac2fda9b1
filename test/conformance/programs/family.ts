/** Children: twenty deep, with ids of their own, failing, and left or ended when their parent ends. */
import { duration, workflow } from "eventual";

class Broken extends Error {
  override name = "Broken";
}
const deep = workflow("deep", async (n: number, { execution }): Promise<number[]> => {
  if (n < 0) throw new Broken(`at ${n}`);
  if (n === 0) return [execution.parentId === undefined ? -1 : 0];
  return [...(await deep(n - 1, { id: `${execution.name}-${n - 1}` })), n];
});
const sleeper = workflow("sleeper", async () => {
  await duration(2, "days");
});
const parent = workflow("parent", async () => {
  void sleeper(undefined, { id: "left" });
  void sleeper(undefined, { id: "told", onParentClose: "cancel" });
  void sleeper(undefined, { id: "ended", onParentClose: "terminate" });
  await duration(1, "hour");
});

export const main = workflow("main", async () => {
  await parent(undefined, { id: "parent" });
  const [one, two] = [deep(1), deep(1)];
  const named = await deep(-1, { id: "broken" }).catch((error: unknown) => error instanceof Broken && error.message);
  const results = await Promise.all([one, two]);
  return {
    distinct: one.execution.id !== two.execution.id,
    results,
    named,
    depth: (await deep(20, { id: "d" })).length,
  };
});

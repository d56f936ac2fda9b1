/** A handler that throws fails its execution; one whose promise rejects as well. */
import { duration, signal, task, workflow } from "eventual";

const poke = signal<number>("poke");
const check = task("check", async (n: number) => n > 1);

const child = workflow("child", async (mode: string) => {
  poke.onSignal((n) => {
    if (mode === "sync") throw new RangeError(`sync ${n}`);
    return check(n).then((fine) => {
      if (!fine) throw new RangeError(`async ${n}`);
    });
  });
  await duration(1, "day");
});

export const main = workflow("main", async () => {
  const kids = ["sync", "async"].map((mode) => child(mode, { id: mode }));
  await Promise.all(kids.map((kid) => kid.sendSignal(poke, 1)));
  return await Promise.all(kids.map((kid) => kid.catch((error: Error) => `${error.name}: ${error.message}`)));
});

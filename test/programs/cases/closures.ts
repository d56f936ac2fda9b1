/** Variables that closures share, one per iteration, changed on both sides of an await. */
import { duration, workflow } from "eventual";
import { add, echo } from "./support/tasks";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const later: (() => Promise<string>)[] = [];
  for (const x of ["a", "b", "c"]) later.push(async () => `${await echo(x)}${x}`);
  for (let i = 0; i < 3; i++) {
    later.push(async () => {
      i += await add({ a: i, b: 10 });
      return `${i}`;
    });
    await echo(i);
  }
  for (const call of later) trace.push(await call());
  for (const call of later.slice(3)) trace.push(await call());

  let shared = 0;
  const increase = async (by: number) => {
    await duration(by, "minutes");
    shared += by;
    return shared;
  };
  const results = await Promise.all([increase(3), increase(1), increase(2)]);
  trace.push(`${results} ${shared}`);

  function makeCounter(start: number) {
    let n = start;
    return {
      next: async () => (n = await add({ a: n, b: 1 })),
      get value() {
        return n;
      },
    };
  }
  const [one, two] = [makeCounter(0), makeCounter(100)];
  await one.next();
  await two.next();
  await one.next();
  trace.push(`${one.value} ${two.value}`);

  const self = async function fact(n: number): Promise<number> {
    return n < 2 ? 1 : n * (await fact(n - 1));
  };
  trace.push(`${await self(5)} ${self.name} ${self.length}`);
  const bound = add.bind(undefined, { a: 20, b: 22 });
  trace.push(`${await bound()}`);
  return trace;
});

/** Operands and arguments are evaluated from left to right, around awaits, each once. */
import { duration, workflow } from "eventual";
import { echo } from "./support/tasks";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const call = (name: string) => {
    trace.push(`call ${name}`);
    return echo(name);
  };
  const inside = async (name: string) => {
    trace.push(`enter ${name}`);
    return await call(name);
  };
  const all = await Promise.all([call("before"), ...["x", "y", "z"].map(inside), inside("after")]);
  trace.push(`${all}`);
  const object = {
    [`${await call("key")}`]: await call("value"),
    ...((await call("s")) ? { rest: await call("rest") } : {}),
  };
  trace.push(JSON.stringify(object));
  let target = { f: (a: unknown, b: unknown) => `old ${a} ${b}` };
  trace.push(target.f(await call("a"), ((target = { f: () => "new" }), await call("b"))));
  const list = [1, 2, 3];
  let at = 0;
  list[at++] += Number(await call("5")) + at;
  trace.push(`${list} ${at}`);
  await Promise.all(
    [3, 1, 2].map(async (n) => {
      await duration(n, "hours");
      trace.push(`hour ${n}`);
    }),
  );
  return trace;
});

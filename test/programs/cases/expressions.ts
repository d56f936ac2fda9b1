/** Awaits inside expressions: short circuits, assignments, calls, templates, updates. */
import { workflow } from "eventual";
import { add, echo } from "./support/tasks";

const tag = (strings: TemplateStringsArray, ...values: unknown[]) => `${strings.raw.join("|")}:${values}`;

class Box {
  constructor(readonly v: unknown) {}
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const nothing = (await echo(null)) as { f?: () => number; g: { h: number } } | null;
  trace.push(`${nothing?.f?.()} ${nothing?.g.h} ${await echo(nothing?.g ?? "none")}`);
  const object = { f: async (n: number) => add({ a: n, b: 1 }), n: 1, list: [1] as (number | undefined)[] };
  trace.push(`${await object?.f?.(1)} ${await object["f"](await object.f(2))}`);
  trace.push(
    `${(await echo(0)) || (await echo("or"))} ${(await echo(1)) && (await echo("and"))} ${(await echo(undefined)) ?? (await echo("nullish"))}`,
  );
  object.n += await add({ a: object.n, b: 1 });
  object.n **= (await echo(2)) as number;
  object.list[1] ??= await add({ a: 1, b: 1 });
  object.list[1] ||= await add({ a: 100, b: 1 });
  object.list[0] &&= await add({ a: 5, b: 0 });
  trace.push(`${object.n} ${object.list}`);
  trace.push(`a${await echo(1)}b${await echo(2)}c`, tag`x${await echo(1)}\ny${await echo(2)}z`);
  trace.push(
    `${(await echo(true)) ? await echo("yes") : await echo("no")} ${typeof (await echo("t"))} ${!(await echo(0))} ${-((await echo(3)) as number)}`,
  );
  trace.push(`${((await echo("first")), await echo("last"))} ${"n" in object} ${void (await echo(1))}`);
  let counter = 0;
  const next = async () => ++counter;
  trace.push(`${(await next()) + (await next()) * (await next())} ${counter++ + (await next()) + counter--}`);
  trace.push(`${delete (object as { n?: number }).n} ${await echo(Object.keys(object))}`);
  const date = new Date((await echo(1000)) as number);
  trace.push(`${date.getTime()} ${new Box(await echo("boxed")).v}`);
  return trace;
});

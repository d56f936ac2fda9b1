/** `import * as ns` used as a value: by key, listed, passed on and held across waits. */
import { duration, workflow } from "eventual";
import * as shapes from "./support/shapes";
import * as again from "./support/shapes";
import { show } from "./support/show";

type Names = keyof typeof shapes;

function describe(names: object): string {
  return show([Object.keys(names), Object.prototype.toString.call(names), Object.isFrozen(names)]);
}

const kept = { shapes };

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const held = shapes;
  const key = "gr" + "ow";
  await duration(1, "hour");
  trace.push(describe(held), show([held === shapes, held === again, kept.shapes === held, "circle" in held]));
  trace.push(show((held[key as Names] as (by: number) => number)(2)));
  const { grow, Square } = held;
  await duration(1, "hour");
  trace.push(show([grow(3), held.count, shapes.count, held["count" as Names], new Square(3).area()]));
  const bag = new Map<object, string>([[held, "by identity"]]);
  await duration(1, "day");
  trace.push(show([bag.get(again), bag.get(shapes), Object.entries(held).length, Object.getPrototypeOf(held)]));
  try {
    (held as { circle: string }).circle = "square";
  } catch (error) {
    trace.push((error as Error).name);
  }
  trace.push(await held.slowly("slow"), held.default, show({ ...held }.circle), show(Reflect.ownKeys(held).length));
  for (const name in held) trace.push(name);
  return trace;
});

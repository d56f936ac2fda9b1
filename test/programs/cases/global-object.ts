/** Properties of the global object: an execution's own, kept across suspensions. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

interface Shared {
  registry?: Map<string, number>;
  counter?: number;
}
const shared = globalThis as typeof globalThis & Shared;
shared.registry ??= new Map([["module", 1]]);

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const outer = globalThis as typeof globalThis & Shared;
  trace.push(show([outer === shared, outer.registry === shared.registry, "Promise" in globalThis, typeof globalThis]));
  shared.counter = 1;
  outer.registry?.set("execution", 2);
  await duration(1, "day");
  (globalThis as Shared).counter = (shared.counter ?? 0) + 1;
  await duration(1, "day");
  trace.push(show(outer.registry), show(shared.counter), show(outer === globalThis), show(globalThis.parseInt("7")));
  delete shared.counter;
  await duration(1, "day");
  trace.push(show("counter" in globalThis), show({ globalThis }.globalThis === outer));
  return trace;
});

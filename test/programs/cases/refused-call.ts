/** What refuses to work in workflows throws an error that can be caught, and held while the execution waits. */
import { duration, workflow } from "eventual";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const make = Reflect.get(Object.getPrototypeOf(() => 1) as object, "constructor") as (code: string) => unknown;
  const caught: unknown[] = [];
  try {
    make("return 1");
  } catch (error) {
    caught.push(error);
  }
  await duration(1, "day");
  for (const error of caught) {
    trace.push(`${error instanceof Error} ${Reflect.get(error as object, "code")} ${String(error)}`);
  }
  return trace;
});

/** Errors across the task border: class, name, message, cause, own fields; thrown things that are no errors; stacks. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

class OrderError extends Error {
  override name = "OrderError";
  readonly order: { id: number; lines: string[] };

  constructor(message: string, order: { id: number; lines: string[] }) {
    super(message);
    this.order = order;
  }
}

const failing = task("failing", async (kind: number) => {
  started("failing");
  const cause = new SyntaxError("inner", { cause: { code: 7 } });
  const kinds: unknown[] = [new TypeError("built in"), new OrderError("own", { id: 1, lines: ["x"] })];
  kinds.push(new Error("outer", { cause }), Object.assign(new RangeError("coded"), { code: "E_CODE", status: 404 }));
  kinds.push(new AggregateError([new Error("one"), 2], "many"), "text", { a: 1, deep: [null] }, undefined, null, 42n);
  kinds.push(Object.assign(new Error("renamed"), { name: "Custom" }), new Error(""));
  throw kinds[kind];
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (let kind = 0; kind < 12; kind++) {
    try {
      await failing(kind);
      trace.push("not reached");
    } catch (error) {
      const before = show(error);
      await duration(1, "hour");
      trace.push(show(error), show([before === show(error), error instanceof Error, error instanceof TypeError]));
      if (error instanceof Error) trace.push(show([typeof error.stack, (error.cause as Error)?.message]));
      trace.push(Object.prototype.toString.call(error));
    }
  }
  const own = new OrderError("mine", { id: 2, lines: [] });
  const kept: unknown[] = [own];
  try {
    await duration(1);
    throw own;
  } catch (error) {
    kept.push(error);
    await duration(1);
    trace.push(show([error === own, kept[0] === kept[1], error instanceof OrderError, (error as OrderError).order.id]));
  }
  trace.push(`${own}`, show(await failing(1).catch((error: Error) => [error.name, error.message])));
  return trace;
});

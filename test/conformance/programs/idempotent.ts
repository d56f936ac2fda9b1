/** Starts and names: the same name and input is the same execution, other input a conflict; odd names are names. */
import { duration, type EventualError, executionHandle, signal, workflow } from "eventual";

const poke = signal<number>("poke");
const order = workflow("order", async (item: string) => {
  await duration(1, "hour");
  return `${item}: ${await poke.expectSignal()}`;
});

export const main = workflow("main", async () => {
  const start = (executionName: string, input: string): Promise<string | undefined> =>
    order.startExecution({ executionName, input }).then(
      ({ executionId }) => executionId,
      (error: EventualError) => error.code,
    );
  const together = await Promise.all([start("order-7", "book"), start("order-7", "book"), start("order-7", "pen")]);
  const names = ["ünï/cødé %41", "  ", "a/b/c", "%", "'; DROP TABLE execution; --", "🦉".repeat(20)];
  const odd = await Promise.all(names.map((name) => start(name, "x")));
  const refused = await Promise.all([start("two\nlines", "x"), start("y".repeat(600), "x")]);
  await executionHandle("order/order-7").sendSignal(poke, 1);
  await duration(2, "hours");
  const after = [await start("order-7", "book"), await start("order-7", "pen")];
  return { together, odd, refused, after };
});

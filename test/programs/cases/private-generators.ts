/** Generators of private methods, whose code belongs to their class: begun, in the middle, thrown into, returned, ended. */
import { duration, workflow } from "eventual";

class Cursor {
  readonly #rows: readonly string[];
  constructor(rows: readonly string[]) {
    this.#rows = rows;
  }
  *#walk(): Generator<unknown, string, unknown> {
    try {
      yield [...((yield yield) as string[]), ...this.#rows];
      yield "more";
      return "end";
    } catch (error) {
      yield `caught ${String(error)}`;
      return "after";
    } finally {
      yield "cleaned";
    }
  }
  static *#count(from: number): Generator<number> {
    while (from < 4) yield from++;
  }
  get walk() {
    return this.#walk();
  }
  static get count() {
    return Cursor.#count(1);
  }
}

export const main = workflow("main", async () => {
  const trace: unknown[] = [];
  for (const end of ["run", "throw", "return"] as const) {
    const walk = new Cursor(["x"]).walk;
    const count = Cursor.count;
    const step = async (result: IteratorResult<unknown>) => {
      trace.push(result.done, result.value, count.next().value);
      await duration(1);
    };
    await duration(1);
    await step(walk.next("dropped"));
    await step(walk.next("first"));
    await step(walk.next(["a", "b"]));
    if (end === "throw") await step(walk.throw("stop"));
    if (end === "return") await step(walk.return("given"));
    for (let n = 0; n < 4; n++) await step(walk.next());
  }
  return trace;
});

/** Async generators and `for await`: requests that queue, closing by break, throw and return, delegation both ways. */
import { duration, workflow } from "eventual";
import { echo } from "./support/tasks";

const trace: string[] = [];

async function* pages(name: string, count: number) {
  try {
    for (let page = 0; page < count; page++) {
      await duration(1, "minutes");
      yield `${name}${await echo(page)}`;
    }
  } finally {
    await echo("close");
    trace.push(`closed ${name}`);
  }
}

async function* merged() {
  yield* pages("m", 2);
  yield* [Promise.resolve("p"), "q"];
  yield await Promise.resolve("r");
  return "end";
}

export const main = workflow("main", async () => {
  for await (const page of pages("a", 2)) trace.push(page);
  for await (const page of pages("b", 5)) {
    trace.push(page);
    if (page === "b1") break;
  }
  try {
    for await (const page of pages("c", 5)) throw new Error(page);
  } catch (error) {
    trace.push((error as Error).message);
  }
  const found = await (async () => {
    outer: for (const name of ["x", "y"]) {
      for await (const page of pages(name, 3)) {
        if (name === "x") continue outer;
        return await echo(`found ${page}`);
      }
    }
    return "none";
  })();
  trace.push(String(found));

  for await (const value of merged()) trace.push(value);

  // Requests made before any is answered are answered in order.
  const queue = pages("q", 2);
  const results = await Promise.all([queue.next(), queue.next(), queue.next(), queue.return(undefined)]);
  trace.push(JSON.stringify(results));

  const idle = pages("never", 1);
  await echo(0);
  trace.push(JSON.stringify(await idle.return("r" as never)), JSON.stringify(await idle.next()));

  for await (const value of [1, Promise.resolve(2), echo(3)]) trace.push(`v ${value}`);
  try {
    for await (const value of [1, Promise.reject(new Error("bad item"))]) trace.push(`v ${value}`);
  } catch (error) {
    trace.push((error as Error).message);
  }

  const held = pages("h", 3);
  trace.push(String((await held.next()).value));
  await echo("between");
  await held.throw(new Error("thrown in")).catch((error: Error) => trace.push(error.message));
  trace.push(JSON.stringify(await held.next()));

  const later: (() => string)[] = [];
  for await (const item of pages("l", 3)) later.push(() => item);
  trace.push(later.map((read) => read()).join());
  return trace;
});

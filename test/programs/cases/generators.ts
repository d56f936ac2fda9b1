/** Generators: held across awaits in every state, closed by loops, delegating, with finally and captured variables. */
import { workflow } from "eventual";
import { echo } from "./support/tasks";

const trace: string[] = [];

function* count(from: number, to: number): Generator<number, string, string | undefined> {
  try {
    for (let i = from; i < to; i++) {
      const sent = yield i;
      if (sent !== undefined) trace.push(`sent ${sent}`);
    }
    return "done";
  } catch (error) {
    trace.push(`caught ${(error as Error).message}`);
    yield -1;
    return "recovered";
  } finally {
    trace.push(`closed ${from}`);
  }
}

function* both(a: Iterable<number>, b: Iterable<number>) {
  const first = yield* a;
  trace.push(`first ended with ${String(first)}`);
  return yield* b;
}

function* fibonacci(): Generator<bigint> {
  let [a, b] = [0n, 1n];
  for (;;) {
    yield a;
    [a, b] = [b, a + b];
  }
}

export const main = workflow("main", async () => {
  const held = count(0, 5);
  trace.push(`${held.next().value}`);
  await echo(1);
  trace.push(`${held.next("x").value}`);
  await echo(2);
  trace.push(JSON.stringify(held.throw(new Error("odd"))));
  await echo(3);
  trace.push(JSON.stringify(held.next()), JSON.stringify(held.next()));

  for (const n of count(10, 20)) {
    if (n === 12) break;
    trace.push(await echo(`n ${n}`) as string);
  }
  const delegating = both(count(0, 2), [7, 8]);
  for (const n of delegating) trace.push(`d ${await echo(n)}`);

  const returned = both(count(30, 40), []);
  returned.next();
  await echo(0);
  trace.push(JSON.stringify(returned.return(5 as never)), JSON.stringify(returned.next()));

  const endless = fibonacci();
  const numbers: bigint[] = [];
  for (let i = 0; i < 12; i++) {
    numbers.push(endless.next().value);
    if (i % 5 === 0) await echo(i);
  }
  trace.push(numbers.join(" "));

  // Captured and changed on both sides of a yield.
  let total = 0;
  const adder = (function* () {
    const add = (n: number) => (total += n);
    while (true) add((yield total) as number);
  })();
  adder.next();
  adder.next(5);
  await echo(0);
  adder.next(7);
  trace.push(`${total}`);

  const notStarted = count(1, 2);
  await echo(0);
  trace.push(JSON.stringify([...notStarted]));
  const object = { *[Symbol.iterator]() { yield* "ab"; }, *each(this: { name: string }) { yield this.name; }, name: "o" };
  await echo(0);
  trace.push([...object].join(), [...object.each()].join());

  const intrinsic = Object.getPrototypeOf(function* () {});
  trace.push(`${Object.getPrototypeOf(count) === intrinsic} ${held instanceof count} ${Object.prototype.toString.call(held)}`);
  trace.push(`${count.name} ${count.length} ${Object.getPrototypeOf(held) === count.prototype}`);
  try {
    const runs = { self: undefined as Generator | undefined };
    const running = (function* () {
      runs.self?.next();
      yield 1;
    })();
    runs.self = running;
    running.next();
  } catch (error) {
    trace.push((error as Error).name);
  }
  return trace;
});

/** Iterator helpers held across suspensions, over generators and collections; closing reaches the source. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

interface Helpers<T> extends IterableIterator<T> {
  map<U>(mapper: (value: T, index: number) => U): Helpers<U>;
  filter(predicate: (value: T) => boolean): Helpers<T>;
  take(count: number): Helpers<T>;
  drop(count: number): Helpers<T>;
  flatMap<U>(mapper: (value: T) => Iterable<U>): Helpers<U>;
}
// Node 20, which type-checks this, does not have them.
const IteratorClass = Reflect.get(globalThis, "Iterator") as { from<T>(source: Iterator<T>): Helpers<T> };

function* count(trace: string[]): Generator<number> {
  try {
    for (let i = 1; ; i++) yield i;
  } finally {
    trace.push("closed");
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const factor = 10;
  const squares = IteratorClass.from(count(trace))
    .filter((n) => n % 2 === 1)
    .map((n, index) => n * n * factor + index)
    .drop(1)
    .take(4);
  const pairs = IteratorClass.from(new Set(["a", "b"]).values()).flatMap((letter) => [letter, letter.toUpperCase()]);
  const wrapped = IteratorClass.from({
    next: () => ({ done: false, value: factor }),
  });
  trace.push(show([squares.next(), pairs.next(), wrapped.next()]));
  await duration(1, "day");
  trace.push(show([squares.next(), pairs.next(), wrapped.next()]));
  await duration(1, "day");
  trace.push(show([...squares]), show([...pairs]), show(squares.next()));
  return trace;
});

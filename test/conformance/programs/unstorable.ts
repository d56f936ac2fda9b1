/** Live values that no checkpoint can hold, each across waits, a task and a signal: it goes on by its events alone. */
import { duration, signal, task, workflow } from "eventual";

type Detachable = ArrayBuffer & { transfer(): ArrayBuffer };

/** Its content has moved on: no new buffer can be made like it. */
function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4) as Detachable;
  buffer.transfer();
  return buffer;
}

class Box {
  readonly #kept: unknown;
  constructor(kept: unknown) {
    this.#kept = kept;
  }
  get kind(): string {
    return Object.prototype.toString.call(this.#kept);
  }
}

const more = signal<number>("more");
const add = task("add", async (n: number) => n + 1);

const KINDS: Record<string, () => () => string> = {
  "in a variable": () => {
    const buffer = detached();
    return () => String(buffer.byteLength);
  },
  "under a view": () => {
    const view = new DataView(new ArrayBuffer(4));
    (view.buffer as Detachable).transfer();
    return () => view.constructor.name;
  },
  "in a collection": () => {
    const map = new Map([["key", { list: [detached()] }]]);
    return () => String(map.get("key")?.list.length);
  },
  "in a private field": () => {
    const box = new Box(detached());
    return () => box.kind;
  },
  "bound to a function": () => {
    const length = function (this: ArrayBuffer): number {
      return this.byteLength;
    }.bind(detached());
    return () => String(length());
  },
  "behind a proxy": () => {
    const proxy = new Proxy({ inner: detached() }, {});
    return () => Object.keys(proxy).join();
  },
};

export const main = workflow("main", async () => {
  const results: Record<string, unknown> = {};
  for (const [kind, make] of Object.entries(KINDS)) {
    const held = make();
    await duration(1);
    const sum = (await add(Object.keys(results).length)) + (await more.expectSignal());
    results[kind] = [held(), sum];
  }
  // Nothing of that kind is left: from here on it can be stored again.
  await duration(1);
  return results;
});

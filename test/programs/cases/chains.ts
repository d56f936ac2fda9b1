/** then, catch and finally; thenables; promises kept and awaited twice; what await does to plain values; tick order. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const get = task("get", async (n: number) => {
  started("get");
  if (n < 0) throw new Error(`negative ${n}`);
  return n;
});

async function thenable(): Promise<number> {
  return {
    then(resolve: (n: number) => void) {
      resolve(77);
    },
  } as unknown as number;
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const once = get(1);
  trace.push(show(await Promise.all([once, once])), show([await once, await once]));
  trace.push(
    show(
      await get(-1)
        .then(() => "not here")
        .catch((error: Error) => error.message)
        .finally(() => trace.push("finally")),
    ),
  );
  trace.push(
    show(
      await get(2).finally(async () => {
        await duration(5);
        return "ignored";
      }),
    ),
  );
  trace.push(
    show(
      await get(3)
        .finally(() => get(-3))
        .catch((error) => error),
    ),
  );
  trace.push(show(await thenable()), show(await 5), show(await { then: 5 }));
  const stored = { promise: get(4).then((n) => n * 10), twice: (n: number) => n * 2 };
  await duration(1, "day");
  trace.push(show(await stored.promise.then(stored.twice).then((n) => get(n))));
  let release: (value: string) => void = () => {};
  let refuse: (reason: unknown) => void = () => {};
  const gate = new Promise<string>((resolve) => {
    release = resolve;
  });
  const wall = new Promise<string>((_, reject) => {
    refuse = reject;
  });
  const waiting = Promise.allSettled([gate, wall.catch((error) => `wall ${error}`)]);
  await duration(1);
  release("open");
  release("ignored");
  refuse("shut");
  trace.push(show(await waiting));
  const order: string[] = [];
  const log = (name: string) => () => {
    order.push(name);
  };
  void Promise.resolve().then(log("1")).then(log("2")).then(log("3"));
  void (async () => {
    await null;
    log("a")();
    await Promise.resolve();
    log("b")();
    return Promise.resolve();
  })().then(log("c"));
  void Promise.resolve(Promise.resolve()).then(log("x"));
  void new Promise<void>((resolve) => resolve(Promise.resolve())).then(log("y"));
  queueMicrotask(log("q"));
  log("sync")();
  await duration(1);
  trace.push(order.join(" "));
  const self: Promise<unknown> = new Promise((resolve) => queueMicrotask(() => resolve(self)));
  trace.push(show(await self.catch((error) => error.name)));
  return trace;
});

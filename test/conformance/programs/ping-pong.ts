/** A parent and a child that signal each other until the parent has enough. */
import { condition, signal, workflow } from "eventual";

const ping = signal<number>("ping");
const stop = signal("stop");

const kid = workflow("kid", async (_: undefined, { execution }) => {
  let last = 0;
  let go = false;
  let end = false;
  ping.onSignal((n) => {
    last = n;
    go = true;
  });
  stop.onSignal(() => {
    end = true;
  });
  while (!end) {
    await ping.sendSignal(execution.parentId ?? "", last + 1);
    go = false;
    await condition(() => go || end);
  }
  return last;
});

export const main = workflow("main", async () => {
  const child = kid(undefined, { id: "kid" });
  let rounds = 0;
  for (;;) {
    const n = await ping.expectSignal();
    rounds++;
    if (n > 10) {
      await child.sendSignal(stop);
      break;
    }
    await child.sendSignal(ping, n + 1);
  }
  return { rounds, last: await child };
});

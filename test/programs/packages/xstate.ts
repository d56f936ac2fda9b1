/** xstate: an actor that runs while the execution is stored: invoked promises, guards, assigned context, snapshots. */
import { duration, workflow } from "eventual";
import { assign, createActor, createMachine, fromPromise, setup, waitFor } from "xstate";
import { show } from "../cases/support/show";

const counter = createMachine({
  id: "counter",
  initial: "idle",
  context: { count: 0 },
  states: {
    idle: { on: { INC: { target: "busy", actions: assign({ count: ({ context }) => context.count + 1 }) } } },
    busy: { on: { DONE: "idle" } },
  },
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const order = setup({
    types: { context: {} as { retries: number; receipt: string | undefined }, events: {} as { type: "PAY" } | { type: "SHIP" } },
    actors: {
      charge: fromPromise(async ({ input }: { input: { attempt: number } }) => {
        await duration(1, "hour");
        if (input.attempt < 2) throw new Error(`declined ${input.attempt}`);
        return `receipt ${input.attempt}`;
      }),
    },
    guards: { mayRetry: ({ context }) => context.retries < 3 },
  }).createMachine({
    id: "order",
    initial: "open",
    context: { retries: 0, receipt: undefined },
    states: {
      open: { on: { PAY: "paying" } },
      paying: {
        invoke: {
          src: "charge",
          input: ({ context }) => ({ attempt: context.retries }),
          onDone: { target: "paid", actions: assign({ receipt: ({ event }) => event.output }) },
          onError: [
            { guard: "mayRetry", target: "open", actions: assign({ retries: ({ context }) => context.retries + 1 }) },
            { target: "failed" },
          ],
        },
      },
      paid: { after: { 3_600_000: "reminded" }, on: { SHIP: "shipped" } },
      reminded: { on: { SHIP: "shipped" } },
      shipped: { type: "final" },
      failed: { type: "final" },
    },
  });
  const actor = createActor(order);
  actor.subscribe((snapshot) => trace.push(`${String(snapshot.value)} ${show(snapshot.context)}`));
  actor.start();
  for (let i = 0; i < 3; i++) {
    actor.send({ type: "PAY" });
    const settled = await waitFor(actor, (snapshot) => !snapshot.matches("paying"), { timeout: Infinity });
    trace.push(`waited for ${String(settled.value)}`);
    await duration(1, "minute");
  }
  const simple = createActor(counter).start();
  simple.send({ type: "INC" });
  await duration(1, "day");
  simple.send({ type: "DONE" });
  simple.send({ type: "INC" });
  trace.push(show(simple.getSnapshot().context), show(simple.getSnapshot().can({ type: "DONE" })));
  const resumed = createActor(counter, { snapshot: simple.getPersistedSnapshot() }).start();
  trace.push(show(resumed.getSnapshot().value));
  actor.send({ type: "SHIP" });
  trace.push(show(actor.getSnapshot().status));
  return trace;
});

/** A shop as it would be written for the original framework: every primitive in its spelling, no other. */
import {
  asyncResult,
  condition,
  duration,
  event,
  EventualError,
  expectSignal,
  HeartbeatTimeout,
  onSignal,
  Schedule,
  sendSignal,
  sendTaskHeartbeat,
  signal,
  subscription,
  task,
  time,
  Timeout,
  workflow,
  type WorkflowContext,
  type WorkflowInput,
  type WorkflowOutput,
} from "@eventual/core";
import { z } from "zod";

interface Order {
  id: string;
  items: string[];
}

export const orderPlaced = event<{ id: string }>("order.placed");
export const orderShipped = event("order.shipped", z.object({ id: z.string(), at: z.string() }));

export const payment = signal<{ cents: number }>("payment");
export const courier = signal("courier");
export const progress = signal<number>("progress");

export const price = task("price", async (items: string[]) => items.length * 100);

export const reserve = task(
  "reserve",
  { timeout: duration(30, "seconds"), heartbeatTimeout: duration(10), memorySize: 512, handlerTimeout: duration(1, "minute") },
  async (item: string, context) => {
    const { cancelled } = await sendTaskHeartbeat();
    return `${item} for ${context.execution.workflowName} by ${context.task.name}, attempt ${context.invocation.retry}, ${cancelled}`;
  },
);

export const sign = task("sign", async (who: string) =>
  asyncResult<{ by: string }>(async (taskToken) => {
    const { cancelled } = await sign.sendTaskHeartbeat({ taskToken });
    if (who === "Ada" && !cancelled) await sign.sendTaskSuccess({ taskToken, result: { by: who } });
    if (who === "Bob") await sign.sendTaskFailure({ taskToken, error: "Refused", message: `${who} does not sign` });
  }),
);
export const silent = task("silent", { heartbeatTimeout: duration(5) }, async () => asyncResult<void>(() => {}));
export const broken = task("broken", () => {
  throw new EventualError("Broken", "it is broken");
});

export const packing = workflow("packing", { timeout: duration(1, "hour") }, async (items: string[], { execution }: WorkflowContext) => {
  let parcels = 0;
  const handler = progress.onSignal((n) => {
    parcels += n;
  });
  await condition(() => parcels >= items.length);
  handler.dispose();
  await sendSignal(execution.parentId!, courier);
  return { parcels, parent: execution.parentId };
});

export const slow = workflow("slow", async () => {
  await duration(1, "day");
});

export const main = workflow("main", async (order: Order, ctx) => {
  const seen: unknown[] = [ctx.workflow.name, ctx.execution.id, ctx.execution.name, ctx.execution.parentId];
  await orderPlaced.emit({ id: order.id });
  const [cents, reserved] = await Promise.all([price(order.items), Promise.all(order.items.map((item) => reserve(item)))]);
  seen.push(cents, reserved);

  // a time limit of each form
  const nobody = await expectSignal(courier, { timeout: duration(1) }).catch((error) => error instanceof Timeout);
  const never = await condition({ timeout: duration(2, "seconds") }, () => false);
  const late = await slow(undefined, { timeout: Schedule.duration(3) }).catch((error: Error) => error.name);
  const abandoned = await sign("nobody", { timeout: time(new Date(Date.now() + 4000)) }).catch((error) => error instanceof Timeout);
  const quiet = await silent().catch((error) => error instanceof HeartbeatTimeout && error instanceof Timeout);
  seen.push(nobody, never, late, abandoned, quiet);

  // tokens
  for (const each of await Promise.allSettled([sign("Ada"), sign("Bob")])) {
    seen.push(each.status === "fulfilled" ? each.value.by : [each.reason.name, each.reason.message]);
  }
  seen.push(await broken().catch((error: Error) => [error.name, error.message]));

  // a child, with signals both ways
  const child = packing(order.items);
  let asked = false;
  const hurry = onSignal("courier", () => {
    asked = true;
  });
  await child.sendSignal(progress, 1);
  await child.sendSignal("progress", 1);
  const packed: WorkflowOutput<typeof packing> = await child;
  await condition(() => asked);
  hurry.dispose();
  seen.push(packed);

  const paid = await Promise.race([payment.expectSignal().then(({ cents }) => cents), duration(1, "week").then(() => "never")]);
  await orderShipped.emit({ id: order.id, at: new Date().toISOString() });
  return { seen, paid };
});

// what a command did before: starts by the name of the order, once
export const book = subscription("book", { events: [orderShipped], retryAttempts: 3 }, async ({ id }) => {
  const input: WorkflowInput<typeof followUp> = id;
  const handle = await followUp.startExecution({ input, executionName: `after-${id}`, timeout: Schedule.duration(1, "day") });
  await handle.sendSignal(progress, 5);
});
export const noted = orderPlaced.onEvent("noted", async ({ id }) => {
  await payment.sendSignal(`main/${id}`, { cents: 250 });
});

export const followUp = workflow("followUp", async (id: string) => {
  const sent = await progress.expectSignal();
  await duration(1, "hour");
  return sent + id.length;
});

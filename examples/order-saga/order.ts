import { duration, saga, task, workflow } from "eventual";
import { courier, payments, warehouse } from "./services";
import { TooHeavy } from "./too-heavy";

interface Order {
  readonly item: string;
  readonly cents: number;
  readonly kilograms: number;
}

/** Each step names the order, so that what undoes it needs nothing of what the step gave back. */
interface OrderStep extends Order {
  readonly orderId: string;
}

export const order = workflow("order", async (input: Order, ctx) => {
  const step: OrderStep = { ...input, orderId: ctx.execution.id };
  try {
    const pickup = await saga(async (s) => {
      await s.step(
        () => reserve(step),
        () => release(step),
      );
      await s.step(
        () => charge(step),
        () => refund(step),
      );
      return await s.step(() => callCourier(step));
    });
    return { status: "ordered", pickup };
  } catch (error) {
    if (!(error instanceof TooHeavy)) throw error;
    return { status: "refused", reason: error.message };
  }
});

const reserve = task("reserve", async ({ orderId, item }: OrderStep) => warehouse.reserve(orderId, item));

const release = task("release", async ({ orderId, item }: OrderStep) => warehouse.release(orderId, item));

const charge = task("charge", async ({ orderId, cents }: OrderStep, { invocation }) =>
  payments.charge(orderId, cents, { idempotencyKey: invocation.idempotencyKey }),
);

const refund = task("refund", async ({ orderId, cents }: OrderStep, { invocation }) =>
  payments.refund(orderId, cents, { idempotencyKey: invocation.idempotencyKey }),
);

const callCourier = task(
  "callCourier",
  { retry: { maxAttempts: 5, initialInterval: duration(1, "minute"), nonRetryable: ["TooHeavy"] } },
  async ({ orderId, kilograms }: OrderStep, { invocation }) => courier.call(orderId, kilograms, invocation.retry),
);

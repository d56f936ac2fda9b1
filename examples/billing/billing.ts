import { duration, query, schedule, signal, task, time, workflow } from "eventual";
import { euros, ledger } from "./ledger";
import { lastMonth, nextMonth, type Plan, PRICES, proratedPrice } from "./plans";

interface Subscription {
  readonly customer: string;
  readonly plan: Plan;
}

interface Invoice {
  readonly customer: string;
  readonly what: string;
  /** Negative for a credit. */
  readonly cents: number;
}

export const changePlan = signal<Plan>("changePlan");
export const end = signal("end");

let plan: Plan;
export const currentPlan = query("currentPlan", () => plan);

/** One execution for each customer, for as long as they stay: months or decades. */
export const subscription = workflow("subscription", async (input: Subscription) => {
  const { customer } = input;
  plan = input.plan;
  const ended = end.expectSignal().then(() => "ended" as const);

  /** What is left of this month costs more, or less, from today on. The answer to `eventual request`. */
  changePlan.onSignal(async (wanted) => {
    const now = new Date();
    const cents = proratedPrice(wanted, now) - proratedPrice(plan, now);
    const what = `${plan} to ${wanted}`;
    plan = wanted;
    await charge({ customer, what, cents });
    return cents;
  });

  await charge({ customer, what: `${plan}, rest of the month`, cents: proratedPrice(plan, new Date()) });
  for (;;) {
    const next = await Promise.race([ended, time(nextMonth(new Date()))]);
    if (next === "ended") break;
    await charge({ customer, what: plan, cents: PRICES[plan] });
  }
  const cents = -proratedPrice(plan, new Date());
  await charge({ customer, what: `${plan}, given back`, cents });
  return "good-bye";
});

/** The key is the same for every attempt of one charge: nobody pays twice. */
const charge = task(
  "charge",
  { retry: { initialInterval: duration(1, "minute"), maximumInterval: duration(6, "hours") } },
  async ({ customer, what, cents }: Invoice, { invocation }) =>
    ledger.add({ date: invocation.scheduledTime.slice(0, 10), customer, what, cents, key: invocation.idempotencyKey }),
);

/** The books of all customers, closed at breakfast time on the first of each month. */
export const closing = workflow("closing", async () => await closeMonth(lastMonth(new Date())));

export const monthly = schedule("monthly", "0 6 1 * *", closing, undefined, { timezone: "Europe/Berlin" });

const closeMonth = task("closeMonth", async (month: string) => {
  console.log(`${month}     total ${euros(await ledger.total(month))}`);
});

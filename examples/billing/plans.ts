/** Prices and the arithmetic of months. Pure functions: they run in the workflow, and are tested as they are. */

export type Plan = "basic" | "team" | "business";

/** Cents a month. */
export const PRICES: Readonly<Record<Plan, number>> = { basic: 900, team: 3100, business: 9300 };

const DAY_MS = 86_400_000;

/** The first moment of the next month, UTC. */
export function nextMonth(date: Date): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}

/** The month before, such as `2027-01`. */
export function lastMonth(date: Date): string {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** The part of its month that is left on that day, the day itself included. */
export function shareLeft(date: Date): number {
  const end = nextMonth(date).getTime();
  const begin = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const today = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return (end - today) / DAY_MS / ((end - begin) / DAY_MS);
}

/** What a plan costs from that day to the end of the month, in cents. */
export function proratedPrice(plan: Plan, date: Date): number {
  return Math.round(PRICES[plan] * shareLeft(date));
}

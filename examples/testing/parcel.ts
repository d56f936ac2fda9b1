import { asyncResult, duration, query, signal, Timeout, task, workflow } from "eventual";

export const delivered = signal<{ to: string }>("delivered");

export const book = task("book", async (address: string) => `courier to ${address}`);
export const quote = task(
  "quote",
  { timeout: duration(1, "hour"), retry: { maxAttempts: 3, initialInterval: duration(10), jitter: false } },
  async (_address: string): Promise<number> => {
    throw new Error("the courier's site is down");
  },
);
export const permission = task("permission", async (_cents: number) => asyncResult<boolean>(() => {}));
export const upload = task("upload", async (pages: number, ctx) => {
  for (let page = Number(ctx.lastHeartbeat ?? 0) + 1; page <= pages; page++) await ctx.heartbeat(page);
  return pages;
});

let state = "new";
export const whereIsIt = query("whereIsIt", () => state);

export const reminder = workflow("reminder", async (address: string) => {
  await duration(1, "day");
  return `reminded ${address}`;
});

export const parcel = workflow("parcel", async (address: string) => {
  const cents = await quote(address).catch((error: unknown) => (error instanceof Timeout ? 990 : 1990));
  if (cents > 1000 && !(await permission(cents))) return "too dear";
  const courier = await book(address);
  state = courier;
  const arrival = delivered.expectSignal({ timeout: duration(3, "days") });
  try {
    return `${courier}, taken by ${(await arrival).to}`;
  } catch {
    return await reminder(address);
  }
});

/** Subscriptions: a handler that fails is tried again; what no attempt handles holds nobody else up. */
import { duration, event, signal, subscription, workflow } from "eventual";

interface Parcel {
  readonly to: string;
  readonly fails: number;
}
const sent = event<Parcel>("sent");
const heard = signal<string>("heard");
const retry = { maxAttempts: 3, initialInterval: duration(10), jitter: false } as const;

export const courier = subscription("courier", { events: [sent], retry }, async ({ to, fails }, { invocation }) => {
  if (invocation.retry < fails) throw new Error(`nobody home at ${to}`);
  await heard.sendSignal("main/run", `delivered to ${to}`);
});
export const ledger = subscription("ledger", { events: [sent] }, async ({ to }) => {
  await heard.sendSignal("main/run", `noted ${to}`);
});

export const main = workflow("main", async () => {
  const told = new Set<string>();
  heard.onSignal((what) => {
    told.add(what);
  });
  await sent.emit({ to: "Ada", fails: 0 }, { to: "Bob", fails: 2 }, { to: "nobody", fails: 99 });
  await duration(1, "hour");
  return [...told].sort();
});

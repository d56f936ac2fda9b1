/** Events emitted from outside of workflows, and what became of those that no subscription could handle. */
import type { Emitted } from "../protocol/command.js";
import type { DeadLetter, Write } from "../store/store.js";
import { unknownDeadLetter } from "./faults.js";
import { checkName } from "./names.js";
import type { Parts } from "./parts.js";

type EmitParts = Pick<Parts, "store" | "declarations" | "time" | "limits"> & {
  /** Without an engine nobody delivers. */
  readonly deliveries?: Parts["deliveries"];
};

/** The rows of an event: one per subscription to it. */
export function deliveriesOf(
  { event, payload }: Emitted,
  subscribers: readonly string[],
  time: number,
): readonly Write[] {
  return subscribers.map((subscription) => ({ kind: "addDelivery", subscription, event, payload, time }));
}

/** Durable when it resolves. Throws Fault EV8003 for an unusable name. */
export async function emitEvents(parts: EmitParts, events: readonly Emitted[]): Promise<void> {
  const { store, declarations, time, limits, deliveries } = parts;
  for (const { event } of events) checkName("event name", event, limits.nameLength);
  const now = time.now();
  const writes = events.flatMap((each) => deliveriesOf(each, declarations.subscribersOf(each.event), now));
  if (writes.length === 0) return;
  await store.commit([...writes, ...(time.isNews(now) ? [{ kind: "setClock", now } as const] : [])]);
  time.committed(now);
  deliveries?.look();
}

type DeadLetterParts = Pick<Parts, "store" | "time"> & { readonly deliveries?: Parts["deliveries"] };

/** Puts a dead letter back into its queue. Throws Fault EV8019 when there is none of that id. */
export async function retryDeadLetter({ store, time, deliveries }: DeadLetterParts, id: number): Promise<void> {
  await requireDeadLetter(store, id);
  await store.commit([{ kind: "reviveDelivery", id, time: time.now() }]);
  deliveries?.look();
}

/** Throws Fault EV8019 when there is none of that id. */
export async function dropDeadLetter({ store }: DeadLetterParts, id: number): Promise<void> {
  await requireDeadLetter(store, id);
  await store.commit([{ kind: "removeDelivery", id }]);
}

async function requireDeadLetter(store: Parts["store"], id: number): Promise<DeadLetter> {
  const found = await store.findDelivery(id);
  if (found !== undefined && "deadAt" in found) return found;
  throw unknownDeadLetter(id);
}

/** A signal from outside: committed with the activation that consumes it, acknowledged after that. */

import type { Event } from "../protocol/event.js";
import { isClosed } from "../protocol/execution.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Actor } from "./actor.js";
import { closedExecution, notStored, unknownExecution } from "./faults.js";
import { checkName } from "./names.js";
import type { Parts } from "./parts.js";

type SendParts = Pick<Parts, "activity" | "directory" | "limits" | "intake" | "store"> & {
  readonly wake: (actor: Actor) => void;
};

/**
 * Resolves when the signal is durable. Throws Fault EV8003 for an unusable signal name, EV8004 for an unknown and
 * EV8005 for a closed execution, EV8007 when it could not be stored, EV8021 for a payload that is too large, EV8022 when
 * too much waits already.
 */
export async function signalExecution(
  parts: SendParts,
  executionId: string,
  { signal, payload, id }: { readonly signal: string; readonly payload: Encoded; readonly id?: string },
): Promise<void> {
  const { nameLength } = parts.limits;
  checkName("signal name", signal, nameLength);
  const event: Event = { kind: "signal", signal, payload };
  if (id === undefined) return await sendEvent(parts, executionId, event);
  checkName("signal id", id, nameLength);
  await parts.intake.during("The payload", payload.length, () => sendOnce(parts, executionId, event, id));
}

/** Sends a signal and waits for its reply. Throws as `signalExecution`, and EV8005 when the execution ends before. */
export async function requestExecution(
  parts: SendParts & Pick<Parts, "requests">,
  executionId: string,
  signal: string,
  payload: Encoded,
): Promise<Outcome> {
  const { requests, limits } = parts;
  checkName("signal name", signal, limits.nameLength);
  const { id, reply } = requests.open(executionId);
  try {
    await sendEvent(parts, executionId, { kind: "signal", signal, payload, request: id });
  } catch (error) {
    requests.giveUp(id, error);
    throw error;
  }
  return await reply;
}

/** Resolves when the event is durable. Throws Fault EV8004, EV8005, EV8007, EV8021 and EV8022 as `signalExecution`. */
export async function sendEvent(parts: SendParts, executionId: string, event: Event): Promise<void> {
  const units = event.kind === "signal" ? event.payload.length : 0;
  await parts.intake.during("The payload", units, () => send(parts, executionId, event));
}

async function send(parts: SendParts, executionId: string, event: Event): Promise<void> {
  await withOpen(parts, executionId, async (actor) => {
    await new Promise<void>((resolve, reject) => {
      const waiter = { failures: 0, resolve, reject };
      actor.queue.push({ event, origin: { kind: "client", what: "signal", waiter } });
      parts.wake(actor);
    });
  });
}

/** By way of the inbox, where the store tells whether one with that id has been there. */
async function sendOnce(parts: SendParts, executionId: string, event: Event, once: string): Promise<void> {
  const { activity, store, wake } = parts;
  await withOpen(parts, executionId, async (actor) => {
    try {
      await activity.during(store.commit([{ kind: "addInbox", execution: actor.key, event, once }]));
    } catch (cause) {
      throw notStored("signal", executionId, cause);
    }
    actor.inboxStale = true;
    wake(actor);
  });
}

/** Calls `action` with an execution that is open, and is not being closed when the call begins. */
async function withOpen(
  { activity, directory }: SendParts,
  executionId: string,
  action: (actor: Actor) => Promise<void>,
): Promise<void> {
  const actor = await activity.during(directory.hold(executionId));
  if (actor === undefined) throw unknownExecution(executionId);
  try {
    // A start that is not acknowledged yet may still fail: then there is nothing to send to.
    if (!actor.created) await actor.creation?.catch(() => {});
    while (actor.closing !== undefined) await actor.closing;
    const status = actor.row?.status;
    if (!actor.created || status === undefined) throw unknownExecution(executionId);
    if (isClosed(status)) throw closedExecution(executionId, status);
    await action(actor);
  } finally {
    directory.letGo(actor);
  }
}

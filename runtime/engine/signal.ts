/** A signal from outside: committed with the activation that consumes it, acknowledged after that. */

import type { Event } from "../protocol/event.js";
import { isClosed } from "../protocol/execution.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Actor } from "./actor.js";
import { closedExecution, unknownExecution } from "./faults.js";
import { checkName } from "./names.js";
import type { Parts } from "./parts.js";

type SendParts = Pick<Parts, "activity" | "directory" | "limits" | "intake"> & {
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
  signal: string,
  payload: Encoded,
): Promise<void> {
  checkName("signal name", signal, parts.limits.nameLength);
  await sendEvent(parts, executionId, { kind: "signal", signal, payload });
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
  const { activity, directory, wake } = parts;
  const actor = await activity.during(directory.hold(executionId));
  if (actor === undefined) throw unknownExecution(executionId);
  try {
    // A start that is not acknowledged yet may still fail: then there is nothing to send to.
    if (!actor.created) await actor.creation?.catch(() => {});
    const status = actor.row?.status;
    if (!actor.created || status === undefined) throw unknownExecution(executionId);
    if (isClosed(status)) throw closedExecution(executionId, status);
    await new Promise<void>((resolve, reject) => {
      const waiter = { failures: 0, resolve, reject };
      actor.queue.push({ event, origin: { kind: "client", what: "signal", waiter } });
      wake(actor);
    });
  } finally {
    directory.letGo(actor);
  }
}

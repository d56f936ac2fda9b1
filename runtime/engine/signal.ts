/** A signal from outside: committed with the activation that consumes it, acknowledged after that. */
import { isClosed } from "../protocol/execution.js";
import type { Encoded } from "../protocol/value.js";
import type { Actor } from "./actor.js";
import { closedExecution, unknownExecution } from "./faults.js";
import { checkName } from "./names.js";
import type { Parts } from "./parts.js";

/**
 * Resolves when the signal is durable. Throws Fault EV8003 for an unusable signal name, EV8004 for an unknown and
 * EV8005 for a closed execution, EV8007 when it could not be stored.
 */
export async function signalExecution(
  parts: Pick<Parts, "activity" | "directory" | "limits"> & { readonly wake: (actor: Actor) => void },
  executionId: string,
  signal: string,
  payload: Encoded,
): Promise<void> {
  const { activity, directory, limits, wake } = parts;
  checkName("signal name", signal, limits.nameLength);
  const actor = await activity.during(directory.hold(executionId));
  if (actor === undefined) throw unknownExecution(executionId);
  try {
    // A start that is not acknowledged yet may still fail: then there is nothing to signal.
    if (!actor.created) await actor.creation?.catch(() => {});
    const status = actor.row?.status;
    if (!actor.created || status === undefined) throw unknownExecution(executionId);
    if (isClosed(status)) throw closedExecution(executionId, status);
    await new Promise<void>((resolve, reject) => {
      const waiter = { failures: 0, resolve, reject };
      actor.queue.push({
        event: { kind: "signal", signal, payload },
        origin: { kind: "client", what: "signal", waiter },
      });
      wake(actor);
    });
  } finally {
    directory.letGo(actor);
  }
}

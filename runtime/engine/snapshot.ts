/** The state of an execution as a checkpoint would have it now. Nothing is stored. */
import type { Snapshot } from "./engine.js";
import type { Parts } from "./parts.js";
import { storedState, visit } from "./visit.js";

/** The stored checkpoint where a newer one cannot be made. Throws Fault EV8004. */
export async function snapshotOf(
  parts: Pick<Parts, "store" | "programs" | "sandbox" | "time">,
  executionId: string,
): Promise<Snapshot> {
  const stored = await storedState(parts, executionId);
  const { checkpoint, tail } = stored;
  if (tail.length > 0) {
    const reply = await visit(parts, stored, { events: [], write: true });
    if (reply?.kind === "done" && reply.checkpoint !== undefined) return { text: reply.checkpoint.text, newer: 0 };
  }
  return { ...(checkpoint === undefined ? {} : { text: checkpoint.text }), newer: tail.length };
}

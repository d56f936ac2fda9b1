/** The state of an execution as a checkpoint would have it now. Nothing is stored. */
import type { Program } from "../protocol/program.js";
import { openSandbox } from "../sandbox/open.js";
import type { StoredExecution } from "../store/store.js";
import type { Snapshot } from "./engine.js";
import type { Parts } from "./parts.js";
import { resumePointsOf } from "./programs.js";
import { storedState, type Visiting, visit } from "./visit.js";

/** The stored checkpoint where a newer one cannot be made. Throws Fault EV8004. */
export async function snapshotOf(
  parts: Pick<Parts, "store" | "programs" | "sandbox" | "time">,
  executionId: string,
): Promise<Snapshot> {
  return await snapshotFrom(parts, await storedState(parts, executionId));
}

async function snapshotFrom(parts: Visiting, stored: StoredExecution): Promise<Snapshot> {
  const { checkpoint, tail } = stored;
  if (tail.length > 0) {
    const reply = await visit(parts, stored, { events: [], write: true });
    if (reply?.kind === "done" && reply.checkpoint !== undefined) return { text: reply.checkpoint.text, newer: 0 };
  }
  return { ...(checkpoint === undefined ? {} : { text: checkpoint.text }), newer: tail.length };
}

/** The same beside whatever engine has the database open, in a sandbox that is opened for it. Throws Fault EV5xxx. */
export async function snapshotBeside(stored: StoredExecution, { hash, guest, manifest }: Program): Promise<Snapshot> {
  const sandbox = await openSandbox({ workers: 1 });
  try {
    await sandbox.load({ hash, code: guest.code, map: guest.map, resumePoints: resumePointsOf(manifest) });
    const last = stored.tail.at(-1)?.now ?? stored.row.startTime;
    const parts = { sandbox, programs: { guest: async () => {} }, time: { now: () => last } };
    return await snapshotFrom(parts, stored);
  } finally {
    await sandbox.close();
  }
}

/** Looking into a database file, beside an engine that may have it open. */
import { setTimeout as delay } from "node:timers/promises";
import { listedPrograms, storedProgram } from "../../client/program-list.js";
import { unknownExecution } from "../../engine/faults.js";
import { snapshotBeside } from "../../engine/snapshot.js";
import { standingOf } from "../../inspect/standing.js";
import { timelineOf } from "../../inspect/timeline.js";
import { isClosed } from "../../protocol/execution.js";
import type { Program } from "../../protocol/program.js";
import type { Examination, ExaminedExecution } from "../../store/sqlite/examine.js";
import type { Looking } from "./looking.js";

/** Activations that a history is read from: all that are kept. */
const HISTORY_COMMITS = 2000;
const PAGE = 1000;
/** How often a log is looked at, ms. */
const FOLLOW_MS = 200;

/** Reads `file`, which stays open. */
export function fileLooking(file: Examination): Looking {
  async function found(id: string): Promise<ExaminedExecution> {
    const execution = await file.execution(id);
    if (execution !== undefined) return execution;
    throw unknownExecution(id);
  }
  return {
    async timeline(id, limit) {
      const execution = await found(id);
      const history = await file.history(execution.row.key, HISTORY_COMMITS);
      return { row: execution.row, timeline: timelineOf(execution, history, limit) };
    },
    async stand(id) {
      const execution = await found(id);
      if (isClosed(execution.row.status)) return { ...execution, standing: undefined };
      const program = await storedProgram(file, execution.row.program);
      return { ...execution, standing: standingOf(await broughtUp(file, execution, program), program) };
    },
    async *logs(id, follow) {
      let after = 0;
      for (;;) {
        // Its status first: what it logged before it was closed is then in the page.
        const { row } = await found(id);
        const lines = await file.logs(row.key, { after, limit: PAGE });
        yield* lines;
        after = lines.at(-1)?.id ?? after;
        if (lines.length === PAGE) continue;
        if (!follow || isClosed(row.status)) return;
        await delay(FOLLOW_MS);
      }
    },
    programs: () => listedPrograms(file),
    stats: () => file.stats(),
  };
}

/**
 * The execution with a checkpoint of how it is now, made by bringing its state up in a sandbox of this process and
 * throwing it away; with the stored one where none can be made.
 */
async function broughtUp(
  file: Examination,
  execution: ExaminedExecution,
  program: Program,
): Promise<ExaminedExecution> {
  if (execution.tail.count === 0) return execution;
  const stored = await file.state(execution.row.key);
  if (stored === undefined) throw unknownExecution(execution.row.id);
  const { text, newer } = await snapshotBeside(stored, program);
  const checkpoint = text === undefined ? undefined : { n: 0, text };
  return { ...execution, checkpoint, tail: { ...execution.tail, count: newer } };
}

/** What an execution does, read from the file beside an engine that may have it open. */
import { setTimeout as delay } from "node:timers/promises";
import { storedProgram } from "../../client/program-list.js";
import { unknownExecution } from "../../engine/faults.js";
import { standingOf } from "../../inspect/standing.js";
import { timelineOf } from "../../inspect/timeline.js";
import { isClosed } from "../../protocol/execution.js";
import type { Examination, ExaminedExecution } from "../../store/sqlite/examine.js";
import { logText } from "../display/execution.js";
import { standingJson, standingText } from "../display/standing.js";
import { timelineJson, timelineText } from "../display/timeline.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import type { Place } from "../with-client.js";
import { withFile } from "../with-file.js";

interface Common extends Place {
  readonly json: boolean;
}

/** `inspect`: where an execution stands. */
export async function inspectExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const { json, execution: id } = options;
  await withFile(options, async (file) => {
    const execution = await found(file, id);
    const standing = isClosed(execution.row.status)
      ? undefined
      : standingOf(execution, await storedProgram(file, execution.row.program));
    if (json) output.printJson(standingJson(execution, standing));
    else output.print(standingText(execution, standing, output.paint));
  });
  return EXIT.ok;
}

const HISTORY_LIMIT = 200;
/** Activations that a history is read from: all that are kept. */
const HISTORY_COMMITS = 2000;

/** `history`: what an execution did and when. */
export async function showHistory(
  options: Common & { execution: string; limit?: number | undefined },
  output: Output,
): Promise<number> {
  const { json, execution: id, limit = HISTORY_LIMIT } = options;
  const { execution, timeline } = await withFile(options, (file) => readTimeline(file, id, limit));
  if (json) output.printJson(timelineJson(execution, timeline));
  else output.print(timelineText(execution, timeline, output));
  return EXIT.ok;
}

/** An execution with the last `limit` stretches and moments of its history. */
export async function readTimeline(file: Examination, id: string, limit: number) {
  const execution = await found(file, id);
  const history = await file.history(execution.row.key, HISTORY_COMMITS);
  return { execution, timeline: timelineOf(execution, history, limit) };
}

const PAGE = 1000;
/** How often `logs --follow` looks, ms. */
const FOLLOW_MS = 200;

/** `logs`: all lines of an execution's log, with `follow` until it is closed. */
export async function showLogs(
  options: Common & { execution: string; follow: boolean },
  output: Output,
): Promise<number> {
  const { json, execution: id, follow } = options;
  await withFile(options, async (file) => {
    let after = 0;
    for (;;) {
      // Its status first: what it logged before it was closed is then in the page.
      const { row } = await found(file, id);
      const lines = await file.logs(row.key, { after, limit: PAGE });
      for (const line of lines) {
        if (json) output.printJson({ ...line, time: new Date(line.time).toISOString() });
        else output.print(logText(line, output.paint));
      }
      after = lines.at(-1)?.id ?? after;
      if (lines.length === PAGE) continue;
      if (!follow || isClosed(row.status)) return;
      await delay(FOLLOW_MS);
    }
  });
  return EXIT.ok;
}

async function found(file: Examination, id: string): Promise<ExaminedExecution> {
  const execution = await file.execution(id);
  if (execution !== undefined) return execution;
  throw unknownExecution(id);
}

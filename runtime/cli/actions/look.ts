/** What an execution does, seen beside an engine. */
import { logText } from "../display/execution.js";
import { standingJson, standingText } from "../display/standing.js";
import { timelineJson, timelineText } from "../display/timeline.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import { type Place, withLooking } from "../with-client.js";

interface Common extends Place {
  readonly json: boolean;
}

/** `inspect`: where an execution stands. */
export async function inspectExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const stand = await withLooking(options, (looking) => looking.stand(options.execution));
  if (options.json) output.printJson(standingJson(stand));
  else output.print(standingText(stand, output.paint));
  return EXIT.ok;
}

const HISTORY_LIMIT = 200;

/** `history`: what an execution did and when. */
export async function showHistory(
  options: Common & { execution: string; limit?: number | undefined },
  output: Output,
): Promise<number> {
  const { json, execution, limit = HISTORY_LIMIT } = options;
  const { row, timeline } = await withLooking(options, (looking) => looking.timeline(execution, limit));
  if (json) output.printJson(timelineJson(row, timeline));
  else output.print(timelineText(row, timeline, output));
  return EXIT.ok;
}

/** `logs`: all lines of an execution's log, with `follow` until it is closed. */
export async function showLogs(
  options: Common & { execution: string; follow: boolean },
  output: Output,
): Promise<number> {
  const { json, execution, follow } = options;
  await withLooking(options, async (looking) => {
    for await (const line of looking.logs(execution, follow)) {
      if (json) output.printJson({ ...line, time: new Date(line.time).toISOString() });
      else output.print(logText(line, output.paint));
    }
  });
  return EXIT.ok;
}

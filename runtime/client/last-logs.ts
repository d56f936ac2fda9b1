/** The end of an execution's log. */
import type { Engine } from "../engine/engine.js";
import { type LogLineRow, SHOWN_LOG_LINES } from "./operations.js";

const PAGE = 1000;

/** The last lines, oldest first. Reads forward, because the log's pages go that way. */
export async function lastLogs(source: Pick<Engine, "logs">, executionId: string): Promise<LogLineRow[]> {
  let last: LogLineRow[] = [];
  for (;;) {
    const after = last.at(-1)?.id;
    const page = await source.logs(executionId, { ...(after === undefined ? {} : { after }), limit: PAGE });
    last = [...last, ...page].slice(-SHOWN_LOG_LINES);
    if (page.length < PAGE) return last;
  }
}

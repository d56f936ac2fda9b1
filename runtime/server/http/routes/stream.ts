/** An execution as a stream of server-sent events. */
import { setTimeout as delay } from "node:timers/promises";
import { cursorOf, readCursor } from "../../../client/cursor.js";
import { isClosed } from "../../../protocol/execution.js";
import type { Message, Route, Service } from "../route.js";
import { executionResource, logResource } from "../views/executions.js";
import { EXECUTION, idOf } from "./executions.js";

/** How often a stream looks for new log lines, ms. */
const STREAM_MS = 250;
const STREAM_PAGE = 500;

export const STREAM: readonly Route[] = [
  {
    kind: "stream",
    method: "get",
    path: `${EXECUTION}/events`,
    scope: "read",
    summary:
      "Server-sent events: `log` for each line, `status` for its status and each change, `changed` when it did something, until it is closed",
    messages: (service, { params, header, signal }) => follow(service, idOf(params), header("last-event-id"), signal),
  },
];

async function* follow(
  { engine, database }: Service,
  id: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  let after = lastEventId === undefined ? 0 : readCursor(lastEventId);
  let status: string | undefined;
  let changed: number | undefined;
  while (!signal.aborted) {
    // Its status first: what it logged before it was closed is then in the pages read after it.
    const row = await engine.show(id);
    for (;;) {
      const lines = await engine.logs(id, { after, limit: STREAM_PAGE });
      for (const line of lines) yield { event: "log", data: logResource(line), id: cursorOf(line.id) };
      after = lines.at(-1)?.id ?? after;
      if (lines.length < STREAM_PAGE) break;
    }
    const last = await database.lastHistory(row.key);
    if (last !== changed) yield { event: "changed", data: { at: last } };
    changed = last;
    if (row.status !== status) yield { event: "status", data: executionResource(row) };
    ({ status } = row);
    if (isClosed(row.status)) return;
    await delay(STREAM_MS, undefined, { signal }).catch(() => undefined);
  }
}

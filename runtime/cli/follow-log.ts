/** Follows an execution's log while it runs in this process. */
import { setTimeout as delay } from "node:timers/promises";
import type { LogLineRow } from "../client/operations.js";
import type { Engine } from "../engine/engine.js";

const PAUSE_MS = 200;
const PAGE = 500;

export interface LogFollower {
  /** Shows what is left, then stops. */
  finish(): Promise<void>;
}

/** Calls `show` with each line that is logged after the line with id `after` (0: all). */
export function followLog(
  engine: Pick<Engine, "logs">,
  executionId: string,
  after: number,
  show: (line: LogLineRow) => void,
): LogFollower {
  const stopping = new AbortController();
  let last = after;
  const showNew = async (): Promise<void> => {
    for (;;) {
      const page = await engine.logs(executionId, { after: last, limit: PAGE });
      for (const line of page) show(line);
      last = page.at(-1)?.id ?? last;
      if (page.length < PAGE) return;
    }
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await showNew();
      await delay(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await showNew();
  })();
  // Whoever finishes hears of a failure; until then it must not end the process.
  following.catch(() => undefined);
  return {
    async finish() {
      stopping.abort();
      await following;
    },
  };
}

/** Id of the last line logged so far; 0 for none. */
export async function lastLogId(engine: Pick<Engine, "logs">, executionId: string): Promise<number> {
  let last = 0;
  for (;;) {
    const page = await engine.logs(executionId, { after: last, limit: PAGE });
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE) return last;
  }
}

/** Follows one execution: its log lines as they come, and a count that grows when something happened to it. */
import { useEffect, useState } from "preact/hooks";
import type { LogLine } from "../../client/http.js";
import { client, noteFailure, noteSuccess } from "./session.js";

export interface Followed {
  readonly lines: readonly LogLine[];
  /** Earlier lines that are not kept here. */
  readonly dropped: number;
  /** Changes with everything that happened. */
  readonly news: number;
  readonly isLive: boolean;
}

const MOST_LINES = 2000;
const AGAIN_MS = 2000;
/** News are gathered for so long, ms: a busy execution does not redraw the page at each step. */
const GATHER_MS = 250;

export function useFollowed(id: string): Followed {
  const [state, setState] = useState<Followed>({ lines: [], dropped: 0, news: 0, isLive: false });
  const session = client.value;
  useEffect(() => {
    const leaving = new AbortController();
    let kept: LogLine[] = [];
    let dropped = 0;
    let news = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (isLive: boolean): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!leaving.signal.aborted) setState({ lines: kept, dropped, news, isLive });
      }, GATHER_MS);
    };
    setState({ lines: [], dropped: 0, news: 0, isLive: false });
    const follow = async (): Promise<void> => {
      // After a break everything is read again: what is there already is passed over.
      for (;;) {
        try {
          for await (const event of session.events(id, { signal: leaving.signal })) {
            noteSuccess();
            if (event.event === "log") {
              if (event.data.id <= (kept.at(-1)?.id ?? 0)) continue;
              dropped += Math.max(0, kept.length + 1 - MOST_LINES);
              kept = [...kept, event.data].slice(-MOST_LINES);
            } else news++;
            show(true);
          }
          show(false);
          return;
        } catch (error) {
          if (leaving.signal.aborted) return;
          noteFailure(error);
          const { code } = error as { code?: string };
          if (code !== undefined && code !== "EV8213") return;
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
      }
    };
    void follow();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [id, session]);
  return state;
}

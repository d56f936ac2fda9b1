/**
 * Time as the engine sees it. The only file that touches the host's clock and its timers.
 *
 * C1  A wait never ends before `now()` has reached its time, whatever the host's clock does meanwhile.
 * C2  A virtual clock moves only while the engine rests: the same program gives the same times on every run.
 */

export interface Clock {
  /** ms since the epoch. May go back: the engine keeps its own logical time. */
  now(): number;
  wait(until: number): Wait;
  /** Told whenever nothing can happen before the earliest wait ends. `still` tells whether that holds yet. */
  rested?(still: () => boolean): void;
}

export interface Wait {
  /** Resolves true when the time has come, false when cancelled before. */
  readonly done: Promise<boolean>;
  cancel(): void;
}

/** Longest sleep in one piece, ms: after a suspended laptop or a corrected clock the time is looked at again. */
const LONGEST_SLEEP_MS = 60_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  wait(until) {
    let timeout: NodeJS.Timeout | undefined;
    let settle: (arrived: boolean) => void = () => {};
    const done = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const sleep = (): void => {
      const left = until - Date.now();
      if (left <= 0) settle(true);
      else timeout = setTimeout(sleep, Math.min(left, LONGEST_SLEEP_MS));
    };
    sleep();
    return {
      done,
      cancel() {
        clearTimeout(timeout);
        settle(false);
      },
    };
  },
};

export interface VirtualClock extends Clock {
  /**
   * Lets time pass up to `time` (ms since the epoch), from one due wait to the next, each after the engine has come to
   * rest; resolves at rest with the clock at `time`. The clock goes no further by itself afterwards.
   */
  advanceTo(time: number): Promise<void>;
  /** When the earliest wait ends, ms since the epoch; undefined when nothing waits. */
  next(): number | undefined;
}

interface VirtualWait {
  readonly until: number;
  readonly settle: (arrived: boolean) => void;
}

/**
 * A clock whose time jumps to the earliest wait whenever the engine rests, but not past `limit` (both ms since the
 * epoch). With no limit it runs for as long as there are waits.
 */
export function virtualClock(start: number, limit = Number.POSITIVE_INFINITY): VirtualClock {
  let now = start;
  let end = limit;
  let resting: (() => boolean) | undefined;
  let arrivals: (() => void)[] = [];
  const waits = new Set<VirtualWait>();

  const earliest = (): VirtualWait | undefined => {
    let next: VirtualWait | undefined;
    for (const wait of waits) if (next === undefined || wait.until < next.until) next = wait;
    return next;
  };

  const move = (): void => {
    if (resting === undefined || !resting()) return;
    const next = earliest();
    if (next !== undefined && next.until <= end) {
      now = Math.max(now, next.until);
      waits.delete(next);
      // The engine reports its next rest itself.
      resting = undefined;
      next.settle(true);
      return;
    }
    if (Number.isFinite(end)) now = Math.max(now, end);
    const arrived = arrivals;
    arrivals = [];
    for (const resolve of arrived) resolve();
  };

  return {
    now: () => now,
    wait(until) {
      let settle: (arrived: boolean) => void = () => {};
      const done = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      const wait = { until, settle };
      if (until <= now) settle(true);
      else waits.add(wait);
      return {
        done,
        cancel() {
          waits.delete(wait);
          settle(false);
        },
      };
    },
    rested(still) {
      resting = still;
      move();
    },
    advanceTo(time) {
      end = Math.max(time, now);
      const arrived = new Promise<void>((resolve) => arrivals.push(resolve));
      move();
      return arrived;
    },
    next: () => earliest()?.until,
  };
}

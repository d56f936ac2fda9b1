/**
 * The few points in time at which the engine has something to do by itself, behind a single wait on the clock.
 *
 * W1  One point per purpose; setting it again replaces it.
 * W2  A point that logical time has passed is served at once, even while the host's clock is behind.
 */
import type { Activity } from "./activity.js";
import type { Clock, Wait } from "./clock.js";
import type { LogicalTime } from "./time.js";

export type Purpose =
  | "timers"
  | "retries"
  | "tasks"
  | "inboxes"
  | "attempts"
  | "heartbeats"
  | "rates"
  | "deliveries"
  | "schedules"
  | "retention";

interface Point {
  readonly at: number;
  readonly action: () => void;
}

export class Wakeups {
  readonly #clock: Clock;
  readonly #time: LogicalTime;
  readonly #activity: Activity;
  readonly #points = new Map<Purpose, Point>();
  #current: { readonly at: number; readonly wait: Wait } | undefined;
  #stopped = false;

  constructor(clock: Clock, time: LogicalTime, activity: Activity) {
    this.#clock = clock;
    this.#time = time;
    this.#activity = activity;
  }

  /** Calls `action` once when logical time reaches `at` (ms since the epoch); never with `at` undefined. */
  set(purpose: Purpose, at: number | undefined, action: () => void): void {
    if (this.#stopped) return;
    if (at === undefined) this.#points.delete(purpose);
    else this.#points.set(purpose, { at, action });
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#points.clear();
    this.#current?.wait.cancel();
    this.#current = undefined;
  }

  #arm(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const point of this.#points.values()) at = Math.min(at, point.at);
    if (this.#current?.at === at) return;
    this.#current?.wait.cancel();
    this.#current = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    if (at <= this.#time.now()) this.#serveSoon(at);
    else this.#waitFor(at);
  }

  #waitFor(at: number): void {
    const wait = this.#clock.wait(at);
    this.#current = { at, wait };
    void wait.done.then((arrived) => {
      if (arrived && this.#current?.wait === wait) this.#serve();
    });
  }

  #serveSoon(at: number): void {
    this.#activity.begin();
    let cancelled = false;
    const wait: Wait = {
      done: Promise.resolve(true),
      cancel() {
        cancelled = true;
      },
    };
    this.#current = { at, wait };
    void wait.done.then(() => {
      if (!cancelled) this.#serve();
      this.#activity.end();
    });
  }

  #serve(): void {
    this.#activity.begin();
    this.#current = undefined;
    const now = this.#time.now();
    for (const [purpose, point] of [...this.#points]) {
      if (point.at > now) continue;
      this.#points.delete(purpose);
      point.action();
    }
    this.#arm();
    this.#activity.end();
  }
}

/** How often one client may ask: a bucket of tokens each, filled at a steady rate. */
import { Fault } from "../../protocol/fault.js";

/** Clients remembered; beyond it those whose buckets are full are forgotten. */
const MOST_CLIENTS = 10_000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { level: number; at: number }>();

  /** `perSecond` requests each second in the long run, `burst` at once; `now` in ms. */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /** Counts a request of `client`. Throws Fault EV8306 when it is one too many. */
  take(client: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(client) ?? { level: this.#burst, at: now };
    bucket.level = this.#filled(bucket, now);
    bucket.at = now;
    if (this.#buckets.size >= MOST_CLIENTS) this.#forget(now);
    this.#buckets.set(client, bucket);
    if (bucket.level < 1) {
      throw new Fault("EV8306", `More than ${this.#perSecond} requests a second`, {
        remedy: "Wait a second and ask less often; wait for results with ?wait=60 instead of asking again.",
      });
    }
    bucket.level -= 1;
  }

  #filled({ level, at }: { level: number; at: number }, now: number): number {
    return Math.min(this.#burst, level + ((now - at) / 1000) * this.#perSecond);
  }

  #forget(now: number): void {
    for (const [client, bucket] of this.#buckets) {
      if (this.#filled(bucket, now) >= this.#burst) this.#buckets.delete(client);
    }
  }
}

/**
 * How long things take: requests and answers of store and sandbox are on their way for some turns of the event loop, and
 * overtake each other. Drawn apart from everything else, so that a seed's workload does not depend on it.
 */
import type { Limits } from "#runtime/engine/limits.js";
import { type Chance, chanceFrom } from "./random.js";

const APART = 0x5eed;

/** A turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How often something is on its way for how long: in `percent` of all cases, up to `most` turns. */
interface Delay {
  readonly percent: number;
  readonly most: number;
}

const DELAYS: readonly Delay[] = [
  { percent: 0, most: 0 },
  { percent: 30, most: 3 },
  { percent: 60, most: 12 },
  { percent: 15, most: 40 },
];

export type Way = "read" | "answer to a read" | "commit" | "answer to a commit" | "answer of the sandbox";

export class Tempo {
  /** Nothing fails: then nothing rescues what was overlooked, as a crash does. */
  readonly isCalm: boolean;
  /** Small ones, so that pages, windows and queues are full and empty again and again. */
  readonly limits: Partial<Limits>;
  readonly #chance: Chance;
  readonly #delays: Readonly<Record<Way, Delay>>;

  constructor(seed: number) {
    const chance = chanceFrom(seed ^ APART);
    this.#chance = chance;
    this.isCalm = chance.percent(40);
    this.#delays = {
      read: chance.pick(DELAYS),
      "answer to a read": chance.pick(DELAYS),
      commit: chance.pick(DELAYS),
      "answer to a commit": chance.pick(DELAYS),
      "answer of the sandbox": chance.pick(DELAYS),
    };
    this.limits = chance.percent(50)
      ? {}
      : {
          batchSize: 1 + chance.upTo(3),
          preparing: 1 + chance.upTo(4),
          eventsPerActivation: 1 + chance.upTo(3),
          timerWindow: 1 + chance.upTo(3),
          openTasks: 1 + chance.upTo(4),
          page: 1 + chance.upTo(3),
          deliveries: 1 + chance.upTo(2),
        };
  }

  /** How many of `count` things happen at once. */
  together(count: number): number {
    return this.#chance.percent(50) ? 1 : 1 + this.#chance.upTo(count);
  }

  /** Resolves when what is on its way has arrived; undefined when that is at once. */
  wait(way: Way): Promise<void> | undefined {
    const { percent, most } = this.#delays[way];
    return this.#chance.percent(percent) ? turns(1 + this.#chance.upTo(most)) : undefined;
  }
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

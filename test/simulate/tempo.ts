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

export class Tempo {
  /** Small ones, so that pages, windows and queues are full and empty again and again. */
  readonly limits: Partial<Limits>;
  readonly #chance: Chance;
  /** Percentages of waits that are short, and that are long. */
  readonly #short: number;
  readonly #long: number;

  constructor(seed: number) {
    const chance = chanceFrom(seed ^ APART);
    this.#chance = chance;
    [this.#short, this.#long] = chance.pick([
      [0, 0],
      [30, 0],
      [30, 2],
      [60, 10],
    ] as const);
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

  /** Resolves when what is on its way has arrived; undefined when that is at once. */
  wait(): Promise<void> | undefined {
    const chance = this.#chance;
    if (chance.percent(this.#long)) return turns(1 + chance.upTo(30));
    return chance.percent(this.#short) ? turns(1 + chance.upTo(3)) : undefined;
  }
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

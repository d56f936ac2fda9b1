/**
 * The clock of one life of an engine: the environment's virtual clock, until the engine dies. A dead engine's waits end
 * for nobody, and its rest moves no time.
 */
import type { Clock, VirtualClock, Wait } from "../engine/clock.js";

export interface LifeClock extends Clock {
  /** From now on this clock stands still for whoever has it. */
  end(): void;
}

export function lifeClock(clock: VirtualClock): LifeClock {
  const waits = new Set<Wait>();
  let hasEnded = false;
  return {
    now: () => clock.now(),
    wait(until) {
      const wait = clock.wait(until);
      if (hasEnded) wait.cancel();
      else waits.add(wait);
      void wait.done.then(() => waits.delete(wait));
      return wait;
    },
    rested(still) {
      if (!hasEnded) clock.rested?.(() => !hasEnded && still());
    },
    end() {
      hasEnded = true;
      for (const wait of waits) wait.cancel();
    },
  };
}

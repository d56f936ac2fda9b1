/** What mocks of tasks need of their environment, made of its engine and its clock. */
import type { VirtualClock } from "../engine/clock.js";
import { Fault } from "../protocol/fault.js";
import type { Outcome } from "../protocol/value.js";
import type { Lives } from "./lives.js";
import type { MockWorld } from "./mock-task.js";

export function mockWorld(lives: Pick<Lives, "askOnce">, clock: VirtualClock): MockWorld {
  const complete = async (token: string, outcome: Outcome): Promise<void> => {
    try {
      await lives.askOnce((engine) => engine.completeTask(token, outcome));
    } catch (error) {
      // Nobody waits for it any more: so it goes with work that takes too long.
      if (!(error instanceof Fault) || error.code !== "EV8015") throw error;
    }
  };
  return {
    now: () => clock.now(),
    later: (ms, action) => {
      void clock.wait(clock.now() + ms).done.then((arrived) => (arrived ? action() : undefined));
    },
    complete,
    beat: async (token, details) => {
      await lives.askOnce((engine) => engine.heartbeatTask(token, details));
    },
  };
}

/** An order whose state moves forward only, by two kinds of signals; a condition for each stage. */
import { condition, duration, signal, task, workflow } from "eventual";
import { started } from "./support/started";

const STATES = ["PENDING", "ACCEPTED", "PREPARING", "READY", "DELIVERED"] as const;
type State = (typeof STATES)[number];

const store = signal<{ state: State }>("store");
const courier = signal<State>("courier");
const persist = task("persist", async (state: State) => {
  started(`persist ${state}`);
  return state.toLowerCase();
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let current: State = "PENDING";
  const move = async (state: State, from: string): Promise<void> => {
    if (STATES.indexOf(state) <= STATES.indexOf(current)) {
      trace.push(`${from}: ${state} ignored`);
      return;
    }
    current = state;
    trace.push(`${from}: ${await persist(state)}`);
  };
  store.onSignal(({ state }) => move(state, "store"));
  const riding = courier.onSignal((state) => move(state, "courier"));
  for (const stage of STATES.slice(1)) {
    const reached = await condition(
      { timeout: duration(1, "hour") },
      () => STATES.indexOf(current) >= STATES.indexOf(stage),
    );
    trace.push(`${stage} ${reached} while ${current}`);
  }
  riding.dispose();
  await duration(1, "minute");
  return trace;
});

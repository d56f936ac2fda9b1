/** The state of an execution before its first event. */
import type { ExecutionState } from "./instance.js";
import { NO_OPERATION } from "./numbers.js";

/** A new state; `random` are the four integers that its generator begins with. */
export function initialState(random: readonly number[]): ExecutionState {
  return {
    context: undefined,
    now: 0,
    random: [...random],
    seq: NO_OPERATION,
    operations: new Map(),
    conditions: [],
    signals: { waiting: new Map(), handlers: new Map(), buffered: new Map() },
    unhandled: [],
    main: undefined,
    closed: false,
  };
}

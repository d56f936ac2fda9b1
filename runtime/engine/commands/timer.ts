import { timerTime } from "../time.js";
import type { CommandHandler } from "./handler.js";

export const timer: CommandHandler<"timer"> = {
  apply({ seq, at }, { draft, closes }) {
    if (!closes) draft.addTimer({ execution: draft.actor.key, seq, at: timerTime(at) });
  },
};

/** The number of the timer that is an execution's time limit: no operation has it. */
export const DEADLINE_SEQ = 0;

export const deadline: CommandHandler<"deadline"> = {
  apply({ at }, { draft, closes }) {
    if (!closes) draft.addTimer({ execution: draft.actor.key, seq: DEADLINE_SEQ, at: timerTime(at) });
  },
};

export const cancelTimer: CommandHandler<"cancelTimer"> = {
  apply({ seq }, { draft, closes }) {
    if (!closes) draft.removeTimer(seq);
  },
};

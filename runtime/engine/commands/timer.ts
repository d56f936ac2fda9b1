import { timerTime } from "../time.js";
import type { CommandHandler } from "./handler.js";

export const timer: CommandHandler<"timer"> = {
  apply({ seq, at }, { draft, closes }) {
    if (!closes) draft.addTimer({ execution: draft.actor.key, seq, at: timerTime(at) });
  },
};

export const cancelTimer: CommandHandler<"cancelTimer"> = {
  apply({ seq }, { draft, closes }) {
    if (!closes) draft.removeTimer(seq);
  },
};

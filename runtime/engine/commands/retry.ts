import { describeError } from "../task-writes.js";
import type { CommandHandler } from "./handler.js";

/** The timer that begins the next attempt is a command of its own; here the failed one is told. */
export const retry: CommandHandler<"retry"> = {
  apply({ attempt, error }, { draft }) {
    draft.log("warn", `attempt ${attempt} of the workflow failed: ${describeError(error)}`);
  },
};

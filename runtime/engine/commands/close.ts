import type { CommandOf } from "../../protocol/command.js";
import type { Status } from "../../protocol/execution.js";
import type { CommandHandler } from "./handler.js";

/** How an execution ends by a `close` command. */
export function statusOf({ outcome, cancelled }: CommandOf<"close">): Status {
  if (outcome.ok) return "SUCCEEDED";
  return cancelled === true ? "CANCELLED" : "FAILED";
}

export const close: CommandHandler<"close"> = {
  apply(command, { end }) {
    end(statusOf(command), command.outcome);
  },
};

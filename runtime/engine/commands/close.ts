import type { CommandHandler } from "./handler.js";

export const close: CommandHandler<"close"> = {
  apply({ outcome }, { draft }) {
    const status = outcome.ok ? "SUCCEEDED" : "FAILED";
    draft.write({ kind: "setStatus", execution: draft.actor.key, status, outcome, endTime: draft.now });
  },
};

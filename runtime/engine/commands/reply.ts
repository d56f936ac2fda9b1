import type { CommandHandler } from "./handler.js";

export const reply: CommandHandler<"reply"> = {
  apply({ request, outcome }, { draft }) {
    draft.reply(request, outcome);
  },
};

/** Queries are answered without a commit: there is nothing to write. */
export const answer: CommandHandler<"answer"> = { apply() {} };

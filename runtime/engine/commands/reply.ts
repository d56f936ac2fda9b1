import { isClosed } from "../../protocol/execution.js";
import { requesterOf } from "../requests.js";
import type { CommandHandler } from "./handler.js";

export const reply: CommandHandler<"reply"> = {
  target: ({ request }) => requesterOf(request)?.execution,
  apply({ request, outcome }, { draft, targets, closes }) {
    const requester = requesterOf(request);
    if (requester === undefined) {
      draft.reply(request, outcome);
      return;
    }
    const target = targets.get(requester.execution);
    const status = target?.row?.status;
    if (target === undefined || status === undefined || isClosed(status)) return;
    if (target === draft.actor && closes) return;
    draft.answer(target, requester.seq, outcome);
  },
};

/** Queries are answered without a commit: there is nothing to write. */
export const answer: CommandHandler<"answer"> = { apply() {} };

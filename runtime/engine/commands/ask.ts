import { isClosed } from "../../protocol/execution.js";
import { encode, type Outcome } from "../../protocol/value.js";
import type { ExecutionRow } from "../../store/store.js";
import { refused } from "../failures.js";
import { unknownExecution } from "../faults.js";
import { statusOf } from "../status.js";
import type { CommandHandler } from "./handler.js";

export const ask: CommandHandler<"ask"> = {
  target: ({ execution }) => execution,
  apply({ seq, execution, question }, { draft, targets, answers, closes }) {
    if (closes) return;
    const answer = (outcome: Outcome): void => draft.inbox(draft.actor, { kind: "sent", seq, outcome });
    const target = draft.effects.started?.get(execution) ?? targets.get(execution);
    const row = target?.row;
    if (target === undefined || row === undefined) answer(refused(unknownExecution(execution)));
    else if (question.kind === "query") answer(answers.get(seq) ?? refused(unknownExecution(execution)));
    else if (question.kind === "status") answer({ ok: true, value: encode(toldStatus(row)) });
    else if (isClosed(row.status)) answer(row.outcome ?? { ok: true, value: encode(undefined) });
    else draft.awaits(target, seq, false);
  },
};

/** What came of it stays encoded: its classes are the program's. */
function toldStatus(row: ExecutionRow): object {
  const { outcome } = row;
  return { ...statusOf(row), ...(outcome === undefined ? {} : { outcome }) };
}

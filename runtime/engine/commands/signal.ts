import { isClosed } from "../../protocol/execution.js";
import type { Fault } from "../../protocol/fault.js";
import { encode } from "../../protocol/value.js";
import { refusedSignal } from "../failures.js";
import { closedExecution, unknownExecution } from "../faults.js";
import { requestId } from "../requests.js";
import type { CommandHandler } from "./handler.js";

export const signal: CommandHandler<"signal"> = {
  target: ({ execution }) => execution,
  apply({ seq, execution, signal, payload, id, request }, { draft, row, targets, closes }) {
    const started = draft.effects.started?.get(execution);
    const target = started ?? targets.get(execution);
    const status = target?.row?.status;
    const isThere = target?.created === true || target === draft.actor || started !== undefined;
    const known = target !== undefined && status !== undefined && isThere;
    let fault: Fault | undefined;
    if (!known) fault = unknownExecution(execution);
    else if (isClosed(status)) fault = closedExecution(execution, status);
    else if (target !== draft.actor || !closes) {
      const asked = request === undefined || closes ? {} : { request: requestId(row.id, seq) };
      draft.inbox(target, { kind: "signal", signal, payload, ...asked }, id);
    }
    if (closes) return;
    if (request !== undefined && fault === undefined && target !== undefined) {
      draft.awaits(target, seq, true);
      return;
    }
    const outcome = fault === undefined ? { ok: true as const, value: encode(undefined) } : refusedSignal(fault);
    draft.inbox(draft.actor, { kind: "sent", seq, outcome });
  },
};

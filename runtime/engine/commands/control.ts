import type { CommandOf } from "../../protocol/command.js";
import type { Event } from "../../protocol/event.js";
import { isClosed } from "../../protocol/execution.js";
import { encode } from "../../protocol/value.js";
import { refusedSignal } from "../failures.js";
import { closedExecution, unknownExecution } from "../faults.js";
import type { CommandHandler } from "./handler.js";

type Action = CommandOf<"control">["action"];

/** The event by which an execution is acted upon. */
export function controlEvent(action: Action, reason?: string): Event {
  const why = reason === undefined ? {} : { reason };
  switch (action) {
    case "cancel":
      return { kind: "cancel", ...why };
    case "terminate":
      return { kind: "terminate", status: "TERMINATED", ...why };
    case "timeOut":
      return { kind: "terminate", status: "TIMED_OUT", ...why };
    case "suspend":
      return { kind: "suspend", ...why };
    case "resume":
      return { kind: "resume" };
  }
}

export const control: CommandHandler<"control"> = {
  target: ({ execution }) => execution,
  apply({ seq, execution, action, reason }, { draft, targets, closes }) {
    const target = draft.effects.started?.get(execution) ?? targets.get(execution);
    const status = target?.row?.status;
    let fault = target === undefined || status === undefined ? unknownExecution(execution) : undefined;
    if (target !== undefined && status !== undefined) {
      if (isClosed(status)) fault = closedExecution(execution, status);
      else if (target !== draft.actor || !closes) draft.inbox(target, controlEvent(action, reason));
    }
    if (closes) return;
    const outcome = fault === undefined ? { ok: true as const, value: encode(undefined) } : refusedSignal(fault);
    draft.inbox(draft.actor, { kind: "sent", seq, outcome });
  },
};

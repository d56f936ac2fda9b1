/**
 * What the end of an execution means for others, in the commit that ends it: its parent hears of it, and whoever waits
 * for it, and its children are told what their `onParentClose` says. A cancelled or timed out execution cancels all of
 * its children, a terminated one terminates them.
 */
import { isClosed, type Status } from "../protocol/execution.js";
import type { Outcome } from "../protocol/value.js";
import type { ExecutionRow, History, Store, WaiterRow } from "../store/store.js";
import type { Actor } from "./actor.js";
import { controlEvent } from "./commands/control.js";
import type { Draft } from "./draft.js";
import { refused } from "./failures.js";
import { closedExecution } from "./faults.js";

export type Children = Awaited<ReturnType<Store["childrenOf"]>>;

export interface Ending {
  readonly row: ExecutionRow;
  readonly status: Status;
  readonly outcome: Outcome;
  readonly children: Children;
  readonly waiters: readonly WaiterRow[];
  /** Held executions by id: parent, children and those that wait. */
  readonly targets: ReadonlyMap<string, Actor | undefined>;
  /** Its last state stays, for queries. */
  readonly keepState: boolean;
  readonly history?: History | undefined;
}

/** Writes the end. */
export function writeEnding(draft: Draft, ending: Ending): void {
  const { row, status, outcome, children, waiters, targets, keepState, history } = ending;
  for (const { id, onClose } of children) {
    const target = targets.get(id);
    if (target?.row === undefined || isClosed(target.row.status)) continue;
    const action = actionFor(status, onClose);
    if (action !== undefined) draft.inbox(target, controlEvent(action, `its parent ${row.id} is ${status}`));
  }
  const parent = row.parent && targets.get(row.parent.id);
  if (row.parent !== undefined && parent?.row !== undefined && !isClosed(parent.row.status)) {
    draft.inbox(parent, { kind: "child", seq: row.parent.seq, outcome });
  }
  for (const { id, seq, reply } of waiters) {
    const target = targets.get(id);
    if (target?.row === undefined || target === draft.actor || isClosed(target.row.status)) continue;
    draft.answer(target, seq, reply ? refused(closedExecution(row.id, status)) : outcome);
  }
  draft.write({
    kind: "setStatus",
    execution: row.key,
    status,
    outcome,
    endTime: draft.now,
    ...(keepState ? { keepState } : {}),
    ...(history === undefined ? {} : { history }),
  });
}

function actionFor(status: Status, onClose: Children[number]["onClose"]): "cancel" | "terminate" | undefined {
  if (status === "TERMINATED") return "terminate";
  if (status === "CANCELLED" || status === "TIMED_OUT") return "cancel";
  return onClose === "abandon" ? undefined : onClose;
}

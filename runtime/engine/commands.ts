/**
 * What each kind of command becomes in the commit of its activation. One handler per kind: a new kind without one does
 * not compile.
 */
import type { Command } from "../protocol/command.js";
import { isClosed } from "../protocol/execution.js";
import type { Fault } from "../protocol/fault.js";
import { encode } from "../protocol/value.js";
import type { ExecutionRow } from "../store/store.js";
import type { Actor } from "./actor.js";
import type { Draft } from "./draft.js";
import { refusedSignal } from "./failures.js";
import { closedExecution, unknownExecution } from "./faults.js";
import { timerTime } from "./time.js";

export interface CommandContext {
  readonly draft: Draft;
  readonly row: ExecutionRow;
  /** This engine's incarnation: the lease of tasks that may start at once. */
  readonly incarnation: number;
  /** The executions to which the activation sends signals, by id; none of them is being closed right now. */
  readonly targets: ReadonlyMap<string, Actor | undefined>;
  /** The activation closes its execution: nobody will hear answers. */
  readonly closes: boolean;
}

type Handlers = {
  readonly [K in Command["kind"]]: (command: Extract<Command, { kind: K }>, context: CommandContext) => void;
};

const HANDLERS: Handlers = {
  task({ seq, task, input, onCrash }, { draft, row, incarnation }) {
    const lease = onCrash === "fail" ? 0 : incarnation;
    draft.addTask({
      execution: row.key,
      executionId: row.id,
      workflow: row.workflow,
      program: row.program,
      seq,
      task,
      input,
      onCrash,
      attempt: lease === 0 ? 0 : 1,
      lease,
      scheduledTime: draft.now,
    });
  },

  timer({ seq, at }, { draft, closes }) {
    if (!closes) draft.addTimer({ execution: draft.actor.key, seq, at: timerTime(at) });
  },

  cancelTimer({ seq }, { draft, closes }) {
    if (!closes) draft.removeTimer(seq);
  },

  signal({ seq, execution, signal, payload }, { draft, targets, closes }) {
    const target = targets.get(execution);
    const status = target?.row?.status;
    const known = target !== undefined && status !== undefined && (target.created || target === draft.actor);
    let fault: Fault | undefined;
    if (!known) fault = unknownExecution(execution);
    else if (isClosed(status)) fault = closedExecution(execution, status);
    else if (target !== draft.actor || !closes) draft.inbox(target, { kind: "signal", signal, payload });
    if (closes) return;
    const outcome = fault === undefined ? { ok: true as const, value: encode(undefined) } : refusedSignal(fault);
    draft.inbox(draft.actor, { kind: "sent", seq, outcome });
  },

  close({ outcome }, { draft }) {
    const status = outcome.ok ? "SUCCEEDED" : "FAILED";
    draft.write({ kind: "setStatus", execution: draft.actor.key, status, outcome, endTime: draft.now });
  },
};

/** Writes what `commands` ask for, in order; closing comes last, since nothing can be added to a closed execution. */
export function applyCommands(commands: readonly Command[], context: CommandContext): void {
  for (const command of commands) if (command.kind !== "close") apply(command, context);
  for (const command of commands) if (command.kind === "close") apply(command, context);
}

function apply<K extends Command["kind"]>(command: Extract<Command, { kind: K }>, context: CommandContext): void {
  const handler: (command: Extract<Command, { kind: K }>, context: CommandContext) => void =
    HANDLERS[command.kind as K];
  handler(command, context);
}

import type { CommandOf } from "../../protocol/command.js";
import { encode, type Outcome } from "../../protocol/value.js";
import type { ExecutionRow } from "../../store/store.js";
import { refusedStart } from "../failures.js";
import { conflictingStart, workflowNotInProgram } from "../faults.js";
import { nameFault } from "../names.js";
import type { Identity } from "../new-executions.js";
import { sameInput } from "../start.js";
import type { CommandContext, CommandHandler } from "./handler.js";

interface Wanted {
  readonly workflow: string;
  readonly name: string;
  readonly input: string;
  readonly timeoutAt?: number;
}

const idOf = ({ workflow, name }: Wanted): string => `${workflow}/${name}`;

/** Writes the new execution with its first event; the error if it cannot be. */
function create(wanted: Wanted, context: CommandContext, parent?: Identity["parent"]): Outcome | undefined {
  const { draft, row, workflows } = context;
  const { workflow, name, input, timeoutAt } = wanted;
  if (!workflows.includes(workflow)) return refusedStart(workflowNotInProgram(workflow));
  const badName = nameFault("execution name", name, context.nameLength);
  if (badName !== undefined) return refusedStart(badName);
  const identity: Identity = {
    ...{ id: idOf(wanted), workflow, name, input, startTime: draft.now },
    ...(timeoutAt === undefined ? {} : { timeoutAt }),
    ...(parent === undefined ? {} : { parent }),
  };
  const actor = context.newActor(context.newExecutions.row(row.program, identity));
  if (actor === undefined) return refusedStart(conflictingStart(identity.id));
  draft.write({ kind: "createExecution", row: actor.row });
  draft.inbox(actor, context.newExecutions.firstEvent(identity));
  return undefined;
}

export const child: CommandHandler<"child"> = {
  target: idOf,
  apply(command, context) {
    const { seq, onParentClose } = command;
    const { draft, row, targets, closes } = context;
    const parent = { key: row.key, id: row.id, seq, onClose: onParentClose };
    const existing = targets.get(idOf(command))?.row;
    const outcome = existing === undefined ? create(command, context, parent) : outcomeOf(existing, command, row.key);
    if (outcome !== undefined && !closes) draft.inbox(draft.actor, { kind: "child", seq, outcome });
  },
};

/** What came of a child that an earlier attempt of its parent started; of anything else, that the name is taken. */
function outcomeOf({ parent, input, outcome }: ExecutionRow, wanted: CommandOf<"child">, key: number): Outcome {
  const isOurs = parent?.key === key && wanted.since !== undefined && parent.seq < wanted.since;
  return isOurs && outcome !== undefined && sameInput(input, wanted.input) ? outcome : taken(wanted);
}

function taken(wanted: Wanted): Outcome {
  return refusedStart(conflictingStart(idOf(wanted)));
}

export const start: CommandHandler<"start"> = {
  target: idOf,
  apply(command, context) {
    const { draft, targets, closes } = context;
    const existing = draft.effects.started?.get(idOf(command)) ?? targets.get(idOf(command));
    const refusal =
      existing === undefined
        ? create(command, context)
        : existing.row !== undefined && sameInput(existing.row.input, command.input)
          ? undefined
          : taken(command);
    if (closes) return;
    const outcome = refusal ?? { ok: true as const, value: encode({ existing: existing !== undefined }) };
    draft.inbox(draft.actor, { kind: "sent", seq: command.seq, outcome });
  },
};

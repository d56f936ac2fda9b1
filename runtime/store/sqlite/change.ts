/**
 * One row change in the form in which it goes to SQLite: nine values, inserted into the view `change` (see
 * procedures.ts). This file knows which value of a `Write` goes into which of them.
 *
 * C1  A text arrives in the file exactly as it was given, or the commit is refused: never altered silently.
 * C2  Ids of inbox entries, logs and task rows are given here and never twice while the store is open.
 */
import { toUSVString } from "node:util";
import { isClosed } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import type { ExecutionRow, Write } from "../store.js";
import type { Value } from "./driver.js";

/** Values of `change.kind`. */
export const KIND = {
  program: 1,
  create: 2,
  close: 3,
  status: 4,
  tail: 5,
  checkpoint: 6,
  addTimer: 7,
  removeTimer: 8,
  addTask: 9,
  leaseTask: 10,
  removeTask: 11,
  addInbox: 12,
  removeInbox: 13,
  log: 14,
  clock: 15,
  taskPolicy: 16,
  retryTask: 17,
  awaitTask: 18,
  beatTask: 19,
  parent: 20,
  closeKeeping: 21,
  cancelTask: 24,
  completeTask: 25,
  history: 22,
} as const;

/** Columns of the view `change`, in order. */
export const COLUMNS = ["kind", "execution", "n", "time", "number", "a", "b", "c", "d"] as const;

/** Where a row of kind `tail` or `checkpoint` has the number of the task that it consumes. */
const CONSUMED_TASK = COLUMNS.indexOf("c");

/** One row for the view. */
export interface Change {
  readonly values: readonly Value[];
  /** Size of its texts, in UTF-16 units: near enough to bytes for limits. */
  readonly size: number;
  /** What it is, for messages: `appendTail 3 of execution 7`. */
  readonly label: string;
}

/** The next free ids: C2. */
export interface Counters {
  inbox: number;
  log: number;
  task: number;
}

type Numbers = { execution?: number; n?: number; time?: number | undefined; number?: Value };

/**
 * The rows of one commit's writes, in order. A removed task goes into the row of the tail entry or checkpoint that
 * consumes it: every row costs. Throws Fault EV6015 for a value that cannot be stored as it is.
 */
export function changesOfAll(writes: readonly Write[], counters: Counters): readonly Change[] {
  const changes: Change[] = [];
  for (let i = 0; i < writes.length; i++) {
    const write = writes[i] as Write;
    const next = writes[i + 1];
    if (write.kind === "removeTask" && next !== undefined && consumes(next, write.execution)) {
      const [row] = changesOf(next, counters);
      if (row !== undefined) changes.push(alsoRemoving(write, row));
      i++;
    } else {
      changes.push(...changesOf(write, counters));
    }
  }
  return changes;
}

function consumes(write: Write, execution: number): boolean {
  return (write.kind === "appendTail" || write.kind === "putCheckpoint") && write.execution === execution;
}

function alsoRemoving({ seq }: { readonly seq: number }, row: Change): Change {
  if (!Number.isSafeInteger(seq)) throw refused(row.label, `${seq} is not an integer that can be stored`);
  const values = [...row.values];
  values[CONSUMED_TASK] = seq;
  return { ...row, values, label: `${row.label}, removeTask ${seq}` };
}

/** The rows of one write. Throws Fault EV6015 for a value that cannot be stored as it is. */
export function changesOf(write: Write, counters: Counters): readonly Change[] {
  switch (write.kind) {
    case "createExecution":
      return creation(write.row);
    case "setStatus":
      return [statusChange(write)];
    case "appendTail": {
      const { n, now, events, commandsHash } = write.entry;
      const label = `appendTail ${n} of execution ${write.execution}`;
      const numbers = { execution: write.execution, n, time: now, number: write.cost };
      return [change(KIND.tail, label, numbers, JSON.stringify(events), commandsHash, null, write.history?.text)];
    }
    case "putCheckpoint": {
      const { execution, n, cost, history } = write;
      const label = `putCheckpoint ${n} of execution ${execution}`;
      const numbers = { execution, n, number: cost, time: history?.time };
      return [change(KIND.checkpoint, label, numbers, write.text, null, null, history?.text)];
    }
    case "addHistory": {
      const { execution, history } = write;
      const numbers = { execution, time: history.time };
      return [change(KIND.history, `addHistory of execution ${execution}`, numbers, null, null, null, history.text)];
    }
    case "addTimer": {
      const { execution, seq, at } = write.timer;
      return [change(KIND.addTimer, `addTimer ${seq} of execution ${execution}`, { execution, n: seq, time: at })];
    }
    case "removeTimer":
      return [change(KIND.removeTimer, label(write), { execution: write.execution, n: write.seq })];
    case "addTask": {
      const { execution, seq, scheduledTime, lease, task, input, onCrash } = write;
      // The row's own key travels in the last text column: the view's columns have no types.
      const row = change(
        KIND.addTask,
        label(write),
        { execution, n: seq, time: scheduledTime, number: lease },
        task,
        input,
        onCrash,
      );
      const added = { ...row, values: [...row.values.slice(0, -1), counters.task++] };
      if (write.policy === undefined) return [added];
      return [added, change(KIND.taskPolicy, label(write), { execution, n: seq }, JSON.stringify(write.policy))];
    }
    case "leaseTask":
      return [
        change(KIND.leaseTask, label(write), {
          execution: write.execution,
          n: write.seq,
          time: write.attempt,
          number: write.lease,
        }),
      ];
    case "retryTask":
      return [change(KIND.retryTask, label(write), { execution: write.execution, n: write.seq, time: write.readyAt })];
    case "awaitTask":
      return [change(KIND.awaitTask, label(write), { execution: write.execution, n: write.seq })];
    case "beatTask": {
      const { execution, seq, at, details } = write;
      return [change(KIND.beatTask, label(write), { execution, n: seq, time: at }, details)];
    }
    case "removeTask":
      return [change(KIND.removeTask, label(write), { execution: write.execution, n: write.seq })];
    case "cancelTask":
      return [change(KIND.cancelTask, label(write), { execution: write.execution, n: write.seq })];
    case "completeTask": {
      const { execution, seq, event, time, level, text } = write;
      const numbers = { execution, n: seq, time, number: counters.log++ };
      const row = change(KIND.completeTask, label(write), numbers, JSON.stringify(event), toUSVString(text), level);
      return [{ ...row, values: [...row.values.slice(0, -1), counters.inbox++] }];
    }
    case "addInbox":
      return [
        change(
          KIND.addInbox,
          `addInbox for execution ${write.execution}`,
          { execution: write.execution, n: counters.inbox++ },
          JSON.stringify(write.event),
        ),
      ];
    case "removeInbox":
      return [change(KIND.removeInbox, `removeInbox ${write.id}`, { n: write.id })];
    case "addLog": {
      const { execution, time, level, text } = write;
      // A log line may hold any half of a surrogate pair; it is shown, not computed with.
      return [
        change(
          KIND.log,
          `addLog of execution ${execution}`,
          { execution, n: counters.log++, time },
          level,
          toUSVString(text),
        ),
      ];
    }
    case "setClock":
      return [change(KIND.clock, "setClock", { time: write.now })];
  }
}

/** The row that makes a program known; one already known stays as it is. */
export function programChange(hash: string, artifact: string): Change {
  return change(KIND.program, `program ${hash}`, {}, hash, artifact);
}

function creation(row: ExecutionRow): readonly Change[] {
  const { key, startTime } = row;
  const numbers = { execution: key, time: startTime };
  const created = change(
    KIND.create,
    `createExecution ${row.id}`,
    numbers,
    row.id,
    row.workflow,
    row.program,
    row.input,
  );
  const { parent } = row;
  const link = parent && [
    change(KIND.parent, `parent of ${row.id}`, { execution: key, n: parent.key }, JSON.stringify(parent)),
  ];
  if (row.status === "IN_PROGRESS") return link === undefined ? [created] : [created, ...link];
  return [created, statusChange({ ...row, kind: "setStatus", execution: key })];
}

function statusChange(write: Extract<Write, { kind: "setStatus" }>): Change {
  const { execution, status, outcome, reason, endTime, keepState = false } = write;
  const label = `setStatus ${status} of execution ${execution}`;
  const closes = isClosed(status);
  if (!closes && (outcome !== undefined || endTime !== undefined)) {
    throw refused(label, "only a closed execution has an outcome and an end time");
  }
  const result = outcome?.ok === true ? outcome.value : null;
  const error = outcome?.ok === false ? outcome.error : null;
  const numbers = { execution, time: endTime, number: status };
  return change(
    closes ? (keepState ? KIND.closeKeeping : KIND.close) : KIND.status,
    label,
    numbers,
    result,
    error,
    reason === undefined ? null : JSON.stringify(reason),
  );
}

function label(write: { kind: string; seq: number; execution: number }): string {
  return `${write.kind} ${write.seq} of execution ${write.execution}`;
}

function change(
  kind: number,
  name: string,
  numbers: Numbers,
  a: string | null = null,
  b: string | null = null,
  c: string | null = null,
  d: string | null = null,
): Change {
  const { execution = null, n = null, time = null, number = null } = numbers;
  for (const value of [execution, n, time, number]) {
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw refused(name, `${value} is not an integer that can be stored`);
  }
  let size = 0;
  for (const text of [a, b, c, d]) {
    if (text === null) continue;
    // SQLite keeps UTF-8, in which half a surrogate pair does not exist.
    if (toUSVString(text) !== text) throw refused(name, "a text holds half of a surrogate pair");
    size += text.length;
  }
  return { values: [kind, execution, n, time, number, a, b, c, d], size, label: name };
}

function refused(name: string, why: string): Fault {
  return new Fault("EV6015", `${name}: ${why}`, {
    remedy: "This is a defect of Eventual: encoded values never contain it. Please report it.",
  });
}

/**
 * Row changes in the form in which they go to SQLite: nine values each, inserted into the view `change` (see
 * procedures.ts). This file knows which value of a `Write` goes into which of them.
 *
 * C1  A text arrives in the file exactly as it was given, or the commit is refused: never altered silently.
 * C2  A commit is one flat list of values, ready to be bound: nothing is made per row.
 * C3  Ids of inbox entries, logs and task rows are given here and never twice while the store is open.
 * C4  What `PAYLOADS` names, and nothing else, is sealed by the store's codec if it has one.
 */
import { toUSVString } from "node:util";
import { isControl } from "../../protocol/event.js";
import { isClosed } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import type { ExecutionRow, Write } from "../store.js";
import type { Value } from "./driver.js";
import type { Seal } from "./sealing.js";

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
  history: 22,
  cancelTask: 24,
  completeTask: 25,
  addDelivery: 26,
  retryDelivery: 27,
  buryDelivery: 28,
  reviveDelivery: 29,
  removeDelivery: 30,
  undeclare: 31,
  declare: 32,
  putSchedule: 33,
  removeSchedule: 34,
  removeExecution: 35,
  addWaiter: 36,
  removeWaiter: 37,
  noteStart: 38,
  leaseDelivery: 39,
} as const;

/** Columns of the view `change`, in order. */
export const COLUMNS = ["kind", "execution", "n", "time", "number", "a", "b", "c", "d"] as const;
const WIDTH = COLUMNS.length;

/** Columns of the view that hold what authors' programs and people have said, by kind of row: C4. */
const PAYLOADS: Partial<Record<keyof typeof KIND, readonly (typeof COLUMNS)[number][]>> = {
  create: ["d"],
  close: ["a", "b", "c", "d"],
  closeKeeping: ["a", "b", "c", "d"],
  status: ["c"],
  tail: ["a", "d"],
  checkpoint: ["a", "d"],
  history: ["d"],
  addTask: ["b"],
  taskPolicy: ["a"],
  beatTask: ["a"],
  completeTask: ["a", "b"],
  addInbox: ["a"],
  log: ["b"],
  addDelivery: ["c"],
  buryDelivery: ["a"],
  putSchedule: ["b"],
  declare: ["b"],
};
/** The same as places in a row, by number of the kind. */
const SEALED_AT: readonly (readonly number[])[] = Object.entries(PAYLOADS).reduce<number[][]>(
  (places, [kind, columns]) => {
    places[KIND[kind as keyof typeof KIND]] = columns.map((column) => COLUMNS.indexOf(column));
    return places;
  },
  [],
);

/** The next free ids: C3. */
export interface Counters {
  inbox: number;
  log: number;
  task: number;
  delivery: number;
}

/** Values that the view's columns of numbers and texts can take. */
type Text = string | null | undefined;

/** The rows of one commit. */
export class Changes {
  /** Nine per row. */
  readonly values: Value[] = [];
  /** Size of the texts, in UTF-16 units: near enough to bytes for limits. */
  size = 0;
  /** Logical time that the commit has come to, ms since the epoch: a row of its own, but once per transaction. */
  clock: number | undefined;
  readonly #seal: Seal | undefined;

  constructor(seal?: Seal) {
    this.#seal = seal;
  }

  get rows(): number {
    return this.values.length / WIDTH;
  }

  /** Adds one row. Throws Fault EV6015 for a value that cannot be stored as it is. */
  row(
    kind: number,
    execution: number | null,
    n: number | null | undefined,
    time: number | null | undefined,
    number: Value,
    a?: Text,
    b?: Text,
    c?: Text | number,
    d?: Text | number,
  ): void {
    const { values } = this;
    values.push(kind, execution, n ?? null, time ?? null, number, a ?? null, b ?? null, c ?? null, d ?? null);
    const from = values.length - WIDTH;
    for (let at = from; at < values.length; at++) this.#check(values[at] as Value);
    if (this.#seal !== undefined) this.#sealRow(kind, from, this.#seal);
  }

  #sealRow(kind: number, from: number, seal: Seal): void {
    for (const place of SEALED_AT[kind] ?? []) {
      const value = this.values[from + place];
      if (typeof value === "string") this.values[from + place] = seal(value);
    }
  }

  #check(value: Value): void {
    if (typeof value === "string") {
      // SQLite keeps UTF-8, in which half a surrogate pair does not exist.
      if (!isWellFormed(value)) throw this.#refused("a text holds half of a surrogate pair");
      this.size += value.length;
    } else if (value !== null && !Number.isSafeInteger(value)) {
      throw this.#refused(`${value} is not an integer that can be stored`);
    }
  }

  #refused(why: string): Fault {
    return new Fault("EV6015", `${labelOf(this.values, this.rows - 1)}: ${why}`, {
      remedy: "This is a defect of Eventual: encoded values never contain it. Please report it.",
    });
  }
}

const { isWellFormed: nativeWellFormed } = String.prototype as { isWellFormed?: (this: string) => boolean };

function isWellFormed(text: string): boolean {
  return nativeWellFormed === undefined ? toUSVString(text) === text : nativeWellFormed.call(text);
}

/**
 * The rows of one commit's writes, in order. A removed task goes into the row of the tail entry, checkpoint or closing
 * that consumes it: every row costs. Throws Fault EV6015 for a value that cannot be stored as it is.
 */
export function changesOf(writes: readonly Write[], counters: Counters, seal?: Seal): Changes {
  const changes = new Changes(seal);
  for (let i = 0; i < writes.length; i++) {
    const write = writes[i] as Write;
    const next = writes[i + 1];
    if (write.kind === "removeTask" && next !== undefined && consumes(next, write.execution)) {
      add(changes, next, counters, write.seq);
      i++;
    } else {
      add(changes, write, counters, null);
    }
  }
  return changes;
}

function consumes(write: Write, execution: number): boolean {
  switch (write.kind) {
    case "appendTail":
    case "putCheckpoint":
      return write.execution === execution;
    case "setStatus":
      return write.execution === execution && isClosed(write.status);
    default:
      return false;
  }
}

/** Adds the rows of one write; `consumed` is the number of the task that it removes besides. */
function add(changes: Changes, write: Write, counters: Counters, consumed: number | null): void {
  switch (write.kind) {
    case "createExecution":
      addCreation(changes, write.row);
      return;
    case "setStatus":
      addStatus(changes, write, consumed);
      return;
    case "appendTail": {
      const { execution, entry, cost, history } = write;
      const { n, now, events, commandsHash } = entry;
      const text = JSON.stringify(events);
      changes.row(KIND.tail, execution, n, now, cost, text, commandsHash, consumed, history?.text);
      return;
    }
    case "putCheckpoint": {
      const { execution, n, cost, history, text } = write;
      changes.row(KIND.checkpoint, execution, n, history?.time, cost, text, null, consumed, history?.text);
      return;
    }
    case "addHistory": {
      const { execution, history } = write;
      changes.row(KIND.history, execution, null, history.time, null, null, null, null, history.text);
      return;
    }
    case "addTimer": {
      const { execution, seq, at } = write.timer;
      changes.row(KIND.addTimer, execution, seq, at, null);
      return;
    }
    case "removeTimer":
      changes.row(KIND.removeTimer, write.execution, write.seq, null, null);
      return;
    case "addTask": {
      const { execution, seq, scheduledTime, lease, task, input, onCrash, policy } = write;
      changes.row(KIND.addTask, execution, seq, scheduledTime, lease, task, input, onCrash, counters.task++);
      if (policy !== undefined) changes.row(KIND.taskPolicy, execution, seq, null, null, JSON.stringify(policy));
      return;
    }
    case "leaseTask":
      changes.row(KIND.leaseTask, write.execution, write.seq, write.attempt, write.lease, null, null, write.crashes);
      return;
    case "retryTask":
      changes.row(KIND.retryTask, write.execution, write.seq, write.readyAt, null);
      return;
    case "beatTask":
      changes.row(KIND.beatTask, write.execution, write.seq, write.at, null, write.details);
      return;
    case "awaitTask":
    case "removeTask":
    case "cancelTask":
      changes.row(KIND[write.kind], write.execution, write.seq, null, null);
      return;
    case "completeTask": {
      const { execution, seq, event, time, level, text } = write;
      const log = counters.log++;
      const told = toUSVString(text);
      changes.row(KIND.completeTask, execution, seq, time, log, JSON.stringify(event), told, level, counters.inbox++);
      return;
    }
    case "addInbox": {
      const { execution, event, once } = write;
      const control = isControl(event) ? 1 : 0;
      changes.row(KIND.addInbox, execution, counters.inbox++, null, control, JSON.stringify(event), once);
      return;
    }
    case "removeInbox":
      changes.row(KIND.removeInbox, null, write.id, null, null);
      return;
    case "addLog": {
      const { execution, time, level, text } = write;
      // A log line may hold any half of a surrogate pair; it is shown, not computed with.
      changes.row(KIND.log, execution, counters.log++, time, null, level, toUSVString(text));
      return;
    }
    case "addDelivery":
    case "leaseDelivery":
    case "retryDelivery":
    case "buryDelivery":
    case "reviveDelivery":
    case "removeDelivery":
      addDelivery(changes, write, counters);
      return;
    case "addWaiter":
    case "removeWaiter":
    case "noteStart":
      addWait(changes, write);
      return;
    case "removeExecution":
      changes.row(KIND.removeExecution, write.execution, null, null, null);
      return;
    case "declare":
    case "putSchedule":
    case "removeSchedule":
      addDeclaration(changes, write);
      return;
    case "setClock":
      changes.clock = Math.max(changes.clock ?? 0, write.now);
  }
}

/** Adds the row of a write about what others wait for: an execution's end or reply, a rate's room. */
function addWait(changes: Changes, write: Extract<Write, { kind: "addWaiter" | "removeWaiter" | "noteStart" }>): void {
  switch (write.kind) {
    case "addWaiter":
      changes.row(KIND.addWaiter, write.execution, write.seq, null, write.target, null, null, write.reply ? 1 : 0);
      return;
    case "removeWaiter":
      changes.row(KIND.removeWaiter, write.execution, write.seq, null, null);
      return;
    case "noteStart":
      changes.row(KIND.noteStart, null, null, write.at, write.until, write.gate);
      return;
  }
}

/** Adds the rows of a write about what programs declare. */
function addDeclaration(
  changes: Changes,
  write: Extract<Write, { kind: "declare" | "putSchedule" | "removeSchedule" }>,
): void {
  switch (write.kind) {
    case "declare": {
      const { program, replaces, declared } = write;
      for (const hash of [program, ...replaces]) changes.row(KIND.undeclare, null, null, null, null, hash);
      changes.row(KIND.declare, null, null, null, null, program, JSON.stringify(declared));
      return;
    }
    case "putSchedule":
      changes.row(KIND.putSchedule, null, null, null, null, write.row.name, JSON.stringify(write.row));
      return;
    case "removeSchedule":
      changes.row(KIND.removeSchedule, null, null, null, null, write.name);
      return;
  }
}

type DeliveryKind =
  | "addDelivery"
  | "leaseDelivery"
  | "retryDelivery"
  | "buryDelivery"
  | "reviveDelivery"
  | "removeDelivery";

/** Adds the row of a write to the queues of subscriptions. */
function addDelivery(changes: Changes, write: Extract<Write, { kind: DeliveryKind }>, counters: Counters): void {
  switch (write.kind) {
    case "addDelivery": {
      const { subscription, event, payload, time } = write;
      changes.row(KIND.addDelivery, null, counters.delivery++, time, null, subscription, event, payload);
      return;
    }
    case "leaseDelivery":
      changes.row(KIND.leaseDelivery, null, write.id, write.crashes, write.lease);
      return;
    case "retryDelivery":
      changes.row(KIND.retryDelivery, null, write.id, write.readyAt, write.attempt);
      return;
    case "buryDelivery":
      changes.row(KIND.buryDelivery, null, write.id, write.time, write.attempt, write.error);
      return;
    case "reviveDelivery":
      changes.row(KIND.reviveDelivery, null, write.id, write.time, null);
      return;
    case "removeDelivery":
      changes.row(KIND.removeDelivery, null, write.id, null, null);
      return;
  }
}

/** The row that makes a program known; one already known stays as it is, as the newest. */
export function programChange(hash: string, artifact: string): Changes {
  const changes = new Changes();
  changes.row(KIND.program, null, null, null, null, hash, artifact);
  return changes;
}

/** The rows of one transaction: those of all its commits, and how far logical time has come in the last of them. */
export function together(commits: readonly Changes[]): Value[] {
  const values: Value[] = [];
  let clock: number | undefined;
  for (const commit of commits) {
    for (const value of commit.values) values.push(value);
    if (commit.clock !== undefined) clock = Math.max(clock ?? 0, commit.clock);
  }
  if (clock !== undefined) values.push(KIND.clock, null, null, clock, null, null, null, null, null);
  return values;
}

/** What a row of `values` is, for messages: `appendTail 3 of execution 7`. */
export function labelOf(values: readonly Value[], row: number): string {
  const [kind, execution, n, , number, a, , c] = values.slice(row * WIDTH, (row + 1) * WIDTH);
  const name = NAMES[Number(kind)];
  switch (kind) {
    case KIND.program:
      return `program ${a}`;
    case KIND.create:
      return `createExecution ${a}`;
    case KIND.close:
    case KIND.closeKeeping:
    case KIND.status:
      return `setStatus ${number} of execution ${execution}${n === null ? "" : `, removeTask ${n}`}`;
    case KIND.addInbox:
      return `addInbox for execution ${execution}`;
    case KIND.removeInbox:
      return `removeInbox ${n}`;
    case KIND.log:
    case KIND.history:
    case KIND.parent:
      return `${name} of execution ${execution}`;
    case KIND.clock:
      return "setClock";
    case KIND.addDelivery:
    case KIND.putSchedule:
    case KIND.removeSchedule:
    case KIND.undeclare:
    case KIND.declare:
      return `${name} ${a}`;
    case KIND.leaseDelivery:
    case KIND.noteStart:
    case KIND.retryDelivery:
    case KIND.buryDelivery:
    case KIND.reviveDelivery:
    case KIND.removeDelivery:
      return `${name} ${n}`;
    case KIND.leaseTask:
      return `${name} ${n} of execution ${execution}`;
    default:
      return `${name} ${n} of execution ${execution}${typeof c === "number" ? `, removeTask ${c}` : ""}`;
  }
}

/** By kind, where a row's name is not its kind's. */
const RENAMED: Partial<Record<keyof typeof KIND, string>> = {
  tail: "appendTail",
  checkpoint: "putCheckpoint",
  log: "addLog",
  history: "addHistory",
  taskPolicy: "addTask",
};
const NAMES: readonly string[] = Object.entries(KIND).reduce<string[]>((names, [name, kind]) => {
  names[kind] = RENAMED[name as keyof typeof KIND] ?? name;
  return names;
}, []);

function addCreation(changes: Changes, row: ExecutionRow): void {
  const { key, id, workflow, program, input, startTime, parent, status } = row;
  changes.row(KIND.create, key, null, startTime, null, id, workflow, program, input);
  if (status !== "IN_PROGRESS") addStatus(changes, { ...row, kind: "setStatus", execution: key }, null);
  else if (parent !== undefined) changes.row(KIND.parent, key, parent.key, null, null, JSON.stringify(parent));
}

function addStatus(changes: Changes, write: Extract<Write, { kind: "setStatus" }>, consumed: number | null): void {
  const { execution, status, outcome, reason, endTime, keepState = false, history } = write;
  const closes = isClosed(status);
  if (!closes && (outcome !== undefined || endTime !== undefined)) {
    throw new Fault(
      "EV6015",
      `setStatus ${status} of execution ${execution}: only a closed execution has an outcome and an end time`,
      {
        remedy: "This is a defect of Eventual. Please report it.",
      },
    );
  }
  const kind = closes ? (keepState ? KIND.closeKeeping : KIND.close) : KIND.status;
  const result = outcome?.ok === true ? outcome.value : null;
  const error = outcome?.ok === false ? outcome.error : null;
  changes.row(
    kind,
    execution,
    consumed,
    endTime,
    status,
    result,
    error,
    reason && JSON.stringify(reason),
    history?.text,
  );
}

/**
 * Rows of the database as values of the seam, checked: a file may have been changed by other hands.
 * Throws Fault EV6017 for a row that is not what Eventual writes.
 */
import * as z from "zod";
import { declaredSchema } from "../../protocol/declarations.js";
import { eventSchema, type TailEntry } from "../../protocol/event.js";
import { STATUSES } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import { taskPolicySchema } from "../../protocol/task-policy.js";
import type {
  DeadLetter,
  DeclarationRow,
  DeliveryRow,
  ExecutionRow,
  History,
  InboxRow,
  LogRow,
  ParentLink,
  ScheduleRow,
  StoredExecution,
  TaskRow,
  TimerRow,
} from "../store.js";
import type { Row } from "./driver.js";

const reasonSchema = z.strictObject({
  code: z.templateLiteral(["EV", z.number()]),
  message: z.string(),
  remedy: z.string(),
});

const executionSchema = z.object({
  key: z.number(),
  id: z.string(),
  workflow: z.string(),
  program: z.string(),
  status: z.enum(STATUSES),
  start_time: z.number(),
  end_time: z.number().nullable(),
  reason: z.string().nullable(),
  result: z.string().nullable(),
  error: z.string().nullable(),
  parent: z.string().nullable(),
  input: z.string(),
});

const parentSchema = z.strictObject({
  key: z.number(),
  id: z.string(),
  seq: z.number(),
  onClose: z.enum(["abandon", "cancel", "terminate"]),
});

const taskSchema = z.object({
  row: z.number(),
  execution: z.number(),
  executionId: z.string(),
  workflow: z.string(),
  program: z.string(),
  seq: z.number(),
  task: z.string(),
  input: z.string(),
  onCrash: z.enum(["retry", "fail"]),
  attempt: z.number(),
  lease: z.number(),
  scheduledTime: z.number(),
  readyAt: z.number(),
  waiting: z.number(),
  crashes: z.number(),
  policy: z.string().nullable(),
  beatAt: z.number().nullable(),
  beatDetails: z.string().nullable(),
});

const timerSchema = z.object({ execution: z.number(), seq: z.number(), at: z.number() });
const logSchema = z.object({
  id: z.number(),
  time: z.number(),
  level: z.enum(["debug", "info", "warn", "error"]),
  text: z.string(),
});

/** Rows of one execution in one result: `part` says which table a row is from (see queries.ts). */
const partSchema = z.object({
  part: z.enum(["checkpoint", "tail", "inbox"]),
  n: z.number(),
  now: z.number().nullable(),
  cost: z.number().nullable(),
  hash: z.string().nullable(),
  bytes: z.number(),
  text: z.string(),
});

export function executionRow(row: Row): ExecutionRow {
  const { start_time, end_time, reason, result, error, parent, ...same } = parse(executionSchema, row, "execution");
  return {
    ...same,
    startTime: start_time,
    ...(result !== null ? { outcome: { ok: true, value: result } as const } : {}),
    ...(error !== null ? { outcome: { ok: false, error } as const } : {}),
    ...(reason !== null ? { reason: parseJson(reasonSchema, reason, "execution.reason") } : {}),
    ...(end_time !== null ? { endTime: end_time } : {}),
    ...(parent !== null ? { parent: parentOf(parent) } : {}),
  };
}

/** The link of a child to its parent. */
export function parentOf(text: string): ParentLink {
  return parseJson(parentSchema, text, "execution.parent");
}

export function timerRow(row: Row): TimerRow {
  return parse(timerSchema, row, "timer");
}

export function taskRow(row: Row): TaskRow {
  const { waiting, policy, beatAt, beatDetails, ...same } = parse(taskSchema, row, "task");
  return {
    ...same,
    isWaiting: waiting !== 0,
    ...(policy === null ? {} : { policy: parseJson(taskPolicySchema, policy, "task.policy") }),
    ...(beatAt === null || beatDetails === null ? {} : { beat: { at: beatAt, details: beatDetails } }),
  };
}

const deliverySchema = z.object({
  id: z.number(),
  subscription: z.string(),
  event: z.string(),
  payload: z.string(),
  time: z.number(),
  attempt: z.number(),
  readyAt: z.number(),
  lease: z.number().exactOptional(),
  crashes: z.number().exactOptional(),
});
const deadLetterSchema = deliverySchema.extend({ deadAt: z.number(), error: z.string() });

export function deliveryRow(row: Row): DeliveryRow {
  return parse(deliverySchema, row, "delivery");
}

export function deadLetter(row: Row): DeadLetter {
  return parse(deadLetterSchema, row, "dead letter");
}

export function declarationRow(row: Row): DeclarationRow {
  return {
    program: textOf(row, "program"),
    declared: parseJson(declaredSchema, textOf(row, "declared"), "declaration"),
  };
}

const scheduleSchema = z.object({
  name: z.string(),
  definition: z.string(),
  nextAt: z.number().exactOptional(),
  paused: z.boolean(),
  bufferedAt: z.number().exactOptional(),
  lastAt: z.number().exactOptional(),
  lastExecution: z.string().exactOptional(),
});

export function scheduleRow(row: Row): ScheduleRow {
  return parseJson(scheduleSchema, textOf(row, "row"), "schedule");
}

export function logRow(row: Row): LogRow {
  return parse(logSchema, row, "log");
}

export function historyRow(row: Row): History {
  return { time: numberOf(row, "time"), text: textOf(row, "text") };
}

export function inboxRow(row: Row): InboxRow {
  return { id: numberOf(row, "id"), event: parseJson(eventSchema, textOf(row, "event"), "inbox.event") };
}

export function tailEntry(n: number, now: number, commandsHash: string, events: string): TailEntry {
  return { n, now, commandsHash, events: parseJson(z.array(eventSchema), events, "tail.events") };
}

/** One number of a row. */
export function numberOf(row: Row | undefined, column: string): number {
  return parse(z.number(), row?.[column], column);
}

/** One text of a row. */
export function textOf(row: Row | undefined, column: string): string {
  return parse(z.string(), row?.[column], column);
}

/** Puts together what belongs to `row`'s execution, from rows in any order. */
export function storedExecution(row: ExecutionRow, parts: readonly Row[]): StoredExecution {
  let checkpoint: StoredExecution["checkpoint"];
  const tail: TailEntry[] = [];
  const inbox: InboxRow[] = [];
  let tailCost = 0;
  let tailBytes = 0;
  for (const part of parts) {
    const { part: table, n, now, cost, hash, bytes, text } = parse(partSchema, part, "execution part");
    if (table === "checkpoint") {
      checkpoint = { n, text, cost: cost ?? 0 };
    } else if (table === "tail") {
      tail.push(tailEntry(n, now ?? 0, hash ?? "", text));
      tailCost += cost ?? 0;
      tailBytes += bytes;
    } else {
      inbox.push({ id: n, event: parseJson(eventSchema, text, "inbox.event") });
    }
  }
  tail.sort((left, right) => left.n - right.n);
  inbox.sort((left, right) => left.id - right.id);
  return { row, checkpoint, tail, tailCost, tailBytes, inbox };
}

function parseJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(what, error);
  }
  return parse(schema, value, what);
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw unreadable(what, result.error);
  return result.data;
}

function unreadable(what: string, cause: unknown): Fault {
  const detail = cause instanceof z.ZodError ? z.prettifyError(cause).replace(/\s*\n\s*/g, " ") : String(cause);
  return new Fault("EV6017", `a stored record (${what}) is not what Eventual writes: ${detail}`, {
    remedy: "Keep the file as it is and restore a backup; if nobody else wrote to it, please report this.",
    cause,
  });
}

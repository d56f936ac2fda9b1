/**
 * What can be asked of an engine, as schemas: one entry here is a method of every client and a message on the engine's
 * socket. Both ends parse what they receive, neither trusts it. What the replies hold is also what the command line shows.
 */
import * as z from "zod";
import { STATUSES } from "../protocol/execution.js";
import type { FaultCode } from "../protocol/fault.js";
import { outcomeSchema } from "../protocol/outcome.js";
import { programSchema } from "../protocol/program.js";

const encoded = z.string().min(1);
/** Names and ids come from people: any text but control characters, and not endless. */
const name = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\P{Cc}*$/u, "control characters are not allowed");
const id = z.string().min(1).max(2100);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const limit = z.number().int().min(1).max(1000);
const key = z.number().int().nonnegative();
/** The `next` of the page before. */
const cursor = z.string().max(64).exactOptional();

/** Without `next` it is the last. */
function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().exactOptional() });
}

const faultCode = z.custom<FaultCode>((value) => typeof value === "string" && /^EV\d+$/.test(value));
const reason = z.object({ code: faultCode, message: z.string(), remedy: z.string() });
const nothing = z.null();

const summary = z.object({
  id: z.string(),
  workflow: z.string(),
  /** Program hash. */
  program: z.string(),
  status: z.enum(STATUSES),
  input: encoded,
  outcome: outcomeSchema.exactOptional(),
  /** Long values that a list leaves out. */
  omitted: z
    .array(z.enum(["input", "outcome"]))
    .readonly()
    .exactOptional(),
  reason: reason.exactOptional(),
  /** ms since the epoch */
  startTime: z.number(),
  endTime: z.number().exactOptional(),
});

const logLine = z.object({
  id: z.number().int(),
  time: z.number(),
  level: z.enum(["debug", "info", "warn", "error"]),
  text: z.string(),
});

const details = summary.extend({
  checkpointBytes: z.number(),
  tailBytes: z.number(),
  /** The last lines of the execution's log, oldest first. */
  logs: z.array(logLine),
});

const openTask = z.object({
  executionId: z.string(),
  seq: z.number().int(),
  task: z.string(),
  state: z.enum(["scheduled", "running", "resting", "waiting"]),
  attempt: z.number().int(),
  /** ms since the epoch */
  scheduledTime: z.number(),
  /** When the next attempt of one that rests begins, ms since the epoch. */
  readyAt: z.number(),
});

const deadLetter = z.object({
  id: z.number().int(),
  subscription: z.string(),
  event: z.string(),
  payload: encoded,
  error: encoded,
  attempt: z.number().int(),
  /** When it was emitted and when it was given up, ms since the epoch. */
  time: z.number(),
  deadAt: z.number(),
});

/** Times in ms since the epoch. */
const scheduleStatus = z.object({
  name: z.string(),
  workflow: z.string(),
  /** Hash of the program that declares it. */
  program: z.string(),
  overlap: z.enum(["skip", "buffer", "allow"]),
  when: z.union([z.object({ cron: z.string(), timezone: z.string() }), z.object({ every: z.number() })]),
  paused: z.boolean(),
  nextAt: z.number().exactOptional(),
  lastAt: z.number().exactOptional(),
  lastExecution: z.string().exactOptional(),
});

const message = z.strictObject({ execution: id, signal: name, payload: encoded });

/** By name. Replies of `null`: what was asked is durable. */
export const OPERATIONS = {
  /** Starts an execution; with a name that is taken and the same input, answers the existing one. */
  start: {
    request: z.strictObject({
      workflow: name,
      /** Default: a random one. */
      name: name.exactOptional(),
      input: encoded,
      /** Hash of the program to start on; default: the newest that has the workflow. */
      program: hash.exactOptional(),
    }),
    reply: z.object({ executionId: z.string(), existing: z.boolean() }),
  },
  /** Sends a signal to an execution. */
  signal: { request: message.extend({ id: z.string().exactOptional() }), reply: nothing },
  /** Sends a signal and waits for what its first handler gives. */
  request: { request: message, reply: outcomeSchema },
  /** Asks an execution, also a closed one, without changing anything. */
  query: { request: z.strictObject({ execution: id, query: name, input: encoded }), reply: outcomeSchema },
  control: {
    request: z.strictObject({
      execution: id,
      action: z.enum(["cancel", "terminate", "suspend", "resume"]),
      reason: z.string().exactOptional(),
    }),
    reply: nothing,
  },
  /** Tasks that are not completed, in the order of their calls. */
  tasks: { request: z.strictObject({ cursor, limit }), reply: page(openTask) },
  /** Completes an attempt by its token, or the present one of a call. */
  completeTask: {
    request: z.strictObject({
      task: z.union([z.string().min(1).max(1024), z.strictObject({ execution: id, seq: key })]),
      outcome: outcomeSchema,
    }),
    reply: nothing,
  },
  /** The next attempt of a task that rests after a failed one begins at once. */
  retryTask: { request: z.strictObject({ execution: id, seq: key }), reply: nothing },
  /** A sign of life of the attempt with that token. */
  heartbeatTask: {
    request: z.strictObject({ token: z.string().min(1).max(1024), details: encoded }),
    reply: z.object({ cancelled: z.boolean() }),
  },
  /** Puts events into the queues of their subscriptions. */
  emit: {
    request: z.strictObject({
      events: z
        .array(z.strictObject({ event: name, payload: encoded }))
        .min(1)
        .max(1000),
    }),
    reply: nothing,
  },
  /** Events that no attempt of their subscription could handle, newest first. */
  deadLetters: {
    request: z.strictObject({ subscription: name.exactOptional(), cursor, limit }),
    reply: page(deadLetter),
  },
  retryDeadLetter: { request: z.strictObject({ id: key }), reply: nothing },
  dropDeadLetter: { request: z.strictObject({ id: key }), reply: nothing },
  /** All schedules in force, by name. */
  schedules: { request: z.strictObject({}), reply: z.array(scheduleStatus) },
  pauseSchedule: { request: z.strictObject({ name }), reply: nothing },
  resumeSchedule: { request: z.strictObject({ name }), reply: nothing },
  /** Starts an execution of it now. */
  triggerSchedule: {
    request: z.strictObject({ name }),
    reply: z.object({ executionId: z.string(), existing: z.boolean() }),
  },
  /** Removes closed executions: by their workflows' retentions, or what ended `olderThanMs` ago. `dryRun`: only counts. */
  prune: {
    request: z.strictObject({
      olderThanMs: z.number().nonnegative().exactOptional(),
      workflow: name.exactOptional(),
      status: z.enum(STATUSES).exactOptional(),
      dryRun: z.boolean().exactOptional(),
      limit: limit.exactOptional(),
    }),
    reply: z.object({ executions: z.number().int(), more: z.boolean() }),
  },
  /** Newest first. `full`: with long values, which are left out otherwise. */
  list: {
    request: z.strictObject({
      workflow: name.exactOptional(),
      status: z.enum(STATUSES).exactOptional(),
      full: z.boolean().exactOptional(),
      cursor,
      limit,
    }),
    reply: page(summary),
  },
  show: { request: z.strictObject({ execution: id }), reply: details },
  /** Answers when the execution is closed or suspended. */
  result: { request: z.strictObject({ execution: id }), reply: summary },
  /** Makes a program known; `resolveFrom` is the folder from which its external packages are resolved. */
  deploy: { request: z.strictObject({ program: programSchema, resolveFrom: z.string() }), reply: nothing },
} as const satisfies Record<string, { readonly request: z.ZodType; readonly reply: z.ZodType }>;

export type OperationName = keyof typeof OPERATIONS;
export type RequestOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]["request"]>;
export type ReplyOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]["reply"]>;

/** A refusal, as it crosses the socket. */
export const faultSchema = z.object({
  error: z.object({ code: faultCode, message: z.string(), remedy: z.string(), place: z.string().exactOptional() }),
});

/** How many lines of the log `show` gives. */
export const SHOWN_LOG_LINES = 20;

export type ExecutionSummary = z.infer<typeof summary>;
export type ExecutionDetails = z.infer<typeof details>;
export type LogLineRow = z.infer<typeof logLine>;
export type DeadLetterSummary = z.infer<typeof deadLetter>;
export type ScheduleSummary = z.infer<typeof scheduleStatus>;
export type OpenTaskSummary = z.infer<typeof openTask>;

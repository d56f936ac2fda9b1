/**
 * The resources of the HTTP API as schemas: the server checks and describes (OpenAPI) by them, the client parses by
 * them. Values of workflows are plain JSON here: what JSON has no form for appears as the nearest that it has.
 */
import * as z from "zod";
import { STATUSES } from "../protocol/execution.js";

const PAGE_LIMIT = 500;
const PAGE_DEFAULT = 50;
/** Longest wait of one request for a result, in seconds. */
export const LONGEST_WAIT_SECONDS = 60;

const name = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\P{Cc}*$/u, "control characters are not allowed");
const count = z.coerce.number().int();
const limit = count.min(1).max(PAGE_LIMIT).default(PAGE_DEFAULT);
const time = z.iso.datetime().describe("ISO 8601, UTC");

const failure = z.looseObject({ name: z.string().optional(), message: z.string().optional() });
const reason = z.object({ code: z.string(), message: z.string(), remedy: z.string() });

export const executionSchema = z.object({
  id: z.string().describe("<workflow>/<name>"),
  workflow: z.string(),
  program: z.string().describe("Hash of the program that it runs on"),
  status: z.enum(STATUSES),
  input: z.json(),
  result: z.json().optional().describe("Of one that succeeded"),
  error: z.union([failure, z.json()]).optional().describe("What one that failed has thrown"),
  reason: reason.optional().describe("Why it is suspended"),
  startTime: time,
  endTime: time.optional(),
});
export const executionDetailsSchema = executionSchema.extend({
  parent: z.string().optional().describe("Id of the execution that started it as a child"),
  checkpointBytes: z.number().int(),
  tailBytes: z.number().int().describe("Of the events since the checkpoint"),
});
export const listedExecutionSchema = executionSchema.extend({
  input: z.json().optional(),
  omitted: z
    .array(z.enum(["input", "outcome"]))
    .optional()
    .describe("Values longer than 4 kB, which are left out: ask for the execution, or with `values=full`"),
});
export const executionPageSchema = z.object({
  items: z.array(listedExecutionSchema).describe("Newest first"),
  next: z.string().optional().describe("Cursor of the next page; missing on the last"),
});
export const startedSchema = z.object({
  id: z.string(),
  existing: z.boolean().describe("An execution with this id and input was there"),
});
export const signalledSchema = z.object({ delivered: z.literal(true) });
export const logLineSchema = z.object({
  id: z.number().int(),
  time,
  level: z.enum(["debug", "info", "warn", "error"]),
  text: z.string(),
});
export const logPageSchema = z.object({
  items: z.array(logLineSchema).describe("Oldest first"),
  next: z.string().optional(),
});
export const healthSchema = z.object({ status: z.literal("ok"), version: z.string() });
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string().describe("Stable, documented in docs/errors"),
  remedy: z.string(),
  instance: z.string().optional(),
});

export const listQuerySchema = z.strictObject({
  workflow: name.optional(),
  status: z.enum(STATUSES).optional(),
  text: name.optional().describe("A part of the id"),
  from: time.optional().describe("Started then or later"),
  before: time.optional().describe("Started earlier"),
  values: z.enum(["short", "full"]).default("short").describe("`full`: with values longer than 4 kB"),
  cursor: z.string().max(64).optional(),
  limit,
});
export const pageQuerySchema = z.strictObject({ cursor: z.string().max(64).optional(), limit });
export const resultQuerySchema = z.strictObject({
  wait: count.min(0).max(LONGEST_WAIT_SECONDS).default(0).describe("Seconds to wait for its end"),
});
export const startBodySchema = z.strictObject({
  workflow: name,
  name: name.optional().describe("Default: from the header Idempotency-Key, or a random one"),
  input: z.json().optional(),
  program: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("Hash of the program to start on; default: the newest that has the workflow"),
});
export const signalBodySchema = z.strictObject({ payload: z.json().optional() });
export const sentSignalSchema = signalBodySchema.extend({
  id: z.string().min(1).optional().describe("Of several signals to the execution with the same id one arrives"),
});
export const requestQuerySchema = z.strictObject({
  wait: count.min(0).max(LONGEST_WAIT_SECONDS).default(LONGEST_WAIT_SECONDS).describe("Seconds to wait for the answer"),
});
export const queryBodySchema = z.strictObject({ input: z.json().optional() });
export const controlBodySchema = z.strictObject({ reason: z.string().max(1024).optional() });
export const acceptedSchema = z.object({ accepted: z.literal(true) });
export const noBodySchema = z.strictObject({});
export const unansweredSchema = z.object({ answered: z.literal(false) });
export const answerSchema = z.object({
  result: z.json().optional().describe("What the handler returned"),
  error: z.union([failure, z.json()]).optional().describe("What it threw instead"),
});

export const programBodySchema = z
  .looseObject({ format: z.literal("eventual-program"), hash: z.string() })
  .describe("A compiled program, as `eventualc build` writes it");
export const deployedSchema = z.object({ hash: z.string(), workflows: z.array(z.string()) });
export const programListSchema = z.object({
  items: z
    .array(
      z.object({
        hash: z.string(),
        entry: z.string().describe("Its source file"),
        workflows: z.array(z.string()),
        bytes: z.number().int(),
        executions: z.number().int(),
        inProgress: z.number().int(),
      }),
    )
    .describe("Newest first"),
});
export const statsSchema = z.object({
  fileBytes: z.number().int(),
  logBytes: z.number().int().describe("Of the write-ahead log"),
  incarnation: z.number().int().describe("How often the database was opened"),
  executions: z.array(z.object({ workflow: z.string(), status: z.string(), count: z.number().int() })).readonly(),
  kinds: z.array(z.object({ kind: z.string(), rows: z.number().int(), bytes: z.number().int() })).readonly(),
  oldestInProgress: z.object({ id: z.string(), startTime: time }).optional(),
  nextTimer: time.optional(),
  oldestTask: z.object({ execution: z.string(), task: z.string(), since: time }).optional(),
});

export const pruneBodySchema = z.strictObject({
  olderThanMs: z.int().nonnegative().optional().describe("What ended so long ago; default: the workflows' retentions"),
  workflow: name.optional(),
  status: z.enum(STATUSES).optional(),
  dryRun: z.boolean().optional().describe("Only count"),
  limit: z.int().min(1).max(1000).default(1000),
});
export const prunedSchema = z.object({
  executions: z.number().int().describe("Removed, or with `dryRun` to be removed"),
  more: z.boolean().describe("The limit is reached: ask again"),
});

export const deadLetterSchema = z.object({
  id: z.number().int(),
  subscription: z.string(),
  event: z.string(),
  payload: z.json(),
  error: z.union([failure, z.json()]).describe("Of the last attempt"),
  attempts: z.number().int(),
  emitted: time,
  givenUp: time,
});
export const deadLetterPageSchema = z.object({
  items: z.array(deadLetterSchema).describe("Newest first"),
  next: z.string().optional(),
});
export const deadLetterQuerySchema = pageQuerySchema.extend({ subscription: name.optional() });

const token = z.string().min(1).max(1024).describe("Of the attempt, from its context");
export const taskCompletionSchema = z.strictObject({ token, result: z.json().optional() });
export const taskFailureSchema = z.strictObject({
  token,
  error: z.strictObject({ name: z.string().optional(), message: z.string() }),
});
export const taskHeartbeatSchema = z.strictObject({ token, details: z.json().optional() });
export const taskResultSchema = taskCompletionSchema.omit({ token: true });
export const taskErrorSchema = taskFailureSchema.omit({ token: true });
export const openTaskSchema = z.object({
  execution: z.string(),
  seq: z.number().int().describe("Of the call, in its execution"),
  task: z.string(),
  state: z
    .enum(["scheduled", "running", "resting", "waiting"])
    .describe("resting: until its next attempt; waiting: for a completion by its token"),
  attempt: z.number().int().describe("From 1; 0 before the first"),
  scheduledTime: time,
  nextAttempt: time.optional(),
  lastHeartbeat: time.optional(),
});
export const taskPageSchema = z.object({
  items: z.array(openTaskSchema).describe("In the order of their calls"),
  next: z.string().optional(),
});
export const taskDoneSchema = z.object({ completed: z.literal(true) });
export const taskBeatSchema = z.object({ cancelled: z.boolean().describe("Nobody waits for the attempt any more") });

export type DeadLetterPage = z.infer<typeof deadLetterPageSchema>;
export type DeadLetterResource = z.infer<typeof deadLetterSchema>;
export type PruneBody = z.input<typeof pruneBodySchema>;
export type Pruned = z.infer<typeof prunedSchema>;
export type Stats = z.infer<typeof statsSchema>;
export type ProgramSummary = z.infer<typeof programListSchema>["items"][number];
export type Deployed = z.infer<typeof deployedSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type TaskPage = z.infer<typeof taskPageSchema>;
export type OpenTask = z.infer<typeof openTaskSchema>;
export type Execution = z.infer<typeof executionSchema>;
export type ListedExecution = z.infer<typeof listedExecutionSchema>;
export type ExecutionPage = z.infer<typeof executionPageSchema>;
export type ExecutionDetails = z.infer<typeof executionDetailsSchema>;
export type LogLine = z.infer<typeof logLineSchema>;
export type Started = z.infer<typeof startedSchema>;
export type StartBody = z.infer<typeof startBodySchema>;
export type Problem = z.infer<typeof problemSchema>;

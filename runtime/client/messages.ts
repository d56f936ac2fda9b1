/**
 * The messages between a client and an engine's socket server, as schemas: both sides parse what they receive, neither
 * trusts it. They are also the shapes that the command line shows.
 */
import { z } from "zod";
import { STATUSES } from "../protocol/execution.js";
import type { FaultCode } from "../protocol/fault.js";

const encoded = z.string().min(1);
/** Names and ids come from people: any text but control characters, and not endless. */
const name = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\P{Cc}*$/u, "control characters are not allowed");

const outcome = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: encoded }),
  z.object({ ok: z.literal(false), error: encoded }),
]);

const faultCode = z.custom<FaultCode>((value) => typeof value === "string" && /^EV\d+$/.test(value));
const reason = z.object({ code: faultCode, message: z.string(), remedy: z.string() });

export const summarySchema = z.object({
  key: z.number().int(),
  id: z.string(),
  workflow: z.string(),
  /** Program hash. */
  program: z.string(),
  status: z.enum(STATUSES),
  input: encoded,
  outcome: outcome.exactOptional(),
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

export const detailsSchema = summarySchema.extend({
  checkpointBytes: z.number(),
  tailBytes: z.number(),
  /** The last lines of the execution's log, oldest first. */
  logs: z.array(logLine),
});

export const listSchema = z.array(summarySchema);
export const startedSchema = z.object({ executionId: z.string(), existing: z.boolean() });
export const signalledSchema = z.object({ delivered: z.literal(true) });
export const faultSchema = z.object({
  error: z.object({ code: faultCode, message: z.string(), remedy: z.string(), place: z.string().exactOptional() }),
});

export const startRequestSchema = z.strictObject({
  workflow: name,
  name: name.exactOptional(),
  input: encoded,
  /** Hash of the program to start on; default: the newest that has the workflow. */
  program: z.string().exactOptional(),
});
export const signalRequestSchema = z.strictObject({ signal: name, payload: encoded });
export const querySchema = z.strictObject({
  workflow: name.exactOptional(),
  status: z.enum(STATUSES).exactOptional(),
  before: z.coerce.number().int().positive().exactOptional(),
  limit: z.coerce.number().int().min(1).max(1000),
});

/** How many lines of the log `show` gives. */
export const SHOWN_LOG_LINES = 20;

export type ExecutionSummary = z.infer<typeof summarySchema>;
export type ExecutionDetails = z.infer<typeof detailsSchema>;
export type ExecutionList = readonly ExecutionSummary[];
export type ExecutionQuery = z.infer<typeof querySchema>;
export type StartedExecution = z.infer<typeof startedSchema>;
export type LogLineRow = z.infer<typeof logLine>;

/** What can be seen of executions, as resources of the HTTP API: counts and rates, a timeline, where one stands. */
import * as z from "zod";
import { STATUSES } from "../protocol/execution.js";

const time = z.iso.datetime().describe("ISO 8601, UTC");
const count = z.number().int();

const rateSchema = z.object({
  at: time.describe("Beginning of the stretch"),
  started: count,
  ended: count,
  failed: count.describe("Of those that ended: all but the succeeded"),
});
export const overviewSchema = z.object({
  now: time,
  statuses: z.partialRecord(z.enum(STATUSES), count).describe("Executions by status"),
  workflows: z.array(z.object({ workflow: z.string(), executions: count })).describe("By name"),
  stepSeconds: count,
  rates: z.array(rateSchema).describe("Oldest first; stretches in which nothing happened are left out"),
});
export const overviewQuerySchema = z.strictObject({
  minutes: z.coerce.number().int().min(1).max(1440).default(60).describe("How far back the rates go"),
});

const attemptSchema = z.object({
  number: count,
  start: time,
  end: time.optional(),
  error: z.json().optional(),
});
const spanSchema = z.object({
  seq: count.describe("Number of the durable operation"),
  kind: z.enum(["task", "timer", "child", "start", "send", "unknown"]),
  name: z.string(),
  state: z.enum(["open", "succeeded", "failed", "withdrawn"]),
  start: time,
  end: time.optional(),
  until: time.optional().describe("When a timer is due"),
  input: z.json().optional().describe("Left out when it is long"),
  output: z.json().optional().describe("Result or error; left out when it is long"),
  attempts: z.array(attemptSchema).describe("Of a task"),
});
const momentSchema = z.object({
  time,
  kind: z.enum(["signal", "control", "attempt"]),
  name: z.string(),
  value: z.json().optional(),
  reason: z.string().optional(),
});
export const timelineSchema = z.object({
  start: time,
  end: time.optional().describe("Missing while it goes on"),
  now: time,
  spans: z.array(spanSchema).describe("In the order of their beginnings"),
  moments: z
    .array(momentSchema)
    .describe("Signals that came, what people did to it, and attempts of the workflow that failed"),
  omitted: z.boolean().describe("There were more, earlier"),
});

const togetherSchema = z.enum(["all", "allSettled", "any", "race"]).describe("The method of Promise");
const pendingSchemas = [
  z.object({ kind: z.literal("task"), task: z.string(), attempt: count, since: time }),
  z.object({ kind: z.literal("timer"), at: time }),
  z.object({ kind: z.literal("signal"), signal: z.string() }),
  z.object({ kind: z.literal("child"), execution: z.string().describe("Whose end is waited for") }),
  z.object({ kind: z.literal("condition") }),
  z.object({ kind: z.literal("call"), function: z.string().describe("An async function of the workflow") }),
  z.object({ kind: z.literal("together"), how: togetherSchema, count: count.describe("How many are pending") }),
  z.object({ kind: z.literal("operation") }),
  z.object({ kind: z.literal("promise") }),
] as const;
const severalSchema = z.object({
  kind: z.literal("several"),
  how: togetherSchema,
  of: z.array(z.discriminatedUnion("kind", pendingSchemas)).describe("The first of those that are pending"),
  count: count.describe("How many are pending"),
});
const waitSchema = z.discriminatedUnion("kind", [...pendingSchemas, severalSchema]);
const frameSchema = z.object({
  function: z.string(),
  file: z.string(),
  line: count.optional(),
  column: count.optional(),
  source: z.array(z.object({ line: count, text: z.string() })),
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
});
export const standingSchema = z.object({
  status: z.enum(STATUSES),
  newer: count.describe("Activations that the stacks do not show yet"),
  stacks: z
    .array(z.object({ waitsFor: waitSchema, frames: z.array(frameSchema).describe("The innermost first") }))
    .optional()
    .describe("Missing for a closed execution, and where no checkpoint can be made"),
  tasks: z.array(z.object({ seq: count, task: z.string(), attempt: count, since: time })),
  timers: z.array(z.object({ seq: count, at: time })),
  messages: count.describe("That it has not seen yet"),
});
export const sourceQuerySchema = z.strictObject({
  file: z.string().describe("As a frame names it"),
});
export const sourceSchema = z.object({ file: z.string(), lines: z.array(z.string()) });
/** `changed` of an execution's stream: its timeline and where it stands are to be read anew. */
export const changedSchema = z.object({ at: count });

export type Overview = z.infer<typeof overviewSchema>;
export type TimelineResource = z.infer<typeof timelineSchema>;
export type SpanResource = z.infer<typeof spanSchema>;
export type StandingResource = z.infer<typeof standingSchema>;
export type WaitResource = z.infer<typeof waitSchema>;
export type SourceResource = z.infer<typeof sourceSchema>;
export type StackResource = NonNullable<StandingResource["stacks"]>[number];

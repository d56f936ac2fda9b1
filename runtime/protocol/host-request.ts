/**
 * What code on the host (a task's or subscription's handler) asks the engine for. Answered with an `Outcome`; a refusal
 * is an error outcome. The schemas are the definition: what a worker sends is parsed before it is acted upon.
 */
import * as z from "zod";
import { emittedSchema } from "./command.js";
import { outcomeSchema } from "./outcome.js";

const execution = z.string();
/** Sent between threads as it is. */
const sqlValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.instanceof(Uint8Array)]);

export const hostRequestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("completeTask"), token: z.string(), outcome: outcomeSchema }),
  z.object({ kind: z.literal("heartbeatTask"), token: z.string(), details: z.string() }),
  z.object({
    kind: z.literal("start"),
    workflow: z.string(),
    input: z.string(),
    name: z.string().exactOptional(),
    /** ms since the epoch */
    timeoutAt: z.number().exactOptional(),
    /** ms from the start */
    timeoutMs: z.number().exactOptional(),
  }),
  z.object({
    kind: z.literal("signal"),
    execution,
    signal: z.string(),
    payload: z.string(),
    id: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("emit"), events: z.array(emittedSchema).readonly() }),
  z.object({
    kind: z.literal("control"),
    execution,
    action: z.enum(["cancel", "terminate", "suspend", "resume"]),
    reason: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("status"), execution }),
  z.object({ kind: z.literal("result"), execution }),
  z.object({ kind: z.literal("request"), execution, signal: z.string(), payload: z.string() }),
  /** A statement in the transaction of the attempt with that ref: `run` gives what it changed, `rows` its rows. */
  z.object({
    kind: z.literal("statement"),
    attempt: z.string(),
    mode: z.enum(["run", "rows"]),
    sql: z.string(),
    parameters: z.array(sqlValue).readonly(),
  }),
  z.object({ kind: z.literal("query"), execution, query: z.string(), input: z.string() }),
]);

export type HostRequest = z.infer<typeof hostRequestSchema>;

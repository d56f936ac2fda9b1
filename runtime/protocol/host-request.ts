/**
 * What code on the host (a task's or subscription's handler) asks the engine for. Answered with an `Outcome`; a refusal
 * is an error outcome. The schemas are the definition: what a worker sends is parsed before it is acted upon.
 */
import { z } from "zod";
import { outcomeSchema } from "./outcome.js";

export const hostRequestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("completeTask"), token: z.string(), outcome: outcomeSchema }),
  z.object({ kind: z.literal("heartbeatTask"), token: z.string(), details: z.string() }),
]);

export type HostRequest = z.infer<typeof hostRequestSchema>;

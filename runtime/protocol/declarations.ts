/**
 * What a program declares for the engine besides workflows and tasks: read off its host code when it is imported, and
 * kept in the database, so that it holds while no program is served.
 */
import * as z from "zod";
import { retryPolicySchema } from "./task-policy.js";

const subscriptionSchema = z.object({
  name: z.string(),
  /** Names of the events that it wants. */
  events: z.array(z.string()).readonly(),
  retry: retryPolicySchema,
});

const scheduleSchema = z.object({
  name: z.string(),
  /** A cron expression, or every so many ms. */
  when: z.union([z.object({ cron: z.string(), timezone: z.string() }), z.object({ every: z.number().positive() })]),
  workflow: z.string(),
  /** Encoded. */
  input: z.string(),
  /** What happens when one is due while the last execution that it started is still open. */
  overlap: z.enum(["skip", "buffer", "allow"]),
  /** How many of those that were due while no engine ran are made up for: the latest ones. */
  catchUp: z.int().nonnegative(),
});

export const declarationsSchema = z.object({
  subscriptions: z.array(subscriptionSchema).readonly(),
  schedules: z.array(scheduleSchema).readonly(),
  /** How long closed executions of a workflow are kept, ms. */
  retentions: z.array(z.object({ workflow: z.string(), ms: z.number().nonnegative() })).readonly(),
});

/** What a program declares, and by what its later versions are known. */
export const declaredSchema = z.object({
  /** Module id of its entry. */
  entry: z.string(),
  workflows: z.array(z.string()).readonly(),
  declarations: declarationsSchema,
});
export type Declared = z.infer<typeof declaredSchema>;

/** The name under which a worker knows a subscription's handler: no task can have it. */
export function subscriptionTask(name: string): string {
  return `\u0001subscription ${name}`;
}

export type SubscriptionDeclaration = z.infer<typeof subscriptionSchema>;
export type ScheduleDeclaration = z.infer<typeof scheduleSchema>;
export type Declarations = z.infer<typeof declarationsSchema>;

export const NO_DECLARATIONS: Declarations = { subscriptions: [], schedules: [], retentions: [] };

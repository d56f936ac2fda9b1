/**
 * How the host treats the attempts of one task call: what the task's definition and the call's options come to, as
 * plain data. Absent parts mean the default; a call with none has no policy at all. All times are in ms.
 */
import * as z from "zod";

const milliseconds = z.number().nonnegative();

export const retryPolicySchema = z.object({
  /** Attempts in all, the first one included; absent: no limit. */
  maxAttempts: z.int().positive().exactOptional(),
  /** Pause before the second attempt. */
  initialInterval: milliseconds,
  backoffCoefficient: z.number().min(1),
  maximumInterval: milliseconds.exactOptional(),
  /** Each pause is between half and all of its length. */
  jitter: z.boolean(),
  /** Names of errors that no further attempt can mend. */
  nonRetryable: z.array(z.string()).readonly(),
});

export const taskPolicySchema = z.object({
  retry: retryPolicySchema.exactOptional(),
  /** An attempt that gives no sign of life for this long has failed. */
  heartbeatTimeout: milliseconds.exactOptional(),
  /** Higher goes first among tasks that wait for room. */
  priority: z.number().exactOptional(),
  /** At most `limit` attempts at once among the calls of the task with the same `key`. */
  concurrency: z.object({ key: z.string(), limit: z.int().positive() }).exactOptional(),
  /** At most `limit` attempts begin in any `per` among the calls of the task with the same `key`. */
  rateLimit: z.object({ key: z.string(), limit: z.int().positive(), per: milliseconds }).exactOptional(),
});

export type RetryPolicy = z.infer<typeof retryPolicySchema>;
export type TaskPolicy = z.infer<typeof taskPolicySchema>;

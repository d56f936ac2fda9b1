/** The `retry` option of tasks, workflows and subscriptions as the policy that the host follows. */
import type { RetryPolicy } from "../protocol/task-policy.js";
import { durationMilliseconds, isSchedule } from "./schedule.js";

const KNOWN = ["maxAttempts", "initialInterval", "backoffCoefficient", "maximumInterval", "jitter", "nonRetryable"];
const DEFAULT_INITIAL_INTERVAL_MS = 1000;

/** Makes the error for an option that cannot be: what is wrong, and what is right. */
export type Refuse = (message: string, remedy: string) => Error;

/** The policy that `given` asks for. `owner` says whose option it is: `task "charge"`. Throws what `refuse` makes. */
export function retryPolicyOf(owner: string, given: unknown, refuse: Refuse): RetryPolicy {
  const wrong = (option: string, right: string): Error =>
    refuse(`the option retry.${option} of ${owner} is not usable`, `Give it ${right}.`);
  if (typeof given !== "object" || given === null) {
    throw refuse(`the option retry of ${owner} is no object`, "Pass an object such as { maxAttempts: 5 }.");
  }
  const options = given as Readonly<Record<string, unknown>>;
  for (const option of Object.keys(options)) {
    if (!KNOWN.includes(option))
      throw refuse(`retry of ${owner} has no option "${option}"`, `Use ${KNOWN.join(", ")}.`);
  }
  const { maxAttempts, initialInterval, backoffCoefficient, maximumInterval, jitter, nonRetryable } = options;
  const length = (option: string, value: unknown): number => {
    if (!isSchedule(value) || value.type !== "Duration") throw wrong(option, 'duration(5, "seconds")');
    return Math.max(0, durationMilliseconds(value));
  };
  if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && (maxAttempts as number) >= 1)) {
    throw wrong("maxAttempts", "a whole number from 1 on");
  }
  const coefficient = backoffCoefficient ?? 2;
  if (typeof coefficient !== "number" || !Number.isFinite(coefficient) || coefficient < 1) {
    throw wrong("backoffCoefficient", "a number from 1 on");
  }
  const names = nonRetryable ?? [];
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw wrong("nonRetryable", 'a list of names such as ["PaymentRefused"]');
  }
  return {
    ...(maxAttempts === undefined ? {} : { maxAttempts: maxAttempts as number }),
    initialInterval:
      initialInterval === undefined ? DEFAULT_INITIAL_INTERVAL_MS : length("initialInterval", initialInterval),
    backoffCoefficient: coefficient,
    ...(maximumInterval === undefined ? {} : { maximumInterval: length("maximumInterval", maximumInterval) }),
    jitter: jitter !== false,
    nonRetryable: names,
  };
}

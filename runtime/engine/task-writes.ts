/** What is written when an attempt of a task has ended, by an engine or without one. */
import { retried } from "../protocol/history.js";
import { decode, type Encoded, type Outcome } from "../protocol/value.js";
import type { TaskRow, Write } from "../store/store.js";
import { nextAttemptAt } from "./attempts.js";

type Call = Pick<TaskRow, "execution" | "seq" | "task">;

/** Equal for all attempts of the call; the time tells it from a call of another database's equal id. */
export function idempotencyKey({
  executionId,
  seq,
  scheduledTime,
}: Pick<TaskRow, "executionId" | "seq" | "scheduledTime">): string {
  return `${executionId}#${seq}@${scheduledTime.toString(36)}`;
}

/** When the attempt after one that failed at `now` may start; undefined when there is none. */
export function retryAt(
  task: Pick<TaskRow, "executionId" | "seq" | "scheduledTime" | "attempt" | "crashes" | "policy">,
  error: Encoded,
  now: number,
): number | undefined {
  // What the death of the process cut off is no failure of the handler: it does not count for `maxAttempts`.
  const attempt = task.attempt - (task.crashes ?? 0);
  return nextAttemptAt({ ...task, attempt, seed: idempotencyKey(task), error }, now);
}

/** True for a call whose last attempt has failed and whose next one is yet to come. */
export function rests({ isWaiting, lease, readyAt }: TaskRow, now: number): boolean {
  return !isWaiting && lease === 0 && readyAt > now;
}

/** The outcome of a task in its execution's inbox. */
export function completion({ execution, seq, task }: Call, outcome: Outcome, time: number): Write {
  const how = outcome.ok ? "succeeded" : "failed";
  const text = `${task} (${seq}) ended after the execution was closed; it ${how}`;
  return { kind: "completeTask", execution, seq, event: { kind: "task", seq, outcome }, time, level: "info", text };
}

/** An attempt has failed and the next one starts at `readyAt`. */
export function rest(
  { execution, seq, task, attempt }: Call & Pick<TaskRow, "attempt">,
  readyAt: number,
  error: Encoded,
  now: number,
): readonly Write[] {
  const mark = retried(seq, attempt, readyAt, error);
  const text = `attempt ${attempt} of task "${task}" failed: ${describeError(error)}`;
  return [
    { kind: "retryTask", execution, seq, readyAt },
    { kind: "addHistory", execution, history: { time: now, text: JSON.stringify([mark]) } },
    { kind: "addLog", execution, time: now, level: "warn", text },
  ];
}

/** The next attempt of a call that rests begins now. */
export function nextAttemptNow(
  { execution, seq, attempt }: Pick<TaskRow, "execution" | "seq" | "attempt">,
  now: number,
): readonly Write[] {
  const text = JSON.stringify([retried(seq, attempt, now)]);
  return [
    { kind: "retryTask", execution, seq, readyAt: now },
    { kind: "addHistory", execution, history: { time: now, text } },
  ];
}

/** The first line of an error, for the log. */
export function describeError(error: Encoded): string {
  const thrown = decode(error);
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}`.slice(0, 1000) : String(thrown).slice(0, 1000);
}

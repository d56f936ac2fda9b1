/**
 * Open tasks of a database that no engine has open: what became of them is left for the next engine.
 *
 * T1  The refusals are those of a running engine; what its memory would know, the rows say here.
 */
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Store, TaskRow } from "../store/store.js";
import type { Engine, TaskCallRef } from "./engine.js";
import { alreadyCompleted, notResting } from "./faults.js";
import { presentAttempt, subjectOf } from "./task-completion.js";
import { completion, nextAttemptNow, rest, rests, retryAt } from "./task-writes.js";

interface OfflineParts {
  readonly store: Store;
  readonly time: { now(): number };
}

/** Completes, retries and takes signs of life on the rows of `store` alone. */
export function offlineTasks(parts: OfflineParts): Pick<Engine, "completeTask" | "retryTask" | "heartbeatTask"> {
  const { store, time } = parts;

  /** The attempt that a token or call means, if it is the present one and not over. */
  async function running(task: string | TaskCallRef): Promise<TaskRow | undefined> {
    const subject = typeof task === "string" ? subjectOf(parts, task) : await presentAttempt(parts, task);
    if (subject === undefined) return undefined;
    const row = await store.findTask(subject.execution, subject.seq);
    return row?.attempt === subject.attempt && row.readyAt <= time.now() ? row : undefined;
  }

  return {
    async completeTask(task: string | TaskCallRef, outcome: Outcome) {
      const row = await running(task);
      if (row === undefined) throw alreadyCompleted();
      const now = time.now();
      const readyAt = outcome.ok ? undefined : retryAt(row, outcome.error, now);
      if (outcome.ok || readyAt === undefined) await store.commit([completion(row, outcome, now)]);
      else await store.commit(rest(row, readyAt, outcome.error, now));
    },
    async retryTask(call) {
      const row = await presentAttempt(parts, call);
      const now = time.now();
      if (row === undefined || !rests(row, now)) throw notResting(call.execution, call.seq);
      await store.commit(nextAttemptNow(row, now));
    },
    async heartbeatTask(token: string, details: Encoded) {
      const row = await running(token);
      if (row === undefined) return { cancelled: true };
      const { execution, seq } = row;
      await store.commit([{ kind: "beatTask", execution, seq, at: time.now(), details }]);
      return { cancelled: false };
    },
  };
}

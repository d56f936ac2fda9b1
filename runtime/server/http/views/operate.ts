/** What operators look at, as resources of the API. */
import type { DeadLetterResource, OpenTask, Stats } from "../../../client/resources.js";
import type { OpenTaskRow } from "../../../engine/engine.js";
import type { StoreStats } from "../../../store/sqlite/examine.js";
import type { DeadLetter } from "../../../store/store.js";
import { iso, json } from "./executions.js";

/** A task that is not completed. */
export function taskResource(row: OpenTaskRow): OpenTask {
  const { executionId, seq, task, state, attempt, scheduledTime, readyAt, beat } = row;
  return {
    execution: executionId,
    ...{ seq, task, state, attempt },
    scheduledTime: iso(scheduledTime),
    ...(state === "resting" ? { nextAttempt: iso(readyAt) } : {}),
    ...(beat === undefined ? {} : { lastHeartbeat: iso(beat.at) }),
  };
}

/** An event that no attempt of its subscription could handle. */
export function deadLetterResource(row: DeadLetter): DeadLetterResource {
  const { id, subscription, event, payload, error, attempt, time, deadAt } = row;
  return {
    ...{ id, subscription, event, payload: json(payload), error: json(error), attempts: attempt },
    ...{ emitted: iso(time), givenUp: iso(deadAt) },
  };
}

/** What a database holds. */
export function statsResource({ oldestInProgress, nextTimer, oldestTask, ...sizes }: StoreStats): Stats {
  return {
    ...sizes,
    ...(oldestInProgress && { oldestInProgress: { ...oldestInProgress, startTime: iso(oldestInProgress.startTime) } }),
    ...(nextTimer === undefined ? {} : { nextTimer: iso(nextTimer) }),
    ...(oldestTask && { oldestTask: { ...oldestTask, since: iso(oldestTask.since) } }),
  };
}

/** What operators look at, as resources of the API. */
import type { OpenTask, Stats } from "../../../client/resources.js";
import type { OpenTaskRow } from "../../../engine/engine.js";
import type { StoreStats } from "../../../store/sqlite/examine.js";
import { iso } from "./executions.js";

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

/** What a database holds. */
export function statsResource({ oldestInProgress, nextTimer, oldestTask, ...sizes }: StoreStats): Stats {
  return {
    ...sizes,
    ...(oldestInProgress && { oldestInProgress: { ...oldestInProgress, startTime: iso(oldestInProgress.startTime) } }),
    ...(nextTimer === undefined ? {} : { nextTimer: iso(nextTimer) }),
    ...(oldestTask && { oldestTask: { ...oldestTask, since: iso(oldestTask.since) } }),
  };
}

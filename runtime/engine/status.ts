/** What programs are told of an execution's state, in workflows as in tasks. What came of it is for them to add. */
import type { ExecutionRow } from "../store/store.js";

/** Its id, status and times, these as ISO 8601. */
export function statusOf({ id, status, startTime, endTime }: ExecutionRow): object {
  return {
    id,
    status,
    startTime: new Date(startTime).toISOString(),
    ...(endTime === undefined ? {} : { endTime: new Date(endTime).toISOString() }),
  };
}

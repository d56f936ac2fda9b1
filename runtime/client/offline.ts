/**
 * A client of a database that no engine has open: it holds the engine's lock while it works, and what it leaves is
 * taken up by the next engine.
 *
 * F1  Nothing runs here: an execution started on the file begins when an engine opens it.
 */
import type { OfflineStore } from "../engine/offline.js";
import { Fault } from "../protocol/fault.js";
import type { Client } from "./client.js";
import { done, pagesOf } from "./in-process.js";
import { lastLogs } from "./last-logs.js";

/** Works on `file`, which is closed with the client. */
export function offlineClient(file: OfflineStore): Client {
  return {
    start: (request) => file.start(request),
    signal: ({ execution, signal, payload, id }) => done(file.signal(execution, signal, payload, id)),
    request: ({ execution }) => refuse(execution, "so nothing answers the request"),
    query: ({ execution }) => refuse(execution, "so nothing answers the query"),
    control: ({ execution, action, reason }) => done(file.control(execution, action, reason)),
    ...pagesOf(file),
    completeTask: ({ task, outcome }) => done(file.completeTask(task, outcome)),
    retryTask: (call) => done(file.retryTask(call)),
    heartbeatTask: ({ token, details }) => file.heartbeatTask(token, details),
    emit: ({ events }) => done(file.emit(events)),
    retryDeadLetter: ({ id }) => done(file.retryDeadLetter(id)),
    dropDeadLetter: ({ id }) => done(file.dropDeadLetter(id)),
    schedules: () => refuse(undefined, "so no schedule is in force"),
    pauseSchedule: () => refuse(undefined, "so no schedule is in force"),
    resumeSchedule: () => refuse(undefined, "so no schedule is in force"),
    triggerSchedule: () => refuse(undefined, "so no schedule is in force"),
    prune: (request) => file.prune(request),
    async show({ execution }) {
      return { ...(await file.show(execution)), logs: await lastLogs(file, execution) };
    },
    async result({ execution }) {
      const row = await file.show(execution);
      return row.status === "IN_PROGRESS" ? await refuse(execution, "so the execution does not go on") : row;
    },
    deploy: ({ program, resolveFrom }) => done(file.deploy(program, resolveFrom)),
    close: () => file.close(),
  };
}

async function refuse(place: string | undefined, consequence: string): Promise<never> {
  throw new Fault("EV8217", `No engine runs on this database, ${consequence}`, {
    ...(place === undefined ? {} : { place }),
    remedy: "Start an engine with `eventual serve`, then try again.",
  });
}

/** A client of an engine in this process. Also what the socket server answers with. */
import type { Engine } from "../engine/engine.js";
import type { Client } from "./client.js";
import { pageOf, readCursor } from "./cursor.js";
import { lastLogs } from "./last-logs.js";

/** Wraps `engine`; closing the client closes the engine. */
export function inProcessClient(engine: Engine): Client {
  return {
    start: (request) => engine.start(request),
    signal: ({ execution, signal, payload, id }) => done(engine.signal(execution, signal, payload, id)),
    request: ({ execution, signal, payload }) => engine.request(execution, signal, payload),
    query: ({ execution, query, input }) => engine.query(execution, query, input),
    control: ({ execution, action, reason }) => done(engine.control(execution, action, reason)),
    ...pagesOf(engine),
    completeTask: ({ task, outcome }) => done(engine.completeTask(task, outcome)),
    retryTask: (call) => done(engine.retryTask(call)),
    heartbeatTask: ({ token, details }) => engine.heartbeatTask(token, details),
    emit: ({ events }) => done(engine.emit(events)),
    retryDeadLetter: ({ id }) => done(engine.retryDeadLetter(id)),
    dropDeadLetter: ({ id }) => done(engine.dropDeadLetter(id)),
    schedules: async () => [...(await engine.schedules())],
    pauseSchedule: ({ name }) => done(engine.pauseSchedule(name)),
    resumeSchedule: ({ name }) => done(engine.resumeSchedule(name)),
    triggerSchedule: ({ name }) => engine.triggerSchedule(name),
    prune: (request) => engine.prune(request),
    result: ({ execution }) => engine.result(execution),
    async show({ execution }) {
      return { ...(await engine.show(execution)), logs: await lastLogs(engine, execution) };
    },
    deploy: ({ program, resolveFrom }) => done(engine.deploy(program, resolveFrom)),
    close: () => engine.close(),
  };
}

/** Lists by cursors, of an engine or a file. */
export function pagesOf(
  source: Pick<Engine, "list" | "tasks" | "deadLetters">,
): Pick<Client, "list" | "tasks" | "deadLetters"> {
  return {
    async list({ cursor, full = false, ...query }) {
      const rows = await source.list({ ...query, short: !full, ...keyOf("before", cursor) });
      return pageOf(rows, query.limit, (row) => row.key);
    },
    async tasks({ cursor, limit }) {
      return pageOf(await source.tasks({ limit, ...keyOf("after", cursor) }), limit, (task) => task.row);
    },
    async deadLetters({ cursor, ...query }) {
      return pageOf(await source.deadLetters({ ...query, ...keyOf("before", cursor) }), query.limit, (dead) => dead.id);
    },
  };
}

function keyOf<Name extends string>(name: Name, cursor: string | undefined): { [Key in Name]?: number } {
  return cursor === undefined ? {} : ({ [name]: readCursor(cursor) } as { [Key in Name]: number });
}

/** The reply of what only has to be durable. */
export async function done(work: Promise<void>): Promise<null> {
  await work;
  return null;
}

/** A client of an engine in this process. Also what the socket server answers with. */
import type { Engine } from "../engine/engine.js";
import type { Client } from "./client.js";
import { lastLogs } from "./last-logs.js";

/** Wraps `engine`; closing the client closes the engine. */
export function inProcessClient(engine: Engine): Client {
  return {
    start: (request) => engine.start(request),
    signal: ({ execution, signal, payload, id }) => done(engine.signal(execution, signal, payload, id)),
    request: ({ execution, signal, payload }) => engine.request(execution, signal, payload),
    query: ({ execution, query, input }) => engine.query(execution, query, input),
    control: ({ execution, action, reason }) => done(engine.control(execution, action, reason)),
    tasks: async (query) => [...(await engine.tasks(query))],
    completeTask: ({ task, outcome }) => done(engine.completeTask(task, outcome)),
    retryTask: (call) => done(engine.retryTask(call)),
    heartbeatTask: ({ token, details }) => engine.heartbeatTask(token, details),
    emit: ({ events }) => done(engine.emit(events)),
    deadLetters: async (query) => [...(await engine.deadLetters(query))],
    retryDeadLetter: ({ id }) => done(engine.retryDeadLetter(id)),
    dropDeadLetter: ({ id }) => done(engine.dropDeadLetter(id)),
    schedules: async () => [...(await engine.schedules())],
    pauseSchedule: ({ name }) => done(engine.pauseSchedule(name)),
    resumeSchedule: ({ name }) => done(engine.resumeSchedule(name)),
    triggerSchedule: ({ name }) => engine.triggerSchedule(name),
    prune: (request) => engine.prune(request),
    list: async (query) => [...(await engine.list(query))],
    result: ({ execution }) => engine.result(execution),
    async show({ execution }) {
      return { ...(await engine.show(execution)), logs: await lastLogs(engine, execution) };
    },
    deploy: ({ program, resolveFrom }) => done(engine.deploy(program, resolveFrom)),
    close: () => engine.close(),
  };
}

/** The reply of what only has to be durable. */
export async function done(work: Promise<void>): Promise<null> {
  await work;
  return null;
}

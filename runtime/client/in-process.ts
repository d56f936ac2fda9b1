/** A client of an engine in this process. Also what the socket server answers with. */
import type { Engine } from "../engine/engine.js";
import type { Client } from "./client.js";
import { lastLogs } from "./last-logs.js";

/** Wraps `engine`; closing the client closes the engine. */
export function inProcessClient(engine: Engine): Client {
  return {
    start: ({ program, ...request }) =>
      engine.start({ ...request, ...(program === undefined ? {} : { program: program.hash }) }),
    signal: (executionId, signal, payload) => engine.signal(executionId, signal, payload),
    list: (query) => engine.list(query),
    result: (executionId) => engine.result(executionId),
    async show(executionId) {
      return { ...(await engine.show(executionId)), logs: await lastLogs(engine, executionId) };
    },
    close: () => engine.close(),
  };
}

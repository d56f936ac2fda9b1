/**
 * A client of a database that no engine has open: it holds the engine's lock while it works, and what it leaves is
 * taken up by the next engine.
 *
 * F1  Nothing runs here: an execution started on the file begins when an engine opens it.
 */
import type { OfflineStore } from "../engine/offline.js";
import { Fault } from "../protocol/fault.js";
import type { Client } from "./client.js";
import { lastLogs } from "./last-logs.js";

/** Works on `file`, which is closed with the client. */
export function offlineClient(file: OfflineStore): Client {
  return {
    async start({ workflow, name, input, program }) {
      if (program?.artifact === undefined) throw noProgram(workflow);
      const { content, resolveFrom } = program.artifact;
      return await file.start({
        workflow,
        input,
        program: content,
        resolveFrom,
        ...(name === undefined ? {} : { name }),
      });
    },
    signal: (executionId, signal, payload) => file.signal(executionId, signal, payload),
    list: (query) => file.list(query),
    async show(executionId) {
      return { ...(await file.show(executionId)), logs: await lastLogs(file, executionId) };
    },
    async result(executionId) {
      const row = await file.show(executionId);
      if (row.status !== "IN_PROGRESS") return row;
      throw new Fault("EV8217", "No engine runs on this database, so the execution does not go on", {
        place: executionId,
        remedy: "Start an engine with `eventual serve`, then wait again.",
      });
    },
    close: () => file.close(),
  };
}

function noProgram(workflow: string): Fault {
  return new Fault("EV8218", `No engine runs on this database, and no program is named for "${workflow}"`, {
    remedy:
      "Start an engine with `eventual serve`, or add --program FILE: the execution then waits in the file for one.",
  });
}

/** What can be asked of an engine. Answers come from the store: only what is committed is seen. */
import type { ExecutionRow, Store, TaskRow } from "../store/store.js";
import type { Engine, OpenTaskRow } from "./engine.js";
import { unknownExecution } from "./faults.js";
import type { ResultWaiters } from "./results.js";

type Reading = Pick<Store, "findExecution" | "sizeOf" | "listExecutions" | "readLogs" | "deadLetters" | "openTasks">;

/** `inMemory` gives the committed row of an execution in memory; `check` throws when the engine answers no more. */
export function queriesOf(
  store: Reading,
  results: ResultWaiters,
  inMemory: (executionId: string) => ExecutionRow | undefined,
  check: () => void,
): Pick<Engine, "result" | "show" | "list" | "logs" | "deadLetters" | "tasks"> {
  async function row(executionId: string): Promise<ExecutionRow> {
    const found = await store.findExecution(executionId);
    if (found === undefined) throw unknownExecution(executionId);
    return found;
  }
  return {
    async result(executionId) {
      check();
      return await results.wait(executionId, async () => inMemory(executionId) ?? (await row(executionId)));
    },
    async show(executionId) {
      check();
      const found = await row(executionId);
      const { checkpoint, tail } = await store.sizeOf(found.key);
      return { ...found, checkpointBytes: checkpoint, tailBytes: tail };
    },
    async list(query) {
      check();
      return await store.listExecutions(query);
    },
    async deadLetters(query) {
      check();
      return await store.deadLetters(query);
    },
    async logs(executionId, query) {
      check();
      const { key } = await row(executionId);
      return await store.readLogs(key, query);
    },
    async tasks(query) {
      check();
      const rows = await store.openTasks(query);
      return rows.map((task) => ({ ...task, state: stateOf(task) }));
    },
  };
}

function stateOf({ isWaiting, lease, attempt }: TaskRow): OpenTaskRow["state"] {
  if (isWaiting) return "waiting";
  if (lease !== 0) return "running";
  return attempt === 0 ? "scheduled" : "resting";
}

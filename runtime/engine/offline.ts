/**
 * A database without an engine: what can be seen, and what can be left in it for the next engine.
 *
 * L1  What is left is durable when the call resolves, and is taken up when an engine next opens the database.
 * L2  The refusals are those of a running engine.
 */
import { randomBytes } from "node:crypto";
import { isClosed } from "../protocol/execution.js";
import type { Program } from "../protocol/program.js";
import type { Encoded } from "../protocol/value.js";
import type { Store } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { Engine } from "./engine.js";
import { closedExecution, unknownExecution } from "./faults.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { checkName } from "./names.js";
import { firstEvent, type Identity, NAME_BYTES, SEED_BYTES } from "./new-executions.js";
import { storedProgram } from "./programs.js";
import { queriesOf } from "./queries.js";
import { ResultWaiters } from "./results.js";
import { requireSameInput } from "./start.js";
import { LogicalTime } from "./time.js";

export interface OfflineStore extends Pick<Engine, "show" | "list" | "logs" | "close"> {
  /** Leaves a start with its program. Throws as `Engine.start`. */
  start(request: { workflow: string; name?: string; input: Encoded; program: Program; resolveFrom: string }): Promise<{
    readonly executionId: string;
    readonly existing: boolean;
  }>;
  /** Leaves a signal. Throws as `Engine.signal`. */
  signal(executionId: string, signal: string, payload: Encoded): Promise<void>;
}

/** Works on `store` alone; closing closes the store. */
export function offlineStore(store: Store, clock: Clock): OfflineStore {
  const time = new LogicalTime(clock, store.opened.clock);
  const { show, list, logs } = queriesOf(
    store,
    new ResultWaiters(),
    () => undefined,
    () => {},
  );
  let key = store.opened.nextKey;
  return {
    show,
    list,
    logs,
    async start({ workflow, name = randomBytes(NAME_BYTES).toString("hex"), input, program, resolveFrom }) {
      checkName("execution name", name, DEFAULT_LIMITS.nameLength);
      const artifact = storedProgram(program, resolveFrom, workflow);
      const identity: Identity = { workflow, name, input, id: `${workflow}/${name}`, startTime: time.now() };
      const { id, startTime } = identity;
      const found = await store.findExecution(id);
      if (found !== undefined) {
        requireSameInput(id, found.input, input);
        return { executionId: id, existing: true };
      }
      await store.saveProgram(program.hash, artifact);
      const row = { key: key++, id, workflow, program: program.hash, status: "IN_PROGRESS" as const, input, startTime };
      const event = firstEvent(identity, randomBytes(SEED_BYTES).toString("hex"));
      await store.commit([
        { kind: "createExecution", row },
        { kind: "addInbox", execution: row.key, event },
        { kind: "setClock", now: startTime },
      ]);
      return { executionId: id, existing: false };
    },
    async signal(executionId, signal, payload) {
      checkName("signal name", signal, DEFAULT_LIMITS.nameLength);
      const row = await store.findExecution(executionId);
      if (row === undefined) throw unknownExecution(executionId);
      if (isClosed(row.status)) throw closedExecution(executionId, row.status);
      await store.commit([{ kind: "addInbox", execution: row.key, event: { kind: "signal", signal, payload } }]);
    },
    close: () => store.close(),
  };
}

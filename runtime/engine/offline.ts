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
import type { ExecutionRow, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";
import { controlEvent } from "./commands/control.js";
import { DeclarationRegistry } from "./declarations.js";
import { dropDeadLetter, emitEvents, retryDeadLetter } from "./emit.js";
import type { Engine, StartReply, StartRequest } from "./engine.js";
import { closedExecution, suspendedByOperator, suspendedLine, unknownExecution } from "./faults.js";
import { DEFAULT_LIMITS } from "./limits.js";
import { checkName } from "./names.js";
import { firstEvent, type Identity, NAME_BYTES, SEED_BYTES } from "./new-executions.js";
import { offlineTasks } from "./offline-tasks.js";
import { queriesOf } from "./queries.js";
import { ResultWaiters } from "./results.js";
import { prune } from "./retention.js";
import { requireSameInput } from "./start.js";
import { StoredPrograms } from "./stored-programs.js";
import { LogicalTime } from "./time.js";

export interface OfflineStore
  extends Pick<
    Engine,
    | "show"
    | "list"
    | "logs"
    | "tasks"
    | "completeTask"
    | "retryTask"
    | "heartbeatTask"
    | "emit"
    | "deadLetters"
    | "retryDeadLetter"
    | "dropDeadLetter"
    | "prune"
    | "close"
  > {
  /** Stores a program: engines on this database know it from then on. Throws Fault EV8010. */
  deploy(program: Program, resolveFrom: string): Promise<void>;
  /** Leaves a start. Throws as `Engine.start`. */
  start(request: Pick<StartRequest, "workflow" | "program" | "name" | "input">): Promise<StartReply>;
  /** Leaves a signal. Throws as `Engine.signal`. */
  signal(executionId: string, signal: string, payload: Encoded, id?: string): Promise<void>;
  /** Suspends and resumes at once, leaves the rest. Throws as `Engine.control`. */
  control: Engine["control"];
}

/** Works on `store` alone; closing closes the store. */
export function offlineStore(store: Store, clock: Clock): OfflineStore {
  const time = new LogicalTime(clock, store.opened.clock);
  const { deadLetters, show, list, logs, tasks } = queriesOf(
    store,
    new ResultWaiters(),
    () => undefined,
    () => {},
  );
  const programs = new StoredPrograms(store);
  let key = store.opened.nextKey;

  async function open(executionId: string): Promise<ExecutionRow> {
    const row = await store.findExecution(executionId);
    if (row === undefined) throw unknownExecution(executionId);
    if (isClosed(row.status)) throw closedExecution(executionId, row.status);
    return row;
  }

  return {
    ...{ show, list, logs, tasks },
    ...offlineTasks({ store, time }),
    async emit(events) {
      const declarations = new DeclarationRegistry(store);
      await declarations.load();
      await emitEvents({ store, declarations, time, limits: DEFAULT_LIMITS }, events);
    },
    deploy: (program, resolveFrom) => programs.save(program, resolveFrom),
    async start({ workflow, name = randomBytes(NAME_BYTES).toString("hex"), input, program: wanted }) {
      checkName("execution name", name, DEFAULT_LIMITS.nameLength);
      const program = await programs.forStart(workflow, wanted);
      const identity: Identity = { workflow, name, input, id: `${workflow}/${name}`, startTime: time.now() };
      const { id, startTime } = identity;
      const found = await store.findExecution(id);
      if (found !== undefined) {
        requireSameInput(id, found.input, input);
        return { executionId: id, existing: true };
      }
      const row = { key: key++, id, workflow, program, status: "IN_PROGRESS" as const, input, startTime };
      const event = firstEvent(identity, randomBytes(SEED_BYTES).toString("hex"));
      await store.commit([
        { kind: "createExecution", row },
        { kind: "addInbox", execution: row.key, event },
        { kind: "setClock", now: startTime },
      ]);
      return { executionId: id, existing: false };
    },
    async signal(executionId, signal, payload, once) {
      checkName("signal name", signal, DEFAULT_LIMITS.nameLength);
      if (once !== undefined) checkName("signal id", once, DEFAULT_LIMITS.nameLength);
      const { key: execution } = await open(executionId);
      const event = { kind: "signal", signal, payload } as const;
      await store.commit([{ kind: "addInbox", execution, event, ...(once === undefined ? {} : { once }) }]);
    },
    async control(executionId, action, reason) {
      await store.commit(controlWrites(await open(executionId), action, reason, time.now()));
    },
    deadLetters,
    async prune(request) {
      const declarations = new DeclarationRegistry(store);
      await declarations.load();
      return await prune({ store, declarations }, time.now(), request);
    },
    retryDeadLetter: (id) => retryDeadLetter({ store, time }, id),
    dropDeadLetter: (id) => dropDeadLetter({ store, time }, id),
    close: () => store.close(),
  };
}

/** What becomes of an execution that no engine has: the statuses are the store's alone, for the rest code has to run. */
function controlWrites(
  { key: execution, status }: ExecutionRow,
  action: Parameters<Engine["control"]>[1],
  reason: string | undefined,
  now: number,
): readonly Write[] {
  const log = (text: string): Write => ({ kind: "addLog", execution, time: now, level: "info", text });
  const resumed: Write[] =
    status === "SUSPENDED" ? [{ kind: "setStatus", execution, status: "IN_PROGRESS" }, log("resumed")] : [];
  switch (action) {
    case "suspend": {
      if (status === "SUSPENDED") return [];
      const why = suspendedByOperator(reason);
      return [{ kind: "setStatus", execution, status: "SUSPENDED", reason: why }, log(suspendedLine(why))];
    }
    case "resume":
      return resumed;
    // A suspended execution is terminated, too; it would not see its inbox.
    case "terminate":
      return [...resumed.slice(0, 1), { kind: "addInbox", execution, event: controlEvent(action, reason) }];
    case "cancel":
      return [{ kind: "addInbox", execution, event: controlEvent(action, reason) }];
  }
}

/**
 * What is read from the database. Every query is one statement, hence sees one committed state, and is answered by an
 * index: none visits executions that sleep.
 */
import type { OnParentClose } from "../../protocol/command.js";
import type {
  DeadLetter,
  DeclarationRow,
  DeliveryRow,
  ExecutionRow,
  InboxRow,
  LogRow,
  PrunableQuery,
  ScheduleRow,
  StartRow,
  Store,
  StoredExecution,
  TaskRow,
  TimerRow,
  WaiterRow,
} from "../store.js";
import type { Connection, Row, Statement, Value } from "./driver.js";
import { EXECUTION, type ExecutionFilter, listExecutions, type Read } from "./looking.js";
import {
  deadLetter,
  declarationRow,
  deliveryRow,
  executionRow,
  inboxRow,
  logRow,
  numberOf,
  parentOf,
  scheduleRow,
  storedExecution,
  taskRow,
  textOf,
  timerRow,
} from "./rows.js";

export const TASK = `
    SELECT row, execution, execution.id AS executionId, workflow, program.hash AS program, seq, task, task.input,
      on_crash AS onCrash, attempt, lease, scheduled_time AS scheduledTime, ready_at AS readyAt, waiting, crashes, policy,
      beat_at AS beatAt, beat_details AS beatDetails
    FROM task CROSS JOIN execution ON execution.key = task.execution CROSS JOIN program ON program.key = execution.program`;

export const DELIVERY = `
    SELECT id, subscription, event, payload, time, attempt, ready_at AS readyAt, dead_at AS deadAt, error
    FROM eventual_delivery`;

/** With who may be at it, and how often the process died meanwhile. */
const DUE = DELIVERY.replace("error\n", "error, lease, crashes\n");

const PRUNABLE = `
    FROM execution INDEXED BY execution_by_end
    WHERE end_time <= ?1 AND (?2 IS NULL OR workflow = ?2) AND (?3 IS NULL OR status = ?3)
      AND NOT EXISTS (SELECT 1 FROM task WHERE task.execution = execution.key)`;

/** Later than any id. */
const LAST_ID = Number.MAX_SAFE_INTEGER;

/** The texts of the queries, exported for the test that looks at their plans. */
export const SQL = {
  loadProgram: "SELECT artifact FROM program WHERE hash = ?",
  programs: "SELECT hash FROM program WHERE deployed > 0 ORDER BY deployed DESC",
  findExecutions: `${EXECUTION} WHERE id IN (SELECT value FROM json_each(?))`,
  /** All tables of one execution in one statement, so that no commit falls between them. */
  loadExecution: `
    SELECT 'execution' AS part, key AS n, start_time AS now, end_time AS cost, status AS hash, 0 AS bytes, input AS text,
      id, workflow, (SELECT hash FROM program WHERE program.key = execution.program) AS program, reason, result, error, parent
    FROM execution WHERE key = ?1
    UNION ALL SELECT 'checkpoint', n, NULL, cost, NULL, 0, text, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM checkpoint WHERE execution = ?1
    UNION ALL SELECT 'tail', n, now, cost, commands_hash, octet_length(events), events, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM tail WHERE execution = ?1
    UNION ALL SELECT 'inbox', id, NULL, NULL, NULL, 0, event, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM inbox WHERE execution = ?1`,
  readInbox: "SELECT id, event FROM inbox WHERE execution = ? ORDER BY id",
  readLogs: "SELECT id, time, level, text FROM log WHERE execution = ? AND id > ? ORDER BY id LIMIT ?",
  dueTimers: "SELECT execution, seq, at FROM timer WHERE active = 1 AND at <= ? ORDER BY at, execution, seq LIMIT ?",
  nextTimer: "SELECT at FROM timer WHERE active = 1 ORDER BY at LIMIT 1",
  pendingInboxes:
    "SELECT execution, min(id) AS oldest FROM inbox WHERE active = 1 GROUP BY execution ORDER BY oldest LIMIT ?",
  openTasks: `${TASK} WHERE row > ? ORDER BY row LIMIT ?`,
  timersOf: "SELECT execution, seq, at FROM timer WHERE execution = ? ORDER BY at, seq",
  tasksOf: "SELECT seq FROM task WHERE execution = ? ORDER BY seq",
  childrenOf: `
    SELECT id, parent FROM execution JOIN (SELECT execution AS child FROM child WHERE child.parent = ?) ON key = child
    WHERE status IN ('IN_PROGRESS', 'SUSPENDED') ORDER BY key`,
  findTask: `${TASK} WHERE execution = ? AND seq = ?`,
  waitersOf: "SELECT id, seq, reply FROM eventual_waiter JOIN execution ON key = waiter WHERE target = ?",
  anyWaiter: "SELECT target FROM eventual_waiter WHERE target > 0 LIMIT 1",
  startsSince: "SELECT gate, at, until FROM eventual_rate WHERE until > ? ORDER BY until",
  dueDeliveries: `${DUE} WHERE dead_at IS NULL AND ready_at <= ? ORDER BY ready_at, id LIMIT ?`,
  nextDelivery:
    "SELECT ready_at AS at FROM eventual_delivery WHERE dead_at IS NULL AND ready_at > ? ORDER BY ready_at LIMIT 1",
  deadLetters: `${DELIVERY} WHERE dead_at IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?`,
  deadLettersOf: `${DELIVERY} WHERE dead_at IS NOT NULL AND subscription = ? AND id < ? ORDER BY id DESC LIMIT ?`,
  findDelivery: `${DELIVERY} WHERE id = ?`,
  prunable: `SELECT key, id, end_time AS endTime ${PRUNABLE} ORDER BY end_time LIMIT ?4`,
  countPrunable: `SELECT count(*) AS n ${PRUNABLE}`,
  schedules: "SELECT row FROM eventual_schedule WHERE name > '' ORDER BY name",
  declarations: "SELECT program, declared FROM eventual_declaration WHERE id > 0 ORDER BY id",
  sizeOf: `
    SELECT coalesce((SELECT octet_length(text) FROM checkpoint WHERE execution = ?1), 0) AS checkpoint,
      coalesce((SELECT sum(octet_length(events)) FROM tail WHERE execution = ?1), 0) AS tail`,
} as const;

/** An execution with all that it is brought up from. */
export async function loadExecution(read: Read, key: number): Promise<StoredExecution | undefined> {
  const rows = await read(SQL.loadExecution, key);
  const row = rows.find(({ part }) => part === "execution");
  if (row === undefined) return undefined;
  const execution = executionRow({
    ...row,
    key: row.n,
    start_time: row.now,
    end_time: row.cost,
    status: row.hash,
    input: row.text,
  });
  return storedExecution(
    execution,
    rows.filter(({ part }) => part !== "execution"),
  );
}

export class Queries {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Promise<Statement>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async loadProgram(hash: string): Promise<string | undefined> {
    const [row] = await this.#all(SQL.loadProgram, hash);
    return row && textOf(row, "artifact");
  }

  async programs(): Promise<readonly string[]> {
    return (await this.#all(SQL.programs)).map((row) => textOf(row, "hash"));
  }

  /** Those of them that there are, by id. */
  async findExecutions(ids: readonly string[]): Promise<ReadonlyMap<string, ExecutionRow>> {
    const rows = await this.#all(SQL.findExecutions, JSON.stringify(ids));
    return new Map(rows.map(executionRow).map((row) => [row.id, row]));
  }

  loadExecution(key: number): Promise<StoredExecution | undefined> {
    return loadExecution((sql, ...parameters) => this.#all(sql, ...parameters), key);
  }

  async readInbox(key: number): Promise<readonly InboxRow[]> {
    return (await this.#all(SQL.readInbox, key)).map(inboxRow);
  }

  async listExecutions(query: ExecutionFilter): Promise<readonly ExecutionRow[]> {
    return await listExecutions((sql, ...parameters) => this.#all(sql, ...parameters), query);
  }

  async readLogs(key: number, query: { after?: number; limit: number }): Promise<readonly LogRow[]> {
    return (await this.#all(SQL.readLogs, key, query.after ?? 0, query.limit)).map(logRow);
  }

  async dueTimers(until: number, limit: number): Promise<readonly TimerRow[]> {
    return (await this.#all(SQL.dueTimers, until, limit)).map(timerRow);
  }

  async nextTimer(): Promise<number | undefined> {
    const [row] = await this.#all(SQL.nextTimer);
    return row && numberOf(row, "at");
  }

  async pendingInboxes(limit: number): Promise<readonly number[]> {
    return (await this.#all(SQL.pendingInboxes, limit)).map((row) => numberOf(row, "execution"));
  }

  async openTasks(query: { after?: number; limit: number }): Promise<readonly TaskRow[]> {
    return (await this.#all(SQL.openTasks, query.after ?? 0, query.limit)).map(taskRow);
  }

  async timersOf(execution: number): Promise<readonly TimerRow[]> {
    return (await this.#all(SQL.timersOf, execution)).map(timerRow);
  }

  async tasksOf(execution: number): Promise<readonly number[]> {
    return (await this.#all(SQL.tasksOf, execution)).map((row) => numberOf(row, "seq"));
  }

  async childrenOf(execution: number): Promise<readonly { readonly id: string; readonly onClose: OnParentClose }[]> {
    const rows = await this.#all(SQL.childrenOf, execution);
    return rows.map((row) => ({ id: textOf(row, "id"), onClose: parentOf(textOf(row, "parent")).onClose }));
  }

  async waitersOf(target: number): Promise<readonly WaiterRow[]> {
    const rows = await this.#all(SQL.waitersOf, target);
    return rows.map((row) => ({
      id: textOf(row, "id"),
      seq: numberOf(row, "seq"),
      reply: numberOf(row, "reply") !== 0,
    }));
  }

  async anyWaiter(): Promise<boolean> {
    return (await this.#all(SQL.anyWaiter)).length > 0;
  }

  async startsSince(now: number): Promise<readonly StartRow[]> {
    const rows = await this.#all(SQL.startsSince, now);
    return rows.map((row) => ({ gate: textOf(row, "gate"), at: numberOf(row, "at"), until: numberOf(row, "until") }));
  }

  async findTask(execution: number, seq: number): Promise<TaskRow | undefined> {
    const [row] = await this.#all(SQL.findTask, execution, seq);
    return row && taskRow(row);
  }

  async dueDeliveries(until: number, limit: number): Promise<readonly DeliveryRow[]> {
    return (await this.#all(SQL.dueDeliveries, until, limit)).map(deliveryRow);
  }

  async nextDelivery(after: number): Promise<number | undefined> {
    const [row] = await this.#all(SQL.nextDelivery, after);
    return row && numberOf(row, "at");
  }

  async deadLetters(query: { subscription?: string; before?: number; limit: number }): Promise<readonly DeadLetter[]> {
    const { subscription, before = LAST_ID, limit } = query;
    const rows =
      subscription === undefined
        ? await this.#all(SQL.deadLetters, before, limit)
        : await this.#all(SQL.deadLettersOf, subscription, before, limit);
    return rows.map(deadLetter);
  }

  async findDelivery(id: number): Promise<DeliveryRow | DeadLetter | undefined> {
    const [row] = await this.#all(SQL.findDelivery, id);
    if (row === undefined) return undefined;
    return row.deadAt === null ? deliveryRow(row) : deadLetter(row);
  }

  async prunable({ until, workflow, status, limit }: Parameters<Store["prunable"]>[0]): ReturnType<Store["prunable"]> {
    const rows = await this.#all(SQL.prunable, until, workflow ?? null, status ?? null, limit);
    return rows.map((row) => ({
      key: numberOf(row, "key"),
      id: textOf(row, "id"),
      endTime: numberOf(row, "endTime"),
    }));
  }

  async countPrunable({ until, workflow, status }: PrunableQuery): Promise<number> {
    const [row] = await this.#all(SQL.countPrunable, until, workflow ?? null, status ?? null);
    return numberOf(row, "n");
  }

  async schedules(): Promise<readonly ScheduleRow[]> {
    return (await this.#all(SQL.schedules)).map(scheduleRow);
  }

  async declarations(): Promise<readonly DeclarationRow[]> {
    return (await this.#all(SQL.declarations)).map(declarationRow);
  }

  async sizeOf(key: number): Promise<{ readonly checkpoint: number; readonly tail: number }> {
    const [row] = await this.#all(SQL.sizeOf, key);
    return { checkpoint: numberOf(row, "checkpoint"), tail: numberOf(row, "tail") };
  }

  async #all(sql: string, ...parameters: readonly Value[]): Promise<readonly Row[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
      // A failed preparation is answered to its caller and tried again by the next.
      statement.catch(() => this.#statements.delete(sql));
    }
    return (await statement).all(parameters);
  }
}

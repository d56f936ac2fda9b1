/**
 * What people look at: lists with filters, counts, rates, the history of one execution. Each is read on the connection
 * beside the engine (examine.ts), so that a search that takes long holds up no commit.
 *
 * L1  Keys are given in the order of start times, so a time becomes a key by bisection, without an index.
 * L2  At most one condition leads to rows in the order of keys; the others choose keys by indexes alone. So what a search
 *     costs depends on how many executions there are, and not on how long their values are.
 */
import type { Status } from "../../protocol/execution.js";
import { encode } from "../../protocol/value.js";
import type { ExecutionRow, History } from "../store.js";
import type { Row, Value } from "./driver.js";
import { executionRow, historyRow, numberOf, textOf } from "./rows.js";

/** Gives the columns that `executionRow` reads; a condition is to follow. */
export const EXECUTION = `
  SELECT execution.key, id, workflow, program.hash AS program, status, start_time, end_time, reason, result, error, parent, input
  FROM execution JOIN program ON program.key = execution.program`;

const ABOVE_ALL = Number.MAX_SAFE_INTEGER;

/** Longest value in a row of a short list, bytes: with their lengths alone, longer ones need not be read. */
const SHORT_BYTES = 4096;

const SHORT_EXECUTION = EXECUTION.replace(
  "result, error, parent, input",
  `iif(octet_length(result) > ${SHORT_BYTES}, ?1, result) AS result,
    iif(octet_length(error) > ${SHORT_BYTES}, ?1, error) AS error, parent,
    iif(octet_length(input) > ${SHORT_BYTES}, ?1, input) AS input,
    octet_length(input) > ${SHORT_BYTES} AS longInput,
    coalesce(octet_length(result), octet_length(error), 0) > ${SHORT_BYTES} AS longOutcome`,
);

/** Times in ms since the epoch. */
export interface ExecutionFilter {
  readonly workflow?: string;
  readonly status?: Status;
  /** A part of its id; ASCII letters match in either case. */
  readonly text?: string;
  readonly startedFrom?: number;
  readonly startedBefore?: number;
  /** Key of the last row of the page before. */
  readonly before?: number;
  readonly limit: number;
  /** Long values are left out: see `ExecutionRow.omitted`. */
  readonly short?: boolean;
}

/** How many executions began and ended in a stretch of time that begins at `at`. */
export interface Rate {
  readonly at: number;
  readonly started: number;
  readonly ended: number;
  /** Of those that ended: all but the succeeded. */
  readonly failed: number;
}

export interface ChildRow {
  readonly id: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime?: number;
}

export type Read = (sql: string, ...parameters: readonly Value[]) => Promise<readonly Row[]>;

/** A page, newest first. */
export async function listExecutions(read: Read, filter: ExecutionFilter): Promise<readonly ExecutionRow[]> {
  const conditions: string[] = [];
  const { short = false } = filter;
  const parameters: Value[] = short ? [encode(undefined)] : [];
  const where = (condition: string, ...values: readonly Value[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  const { workflow, status, text, startedFrom, startedBefore, before, limit } = filter;
  const from = startedFrom === undefined ? 0 : await firstKeyFrom(read, startedFrom);
  const end = Math.min(
    before ?? ABOVE_ALL,
    startedBefore === undefined ? ABOVE_ALL : await firstKeyFrom(read, startedBefore),
  );
  /** L2: the keys that an index alone gives. */
  const among = (index: string, condition: string, value: string): void =>
    where(
      `execution.key IN (SELECT key FROM execution INDEXED BY ${index} WHERE ${condition} AND key >= ? AND key < ?)`,
      value,
      from,
      end,
    );
  if (status !== undefined) where("status = ?", status);
  if (workflow !== undefined) {
    if (status === undefined) where("workflow = ?", workflow);
    else among("execution_by_workflow", "workflow = ?", workflow);
  }
  if (text !== undefined) {
    // The index of the ids is the one that SQLite makes of the column's UNIQUE.
    among("sqlite_autoindex_execution_1", "id LIKE ? ESCAPE '\\'", `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`);
  }
  if (from > 0 || end < ABOVE_ALL) where("execution.key >= ? AND execution.key < ?", from, end);
  const filtered = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const select = short ? SHORT_EXECUTION : EXECUTION;
  const rows = await read(`${select} ${filtered} ORDER BY execution.key DESC LIMIT ?`, ...parameters, limit);
  return rows.map(short ? shortRow : executionRow);
}

function shortRow({ longInput, longOutcome, ...row }: Row): ExecutionRow {
  const omitted = [longInput === 1 ? ["input" as const] : [], longOutcome === 1 ? ["outcome" as const] : []].flat();
  return { ...executionRow(row), ...(omitted.length === 0 ? {} : { omitted }) };
}

/** The lowest key of an execution that started at `time` or later; above all keys when there is none (L1). */
async function firstKeyFrom(read: Read, time: number): Promise<number> {
  const [ends] = await read("SELECT coalesce(min(key), 1) AS low, coalesce(max(key), 0) AS high FROM execution");
  let low = numberOf(ends, "low");
  let high = numberOf(ends, "high") + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await read("SELECT key, start_time AS at FROM execution WHERE key >= ? ORDER BY key LIMIT 1", middle);
    if (row === undefined || numberOf(row, "at") >= time) high = middle;
    else low = numberOf(row, "key") + 1;
  }
  return low;
}

/** Executions by status; statuses without any are left out. */
export async function countByStatus(read: Read): Promise<ReadonlyMap<string, number>> {
  return await counts(read, "SELECT status AS name, count(*) AS count FROM execution GROUP BY status");
}

/** Executions by workflow. */
export async function countByWorkflow(read: Read): Promise<ReadonlyMap<string, number>> {
  return await counts(read, "SELECT workflow AS name, count(*) AS count FROM execution GROUP BY workflow");
}

async function counts(read: Read, sql: string): Promise<ReadonlyMap<string, number>> {
  return new Map((await read(sql)).map((row) => [textOf(row, "name"), numberOf(row, "count")]));
}

/** Starts and ends since `from`, by stretches of `step` ms; stretches in which nothing happened are left out. */
export async function ratesSince(read: Read, from: number, step: number): Promise<readonly Rate[]> {
  const found = new Map<number, { started: number; ended: number; failed: number }>();
  const at = (row: Row) => {
    const time = numberOf(row, "at") * step;
    const rate = found.get(time) ?? { started: 0, ended: 0, failed: 0 };
    found.set(time, rate);
    return rate;
  };
  const started = await read(
    "SELECT CAST(start_time / ? AS INTEGER) AS at, count(*) AS count FROM execution WHERE key >= ? GROUP BY 1",
    step,
    await firstKeyFrom(read, from),
  );
  for (const row of started) at(row).started = numberOf(row, "count");
  const ended = await read(
    `SELECT CAST(end_time / ? AS INTEGER) AS at, count(*) AS count, sum(status <> 'SUCCEEDED') AS failed
      FROM execution WHERE end_time >= ? GROUP BY 1`,
    step,
    from,
  );
  for (const row of ended) {
    const rate = at(row);
    rate.ended = numberOf(row, "count");
    rate.failed = numberOf(row, "failed");
  }
  return [...found].map(([time, rate]) => ({ at: time, ...rate })).sort((left, right) => left.at - right.at);
}

/** What is kept of an execution's history, the latest `limit` commits, oldest first. */
export async function historyOf(read: Read, key: number, limit: number): Promise<readonly History[]> {
  const sql = "SELECT time, text FROM history WHERE execution = ? ORDER BY n DESC, id DESC LIMIT ?";
  return (await read(sql, key, limit)).map(historyRow).reverse();
}

/** The children of an execution, oldest first. */
export async function childrenOf(read: Read, key: number, limit: number): Promise<readonly ChildRow[]> {
  const rows = await read(
    `SELECT id, status, start_time AS startTime, end_time AS endTime FROM child
      JOIN execution ON key = child.execution WHERE child.parent = ? ORDER BY key LIMIT ?`,
    key,
    limit,
  );
  return rows.map((row) => ({
    id: textOf(row, "id"),
    status: textOf(row, "status"),
    startTime: numberOf(row, "startTime"),
    ...(row.endTime === null ? {} : { endTime: numberOf(row, "endTime") }),
  }));
}

/** Grows with each commit of the execution that left something to see; 0 without any. */
export async function lastHistory(read: Read, key: number): Promise<number> {
  const [row] = await read(
    "SELECT coalesce((SELECT id FROM history WHERE execution = ? ORDER BY n DESC, id DESC LIMIT 1), 0) AS last",
    key,
  );
  return numberOf(row, "last");
}

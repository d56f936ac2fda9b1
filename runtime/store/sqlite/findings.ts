/**
 * What `eventual doctor` looks for: everything in the file that contradicts the layout and its invariants.
 *
 * F1  A check that cannot be carried out, because the file is damaged where it reads, is a finding; the others go on.
 * F2  Rows are read in pages by their keys: memory does not depend on the number of rows, time is linear in it.
 */
import { Fault } from "../../protocol/fault.js";
import type { Row, Value } from "./driver.js";
import { EXECUTION } from "./looking.js";
import { DELIVERY, TASK } from "./queries.js";
import {
  deadLetter,
  declarationRow,
  deliveryRow,
  executionRow,
  historyRow,
  inboxRow,
  logRow,
  numberOf,
  scheduleRow,
  tailEntry,
  taskRow,
  textOf,
  timerRow,
} from "./rows.js";

export interface Finding {
  readonly check: string;
  readonly message: string;
}

export type Read = (sql: string, ...parameters: readonly Value[]) => Promise<readonly Row[]>;

/** Messages of one check that are given; of further ones only that there are some. */
const MOST_MESSAGES = 100;
const PAGE = 500;

/** Tells `progress` of each check before it begins. */
export async function findingsOf(read: Read, progress: (check: string) => void): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { check, look } of CHECKS) {
    progress(check);
    for (const message of await messagesOf(look, read)) found.push({ check, message });
  }
  return found;
}

/** F1 */
async function messagesOf(look: Look, read: Read): Promise<readonly string[]> {
  try {
    const messages = await look(read);
    if (messages.length <= MOST_MESSAGES) return messages;
    return [...messages.slice(0, MOST_MESSAGES), "and more of the kind"];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [`this could not be looked at: ${error.message}`];
  }
}

/** What is wrong, in words; empty when nothing is. Throws Fault EV60xx when it cannot be looked at. */
type Look = (read: Read) => Promise<readonly string[]>;

interface Check {
  readonly check: string;
  readonly look: Look;
}

/** A statement that gives the number of offences, `n`, and the id of an execution as an `example` of one. */
const counted =
  (sql: string): Look =>
  async (read) => {
    const [row] = await read(sql);
    const count = numberOf(row, "n");
    return count === 0 ? [] : [`not so for ${count}, such as ${textOf(row, "example")}`];
  };

const pages: Look = async (read) => {
  const rows = await read("PRAGMA integrity_check");
  return rows.map((row) => textOf(row, "integrity_check")).filter((message) => message !== "ok");
};

/** Not `PRAGMA foreign_key_check`, whose answer is as long as the damage. */
const owners: Look = async (read) => {
  const rows = await read(
    'SELECT "table", parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2',
  );
  return rows.map((row) => {
    const [table, parent, n] = [textOf(row, "table"), textOf(row, "parent"), numberOf(row, "n")];
    return n === 1
      ? `a row of ${table} belongs to a row of ${parent} that is not there`
      : `${n} rows of ${table} belong to rows of ${parent} that are not there`;
  });
};

/** All rows of a table, in the order of a key that an index has. */
interface Table {
  readonly name: string;
  /** Selects the key under the names of its columns, and all that `parse` needs. */
  readonly select: string;
  /** Where the key's columns come from, and what they are called in a row. */
  readonly key: readonly (readonly [column: string, name: string])[];
  /** Throws a Fault for a row that is not what Eventual writes. */
  readonly parse: (row: Row) => unknown;
}

const keyed = (column: string): Table["key"] => [[column, column]];

const TABLES: readonly Table[] = [
  { name: "execution", select: EXECUTION, key: [["execution.key", "key"]], parse: executionRow },
  {
    name: "checkpoint",
    select: "SELECT execution, n, cost, text FROM checkpoint",
    key: keyed("execution"),
    parse: (row) => [numberOf(row, "n"), numberOf(row, "cost"), textOf(row, "text")],
  },
  {
    name: "tail",
    select: "SELECT execution, n, now, commands_hash AS hash, events FROM tail",
    key: [...keyed("execution"), ...keyed("n")],
    parse: (row) => tailEntry(numberOf(row, "n"), numberOf(row, "now"), textOf(row, "hash"), textOf(row, "events")),
  },
  {
    name: "timer",
    select: "SELECT execution, seq, at FROM timer",
    key: [...keyed("execution"), ...keyed("seq")],
    parse: timerRow,
  },
  { name: "task", select: TASK, key: keyed("row"), parse: taskRow },
  { name: "inbox", select: "SELECT id, event FROM inbox", key: keyed("id"), parse: inboxRow },
  { name: "log", select: "SELECT id, time, level, text FROM log", key: keyed("id"), parse: logRow },
  { name: "history", select: "SELECT id, time, text FROM history", key: keyed("id"), parse: historyRow },
  {
    name: "eventual_delivery",
    select: DELIVERY,
    key: keyed("id"),
    parse: (row) => (row.deadAt === null ? deliveryRow(row) : deadLetter(row)),
  },
  {
    name: "eventual_schedule",
    select: "SELECT name, row FROM eventual_schedule",
    key: keyed("name"),
    parse: scheduleRow,
  },
  {
    name: "eventual_declaration",
    select: "SELECT id, program, declared FROM eventual_declaration",
    key: keyed("id"),
    parse: declarationRow,
  },
];

/** Reads all there is, as an engine would that needs it. */
const records: Look = async (read) => {
  const messages: string[] = [];
  for (const table of TABLES) messages.push(...(await unreadable(read, table)));
  return messages;
};

async function unreadable(read: Read, { name, select, key, parse }: Table): Promise<readonly string[]> {
  const columns = key.map(([column]) => column).join(", ");
  const tuple = (text: string): string => (key.length === 1 ? text : `(${text})`);
  const page = (from: string): string => `${select} ${from} ORDER BY ${columns} LIMIT ${PAGE}`;
  const next = page(`WHERE ${tuple(columns)} > ${tuple(key.map(() => "?").join(", "))}`);
  let count = 0;
  let first: string | undefined;
  try {
    for (let rows = await read(page("")); rows.length > 0; ) {
      for (const row of rows) {
        const why = refusal(parse, row);
        if (why === undefined) continue;
        count++;
        first ??= why;
      }
      const last = rows.at(-1);
      rows = rows.length < PAGE ? [] : await read(next, ...key.map(([, as]) => keyValue(last?.[as])));
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [`${name}: ${error.message}`];
  }
  if (first === undefined) return [];
  return [`${name}: ${first}${count === 1 ? "" : ` (and ${count - 1} more)`}`];
}

function refusal(parse: Table["parse"], row: Row): string | undefined {
  try {
    parse(row);
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.message;
  }
}

function keyValue(value: unknown): Value {
  return typeof value === "number" || typeof value === "string" ? value : null;
}

const CHECKS: readonly Check[] = [
  { check: "every page of the file", look: pages },
  { check: "every row has what it belongs to", look: owners },
  { check: "every record can be read", look: records },
  {
    check: "nothing wakes or reaches closed executions",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM execution WHERE status NOT IN ('IN_PROGRESS', 'SUSPENDED')
      AND (key IN (SELECT execution FROM timer) OR key IN (SELECT execution FROM inbox))`),
  },
  {
    check: "nobody waits for closed executions",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM eventual_waiter JOIN execution ON key = target
      WHERE status NOT IN ('IN_PROGRESS', 'SUSPENDED')`),
  },
  {
    check: "tails have no gaps",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM execution JOIN
      (SELECT execution, max(n) - min(n) + 1 - count(*) AS gap FROM tail GROUP BY execution) ON execution = key WHERE gap <> 0`),
  },
  {
    check: "tails follow their checkpoints",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM execution JOIN checkpoint ON checkpoint.execution = key
      JOIN (SELECT execution, min(n) AS first FROM tail GROUP BY execution) AS t ON t.execution = key
      WHERE t.first <> checkpoint.n + 1`),
  },
  {
    check: "timers run only for executions in progress",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM timer JOIN execution ON key = timer.execution
      WHERE active <> (status = 'IN_PROGRESS')`),
  },
  {
    check: "messages wait only for executions in progress",
    look: counted(`SELECT count(*) AS n, min(execution.id) AS example FROM inbox JOIN execution ON key = inbox.execution
      WHERE active <> (status = 'IN_PROGRESS' OR control = 1)`),
  },
  {
    check: "suspended executions have a reason",
    look: counted(
      "SELECT count(*) AS n, min(execution.id) AS example FROM execution WHERE status = 'SUSPENDED' AND reason IS NULL",
    ),
  },
];

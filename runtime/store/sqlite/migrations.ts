/**
 * The layout of the database: numbered steps, never edited once released. Step n takes a database of version n - 1 to
 * version n; `PRAGMA user_version` holds the version.
 *
 * M1  All missing steps run in one transaction: a database is at its old version or at the newest, never between.
 * M2  The new layout is in the file itself, not only in its write-ahead log, before anything is built on it: a file
 *     without tables holds no data, whatever became of its log.
 * M3  The file holds data only. What Eventual does with it (triggers) is temporary and made anew at every opening.
 */
import { Fault } from "../../protocol/fault.js";
import type { Connection } from "./driver.js";

/** `PRAGMA application_id`: "EVNT". */
export const APPLICATION_ID = 0x45_56_4e_54;

/*
 * Times are ms since the epoch, costs microseconds. The hot path writes as few pages as it can: the number of the last
 * tail entry is not stored but found by index, and a step never touches the row of its execution.
 * `timer.active` and `inbox.active` are 1 while the execution is in progress, so that what can run now is one range of
 * an index, however many executions sleep.
 */
const VERSION_1 = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('incarnation', 0), ('clock', 0);

CREATE TABLE program (
  key INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  artifact TEXT NOT NULL
);

CREATE TABLE execution (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workflow TEXT NOT NULL,
  program INTEGER NOT NULL REFERENCES program (key),
  status TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  end_time INTEGER,
  reason TEXT,
  result TEXT,
  error TEXT,
  input TEXT NOT NULL
);
CREATE INDEX execution_by_status ON execution (status);
CREATE INDEX execution_by_workflow ON execution (workflow);

CREATE TABLE checkpoint (
  execution INTEGER PRIMARY KEY REFERENCES execution (key),
  n INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  text TEXT NOT NULL
);

CREATE TABLE tail (
  execution INTEGER NOT NULL REFERENCES execution (key),
  n INTEGER NOT NULL,
  now INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  commands_hash TEXT NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (execution, n)
) WITHOUT ROWID;

CREATE TABLE timer (
  execution INTEGER NOT NULL REFERENCES execution (key),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  active INTEGER NOT NULL,
  PRIMARY KEY (execution, seq)
) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (at) WHERE active = 1;

CREATE TABLE task (
  row INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES execution (key),
  seq INTEGER NOT NULL,
  task TEXT NOT NULL,
  on_crash TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lease INTEGER NOT NULL,
  scheduled_time INTEGER NOT NULL,
  input TEXT NOT NULL,
  UNIQUE (execution, seq)
);

CREATE TABLE inbox (
  id INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES execution (key),
  active INTEGER NOT NULL,
  event TEXT NOT NULL
);
CREATE INDEX inbox_by_execution ON inbox (execution);
CREATE INDEX inbox_pending ON inbox (execution) WHERE active = 1;

CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES execution (key),
  time INTEGER NOT NULL,
  level TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX log_by_execution ON log (execution);
`;

/** Attempts that wait: for their next time, for their token, for a sign of life. And what authenticates the tokens. */
const VERSION_2 = `
ALTER TABLE task ADD COLUMN policy TEXT;
ALTER TABLE task ADD COLUMN ready_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN beat_at INTEGER;
ALTER TABLE task ADD COLUMN beat_details TEXT;

CREATE TABLE secret (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

ALTER TABLE execution ADD COLUMN parent TEXT;
CREATE TABLE child (
  parent INTEGER NOT NULL REFERENCES execution (key),
  execution INTEGER NOT NULL REFERENCES execution (key),
  PRIMARY KEY (parent, execution)
) WITHOUT ROWID;

INSERT INTO secret VALUES ('token', lower(hex(randomblob(32))));
`;

/**
 * What happened, to be shown: one row per activation, `n` being its number. And the ends of executions by time, for
 * whoever asks what went on lately.
 */
const VERSION_3 = `
CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES execution (key),
  n INTEGER NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX history_by_execution ON history (execution, n);
CREATE INDEX execution_by_end ON execution (end_time, status) WHERE end_time IS NOT NULL;
`;

/** In which order programs were deployed, the last time each. */
const VERSION_4 = `
ALTER TABLE program ADD COLUMN deployed INTEGER NOT NULL DEFAULT 0;
UPDATE program SET deployed = key;
CREATE INDEX program_by_deployment ON program (deployed);
`;

/**
 * Events on their way to subscriptions, and what programs declare. Tables from here on have a prefix that authors cannot
 * use for their own (statements.ts), so that no later version meets one of theirs.
 */
const VERSION_5 = `
CREATE TABLE eventual_delivery (
  id INTEGER PRIMARY KEY,
  subscription TEXT NOT NULL,
  event TEXT NOT NULL,
  payload TEXT NOT NULL,
  time INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  dead_at INTEGER,
  error TEXT
);
CREATE INDEX eventual_delivery_ready ON eventual_delivery (ready_at, id) WHERE dead_at IS NULL;
CREATE INDEX eventual_delivery_dead ON eventual_delivery (id) WHERE dead_at IS NOT NULL;
CREATE INDEX eventual_delivery_dead_of ON eventual_delivery (subscription, id) WHERE dead_at IS NOT NULL;

CREATE TABLE eventual_declaration (
  id INTEGER PRIMARY KEY,
  program TEXT NOT NULL UNIQUE,
  declared TEXT NOT NULL
);

CREATE TABLE eventual_schedule (
  name TEXT PRIMARY KEY,
  row TEXT NOT NULL
) WITHOUT ROWID;
`;

/**
 * Signals that must not come twice, by the ids that their senders gave them, while their execution is open. And how
 * many attempts of a task were cut off by the death of the process.
 */
const VERSION_6 = `
CREATE TABLE eventual_signal (
  execution INTEGER NOT NULL REFERENCES execution (key),
  id TEXT NOT NULL,
  PRIMARY KEY (execution, id)
) WITHOUT ROWID;

ALTER TABLE task ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
`;

/**
 * Executions that wait for the end of others, or for their reply (`reply` = 1). Starts of task attempts that count for a
 * rate, until when. Which attempts to handle events may have been running when the process died. And which events reach
 * an execution although it is suspended.
 */
const VERSION_7 = `
CREATE TABLE eventual_waiter (
  waiter INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  target INTEGER NOT NULL,
  reply INTEGER NOT NULL,
  PRIMARY KEY (waiter, seq)
) WITHOUT ROWID;
CREATE INDEX eventual_waiter_target ON eventual_waiter (target);

CREATE TABLE eventual_rate (
  id INTEGER PRIMARY KEY,
  gate TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL
);
CREATE INDEX eventual_rate_until ON eventual_rate (until);

ALTER TABLE inbox ADD COLUMN control INTEGER NOT NULL DEFAULT 0;
UPDATE inbox SET control = 1, active = 1 WHERE event LIKE '{"kind":"terminate"%' OR event LIKE '{"kind":"resume"%';
ALTER TABLE eventual_delivery ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eventual_delivery ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
`;

/** In order; the index of a step is the version that it starts from. */
export const MIGRATIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
];

/**
 * Brings a database from `version` to the newest one (M1).
 * Throws Fault EV6005 for a version newer than this program's, EV6016 when a step fails (the file is then unchanged).
 */
export async function migrate(
  connection: Connection,
  version: number,
  path: string,
  steps = MIGRATIONS,
): Promise<void> {
  if (version > steps.length) throw newerFault(version, steps.length, path);
  if (version === steps.length) return;
  const script = [
    "BEGIN IMMEDIATE;",
    ...steps.slice(version),
    `PRAGMA application_id = ${APPLICATION_ID};`,
    `PRAGMA user_version = ${steps.length};`,
    "COMMIT;",
  ];
  try {
    await connection.exec(script.join("\n"));
  } catch (error) {
    throw migrationFault(error, version, steps.length, path);
  }
  await connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** The Fault of a database that a newer Eventual has written. */
export function newerFault(version: number, newest: number, path: string): Fault {
  return new Fault(
    "EV6005",
    `the database has layout version ${version}, this Eventual knows versions up to ${newest}`,
    {
      place: path,
      remedy: "Use the version of Eventual that wrote the database, or a later one.",
    },
  );
}

function migrationFault(error: unknown, from: number, to: number, path: string): Fault {
  // Whatever SQLite says about disk, locks or damage is the better explanation.
  if (error instanceof Fault && error.code !== "EV6019" && error.code !== "EV6014") return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Fault("EV6016", `the database could not be brought from layout version ${from} to ${to}: ${detail}`, {
    place: path,
    remedy: "The database is unchanged: go on with the version of Eventual that wrote it, and report the error.",
    cause: error,
  });
}

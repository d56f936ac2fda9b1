/**
 * What the writes do, in SQL: a temporary view `change`, one INSTEAD OF trigger per kind of write. One INSERT of many
 * rows into the view is one transaction and one call of the driver, and fails as a whole: the cheapest commit that
 * SQLite offers. Rows are applied in order; a row whose kind is NULL (padding) does nothing.
 *
 * SQLite enters every trigger of a view for every row, only to find that its kind is another. So the kinds that a step
 * needs are triggers of `change`, and all others hang on a second view, which one trigger of the first one feeds.
 *
 * T2 is kept here: every contradiction is a RAISE(ABORT) or a constraint of a table.
 */
import { COLUMNS, KIND } from "./change.js";
import type { Connection } from "./driver.js";

const OPEN = "('IN_PROGRESS', 'SUSPENDED')";

/** Aborts unless the execution is there. */
const REQUIRE_KNOWN = refuseIf(
  "NOT EXISTS (SELECT 1 FROM execution WHERE key = NEW.execution)",
  "'there is no execution ' || NEW.execution",
);

/** Aborts unless the execution is there and not closed. */
const REQUIRE_OPEN = refuseIf(
  `NOT EXISTS (SELECT 1 FROM execution WHERE key = NEW.execution AND status IN ${OPEN})`,
  "'execution ' || NEW.execution || coalesce((SELECT ' is closed: ' || status FROM execution WHERE key = NEW.execution), ' does not exist')",
);

/** 1 while the execution is in progress. */
const ACTIVE = "(SELECT status = 'IN_PROGRESS' FROM execution WHERE key = NEW.execution)";

/** Number of the last tail entry ever appended; tail entries are always newer than the checkpoint. */
const LAST = `coalesce(
  (SELECT n FROM tail WHERE execution = NEW.execution ORDER BY n DESC LIMIT 1),
  (SELECT n FROM checkpoint WHERE execution = NEW.execution),
  0)`;

/** Deletes the task whose number is in the given column, which must be there; nothing where the column is NULL. */
const removeTask = (seq: string): string => `
    DELETE FROM task WHERE execution = NEW.execution AND seq = ${seq};
    ${refuseIf(`${seq} IS NOT NULL AND changes() = 0`, `'execution ' || NEW.execution || ' has no open task ' || ${seq}`)}`;
const NO_DELIVERY = refuseIf("changes() = 0", "'there is no such delivery: ' || NEW.n");
const CLOSE = `
    ${removeTask("NEW.n")}
    ${REQUIRE_OPEN}
    INSERT INTO history (execution, n, time, text) SELECT NEW.execution, ${LAST}, NEW.time, NEW.d WHERE NEW.d IS NOT NULL;
    DELETE FROM eventual_signal WHERE execution = NEW.execution;
    DELETE FROM eventual_waiter WHERE target = NEW.execution;
    DELETE FROM eventual_waiter WHERE waiter = NEW.execution;
    UPDATE execution SET status = NEW.number, end_time = NEW.time, result = NEW.a, error = NEW.b, reason = NEW.c WHERE key = NEW.execution;`;

/** Activations of an execution whose history is kept, and at every how many of them the older ones go. */
const HISTORY_KEPT = 2000;
const HISTORY_SWEEP = 64;
const HISTORY = `
    INSERT INTO history (execution, n, time, text) SELECT NEW.execution, NEW.n, NEW.time, NEW.d WHERE NEW.d IS NOT NULL;
    DELETE FROM history WHERE NEW.n % ${HISTORY_SWEEP} = 0 AND execution = NEW.execution AND n <= NEW.n - ${HISTORY_KEPT};`;

const BODIES: Record<keyof typeof KIND, string> = {
  // The row of the newest program is not touched: its artifact would be written again.
  program: `
    INSERT INTO program (hash, artifact, deployed)
    VALUES (NEW.a, NEW.b, 1 + (SELECT coalesce(max(deployed), 0) FROM program))
    ON CONFLICT (hash) DO UPDATE SET deployed = excluded.deployed WHERE deployed < (SELECT max(deployed) FROM program);`,
  create: `
    ${refuseIf("NOT EXISTS (SELECT 1 FROM program WHERE hash = NEW.c)", "'there is no program ' || NEW.c")}
    ${refuseIf("EXISTS (SELECT 1 FROM execution WHERE id = NEW.a)", "'there is already an execution ' || NEW.a")}
    INSERT INTO execution (key, id, workflow, program, status, start_time, input)
    SELECT NEW.execution, NEW.a, NEW.b, program.key, 'IN_PROGRESS', NEW.time, NEW.d FROM program WHERE hash = NEW.c;`,
  parent: `
    UPDATE execution SET parent = NEW.a WHERE key = NEW.execution;
    INSERT INTO child (parent, execution) VALUES (NEW.n, NEW.execution);`,
  closeKeeping: `${CLOSE}
    DELETE FROM timer WHERE execution = NEW.execution;
    DELETE FROM inbox WHERE execution = NEW.execution;`,
  close: `${CLOSE}
    DELETE FROM checkpoint WHERE execution = NEW.execution;
    DELETE FROM tail WHERE execution = NEW.execution;
    DELETE FROM timer WHERE execution = NEW.execution;
    DELETE FROM inbox WHERE execution = NEW.execution;`,
  status: `
    ${REQUIRE_OPEN}
    UPDATE execution SET status = NEW.number, reason = NEW.c WHERE key = NEW.execution;
    UPDATE timer SET active = (NEW.number = 'IN_PROGRESS') WHERE execution = NEW.execution;
    UPDATE inbox SET active = (NEW.number = 'IN_PROGRESS' OR control = 1) WHERE execution = NEW.execution;`,
  tail: `
    ${removeTask("NEW.c")}
    ${REQUIRE_OPEN}
    ${refuseIf(`NEW.n IS NOT 1 + ${LAST}`, `'tail entry ' || NEW.n || ' does not follow ' || ${LAST}`)}
    INSERT INTO tail (execution, n, now, cost, events, commands_hash)
    VALUES (NEW.execution, NEW.n, NEW.time, NEW.number, NEW.a, NEW.b);
    ${HISTORY}`,
  // One activation may be recorded by its checkpoint alone, without a tail entry: then n is the last entry's plus one.
  checkpoint: `
    ${removeTask("NEW.c")}
    ${REQUIRE_OPEN}
    ${refuseIf(`NEW.n NOT BETWEEN 1 AND 1 + ${LAST}`, `'checkpoint ' || NEW.n || ' is ahead of the tail, which ends at ' || ${LAST}`)}
    ${refuseIf("NEW.n < (SELECT n FROM checkpoint WHERE execution = NEW.execution)", "'checkpoint ' || NEW.n || ' is older than the stored one'")}
    DELETE FROM tail WHERE execution = NEW.execution AND n <= NEW.n;
    INSERT INTO checkpoint (execution, n, cost, text) VALUES (NEW.execution, NEW.n, NEW.number, NEW.a)
    ON CONFLICT (execution) DO UPDATE SET n = excluded.n, cost = excluded.cost, text = excluded.text;
    ${HISTORY}`,
  history: `
    ${REQUIRE_KNOWN}
    INSERT INTO history (execution, n, time, text) VALUES (NEW.execution, ${LAST}, NEW.time, NEW.d);`,
  addTimer: `
    ${REQUIRE_OPEN}
    INSERT INTO timer (execution, seq, at, active) VALUES (NEW.execution, NEW.n, NEW.time, ${ACTIVE});`,
  // Fired and cancelled at the same moment, or gone with its closed execution: either way it is gone.
  removeTimer: "DELETE FROM timer WHERE execution = NEW.execution AND seq = NEW.n;",
  addTask: `
    ${REQUIRE_KNOWN}
    INSERT INTO task (row, execution, seq, task, on_crash, attempt, lease, scheduled_time, input)
    VALUES (NEW.d, NEW.execution, NEW.n, NEW.a, NEW.c, NEW.number <> 0, NEW.number, NEW.time, NEW.b);`,
  leaseTask: `
    UPDATE task SET lease = NEW.number, attempt = NEW.time, waiting = 0, crashes = coalesce(NEW.c, crashes)
    WHERE execution = NEW.execution AND seq = NEW.n;
    ${refuseIf("changes() = 0", "'execution ' || NEW.execution || ' has no open task ' || NEW.n")}`,
  taskPolicy: "UPDATE task SET policy = NEW.a WHERE execution = NEW.execution AND seq = NEW.n;",
  retryTask: `
    UPDATE task SET lease = 0, waiting = 0, ready_at = NEW.time WHERE execution = NEW.execution AND seq = NEW.n;
    ${refuseIf("changes() = 0", "'execution ' || NEW.execution || ' has no open task ' || NEW.n")}`,
  awaitTask: `
    UPDATE task SET waiting = 1 WHERE execution = NEW.execution AND seq = NEW.n;
    ${refuseIf("changes() = 0", "'execution ' || NEW.execution || ' has no open task ' || NEW.n")}`,
  beatTask: "UPDATE task SET beat_at = NEW.time, beat_details = NEW.a WHERE execution = NEW.execution AND seq = NEW.n;",
  addDelivery: `
    INSERT INTO eventual_delivery (id, subscription, event, payload, time, attempt, ready_at)
    VALUES (NEW.n, NEW.a, NEW.b, NEW.c, NEW.time, 0, NEW.time);`,
  leaseDelivery: `
    UPDATE eventual_delivery SET lease = NEW.number, crashes = NEW.time WHERE id = NEW.n AND dead_at IS NULL;
    ${NO_DELIVERY}`,
  retryDelivery: `
    UPDATE eventual_delivery SET attempt = NEW.number, ready_at = NEW.time, lease = 0 WHERE id = NEW.n AND dead_at IS NULL;
    ${NO_DELIVERY}`,
  buryDelivery: `
    UPDATE eventual_delivery SET attempt = NEW.number, dead_at = NEW.time, error = NEW.a WHERE id = NEW.n AND dead_at IS NULL;
    ${NO_DELIVERY}`,
  reviveDelivery: `
    UPDATE eventual_delivery SET attempt = 0, ready_at = NEW.time, dead_at = NULL, error = NULL, lease = 0, crashes = 0
    WHERE id = NEW.n AND dead_at IS NOT NULL;
    ${NO_DELIVERY}`,
  removeDelivery: `
    DELETE FROM eventual_delivery WHERE id = NEW.n;
    ${NO_DELIVERY}`,
  addWaiter: `
    ${REQUIRE_OPEN}
    INSERT INTO eventual_waiter (waiter, seq, target, reply) VALUES (NEW.execution, NEW.n, NEW.number, NEW.c);`,
  // Answered already, or given up by its execution: either way it is gone.
  removeWaiter: "DELETE FROM eventual_waiter WHERE waiter = NEW.execution AND seq = NEW.n;",
  // Those that count no longer go with the next one that does.
  noteStart: `
    DELETE FROM eventual_rate WHERE until <= NEW.time;
    INSERT INTO eventual_rate (gate, at, until) VALUES (NEW.a, NEW.time, NEW.number);`,
  removeExecution: `
    ${refuseIf(`NOT EXISTS (SELECT 1 FROM execution WHERE key = NEW.execution AND status NOT IN ${OPEN})`, "'execution ' || NEW.execution || ' is not closed'")}
    ${refuseIf("EXISTS (SELECT 1 FROM task WHERE execution = NEW.execution)", "'execution ' || NEW.execution || ' has open tasks'")}
    DELETE FROM checkpoint WHERE execution = NEW.execution;
    DELETE FROM tail WHERE execution = NEW.execution;
    DELETE FROM timer WHERE execution = NEW.execution;
    DELETE FROM inbox WHERE execution = NEW.execution;
    DELETE FROM log WHERE execution = NEW.execution;
    DELETE FROM history WHERE execution = NEW.execution;
    DELETE FROM child WHERE parent = NEW.execution;
    DELETE FROM child WHERE execution = NEW.execution
      AND parent = (SELECT json_extract(parent, '$.key') FROM execution WHERE key = NEW.execution);
    DELETE FROM execution WHERE key = NEW.execution;`,
  putSchedule: `
    INSERT INTO eventual_schedule (name, row) VALUES (NEW.a, NEW.b)
    ON CONFLICT (name) DO UPDATE SET row = excluded.row;`,
  removeSchedule: "DELETE FROM eventual_schedule WHERE name = NEW.a;",
  undeclare: "DELETE FROM eventual_declaration WHERE program = NEW.a;",
  declare: "INSERT INTO eventual_declaration (program, declared) VALUES (NEW.a, NEW.b);",
  removeTask: removeTask("NEW.n"),
  cancelTask: "DELETE FROM task WHERE execution = NEW.execution AND seq = NEW.n;",
  completeTask: `
    ${removeTask("NEW.n")}
    INSERT INTO inbox (id, execution, active, event) SELECT NEW.d, NEW.execution, status = 'IN_PROGRESS', NEW.a
    FROM execution WHERE key = NEW.execution AND status IN ${OPEN};
    INSERT INTO log (id, execution, time, level, text) SELECT NEW.number, NEW.execution, NEW.time, NEW.c, NEW.b
    FROM execution WHERE key = NEW.execution AND status NOT IN ${OPEN};`,
  addInbox: `
    ${REQUIRE_OPEN}
    INSERT OR IGNORE INTO eventual_signal (execution, id) SELECT NEW.execution, NEW.b WHERE NEW.b IS NOT NULL;
    INSERT INTO inbox (id, execution, active, event, control)
    SELECT NEW.n, NEW.execution, NEW.number = 1 OR ${ACTIVE}, NEW.a, NEW.number
    WHERE NEW.b IS NULL OR changes() = 1;`,
  removeInbox: `
    DELETE FROM inbox WHERE id = NEW.n;
    ${refuseIf("changes() = 0", "'there is no inbox entry ' || NEW.n")}`,
  log: `
    ${REQUIRE_KNOWN}
    INSERT INTO log (id, execution, time, level, text) VALUES (NEW.n, NEW.execution, NEW.time, NEW.a, NEW.b);`,
  clock: "UPDATE meta SET value = max(value, NEW.time) WHERE name = 'clock';",
};

/** The kinds of which a step is made, and a short life. */
const FREQUENT: ReadonlySet<string> = new Set<keyof typeof KIND>(["tail", "addTask", "create", "close"]);

/** Makes the views and their triggers, for this connection only. */
export async function createProcedures(connection: Connection): Promise<void> {
  const names = Object.keys(KIND) as (keyof typeof KIND)[];
  const view = (name: string): string =>
    `CREATE TEMP VIEW ${name} (${COLUMNS.join(", ")}) AS SELECT ${COLUMNS.map(() => "NULL").join(", ")};`;
  const frequent = names.filter((name) => FREQUENT.has(name)).map((name) => KIND[name]);
  const triggers = names.map((name) => {
    const owner = FREQUENT.has(name) ? "change" : "rare_change";
    return `CREATE TEMP TRIGGER change_${name} INSTEAD OF INSERT ON ${owner} WHEN NEW.kind = ${KIND[name]} BEGIN ${BODIES[name]} END;`;
  });
  const others = `
    CREATE TEMP TRIGGER change_others INSTEAD OF INSERT ON change WHEN NEW.kind NOT IN (${frequent.join(", ")}) BEGIN
      INSERT INTO rare_change VALUES (${COLUMNS.map((column) => `NEW.${column}`).join(", ")});
    END;`;
  await connection.exec([view("change"), view("rare_change"), ...triggers, others].join("\n"));
}

/** The statement that applies up to `rows` changes; those whose parameters are not bound do nothing. */
export function changeStatement(rows: number): string {
  const row = `(${COLUMNS.map(() => "?").join(", ")})`;
  return `INSERT INTO change VALUES ${Array(rows).fill(row).join(", ")}`;
}

function refuseIf(condition: string, message: string): string {
  return `SELECT RAISE(ABORT, ${message}) WHERE ${condition};`;
}

/**
 * One engine per database file.
 *
 * The lock is the write lock of a second, tiny SQLite database beside the file (`<db>-lock`), held by a transaction
 * that never ends. The operating system drops it with the process, also after kill -9: a lock cannot be left behind.
 * The file itself stays (removing it would let two processes lock two different files of that name).
 * It is not an exclusive lock, so that another process can read who holds it.
 */
import { Fault } from "../../protocol/fault.js";
import type { Connect, Connection } from "./driver.js";
import { faultOf } from "./faults.js";
import { numberOf } from "./rows.js";

/** How long a newcomer waits for an engine that is just starting or going away. */
const WAIT_MS = 250;

/** How often a name is written again; the lock itself is safe without it. */
const ATTEMPTS = 3;

export interface Lock {
  /** Lets another engine open the file. */
  release(): Promise<void>;
}

/**
 * Takes the lock of the database at `path`.
 * Throws Fault EV6006 when another engine (in this or any other process) has it, EV6007 when the lock file is damaged.
 */
export async function acquireLock(path: string, connect: Connect): Promise<Lock> {
  const file = `${path}-lock`;
  const connection = await connect(file, "create");
  try {
    await hold(connection);
  } catch (error) {
    const holder = await readHolder(connection);
    await connection.close();
    throw refusal(faultOf(error, file), path, file, holder);
  }
  return { release: () => connection.close() };
}

/**
 * The name of the holder must be committed to be readable, so the lock is taken, let go and taken again. Whoever came
 * between has written its own name: then once more. Which of them ends up with the lock does not matter.
 */
async function hold(connection: Connection): Promise<void> {
  await connection.exec(`
    PRAGMA busy_timeout = ${WAIT_MS};
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS holder (process INTEGER NOT NULL);`);
  for (let attempt = 0; attempt < ATTEMPTS && (await readHolder(connection)) !== process.pid; attempt++) {
    await connection.exec(`DELETE FROM holder; INSERT INTO holder VALUES (${process.pid}); COMMIT; BEGIN IMMEDIATE;`);
  }
}

async function readHolder(connection: Connection): Promise<number | undefined> {
  try {
    const statement = await connection.prepare("SELECT process FROM holder");
    const [row] = await statement.all();
    return row && numberOf(row, "process");
  } catch {
    // The message does without the number: the refusal itself is what matters.
    return undefined;
  }
}

function refusal(fault: Fault, path: string, file: string, holder: number | undefined): Fault {
  if (fault.code === "EV6010") {
    const who = holder === undefined ? "" : ` (process ${holder === process.pid ? `${holder}, this one` : holder})`;
    return new Fault("EV6006", `the database is in use by another engine${who}`, {
      place: path,
      remedy: "Stop that engine first, or talk to it with `eventual start`, `signal`, `list` and `show`.",
      cause: fault,
    });
  }
  if (fault.code === "EV6003" || fault.code === "EV6004") {
    return new Fault("EV6007", "the lock file beside the database is damaged", {
      place: file,
      remedy: "Make sure that no engine runs on this database, then delete the lock file: it holds no data.",
      cause: fault,
    });
  }
  return fault;
}

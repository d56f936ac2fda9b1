/**
 * Looks at a file before anything is written to it: is it empty, a database of Eventual, which version, whole?
 * Works on a read-only connection of its own, so that even a damaged file stays byte for byte what it is. The one
 * exception is a write that was cut off before there was a write-ahead log: SQLite has to undo it before it can read.
 */
import { open, stat } from "node:fs/promises";
import { Fault } from "../../protocol/fault.js";
import { isMissingFile } from "../../protocol/missing.js";
import type { Connect, Connection } from "./driver.js";
import { APPLICATION_ID, MIGRATIONS, newerFault } from "./migrations.js";
import { numberOf, textOf } from "./rows.js";

const HEADER_BYTES = 100;

/**
 * The layout version of the database at `path`: 0 when the file is missing or holds nothing yet.
 * Only called by the holder of the file's lock. Throws Fault EV6003 (not ours), EV6004 (damaged), EV6005 (newer).
 */
export async function inspect(path: string, verify: "header" | "quick", connect: Connect): Promise<number> {
  if ((await sizeOf(`${path}-journal`)) > 0) await undoUnfinished(path, connect);
  const size = await sizeOf(path);
  const logSize = await sizeOf(`${path}-wal`);
  // SQLite would delete the log, and with it what was committed: the file was moved or emptied without it.
  if (size === 0 && logSize > 0)
    throw damaged(path, "the file is missing or empty, but its write-ahead log (-wal) is there");
  if (size === 0) return 0;
  await checkLength(path, size, logSize);
  if (logSize > 0) await checkLog(`${path}-wal`);
  const connection = await connect(path, "read");
  try {
    const version = await checkVersion(connection, path);
    if (verify === "quick") await checkPages(connection, path);
    return version;
  } finally {
    await connection.close();
  }
}

/** Lets SQLite roll back what a killed first start had begun: any read does, on a connection that may write. */
async function undoUnfinished(path: string, connect: Connect): Promise<void> {
  const connection = await connect(path, "create");
  try {
    await rowsOf(connection, "SELECT count(*) FROM sqlite_schema");
  } finally {
    await connection.close();
  }
}

/** The header says how many pages there are; only a write-ahead log may hold some that the file lacks. */
async function checkLength(path: string, size: number, logSize: number): Promise<void> {
  if (size < HEADER_BYTES) throw notOurs(path, "it is too short");
  const header = await readHeader(path);
  if (header.toString("latin1", 0, 15) !== "SQLite format 3") throw notOurs(path, "it is not an SQLite file");
  const stored = header.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const expected = pageSize * header.readUInt32BE(28);
  if (size >= expected || logSize > 0) return;
  throw damaged(path, `it has ${size} bytes of ${expected}`);
}

/** SQLite takes a log that it cannot read for an empty one. Only a log whose start was never written may be that. */
async function checkLog(path: string): Promise<void> {
  const magic = (await readHeader(path)).readUInt32BE(0);
  if (magic === 0 || magic === 0x37_7f_06_82 || magic === 0x37_7f_06_83) return;
  throw damaged(path, "the write-ahead log does not begin like one");
}

async function checkVersion(connection: Connection, path: string): Promise<number> {
  const application = await pragma(connection, "application_id");
  const version = await pragma(connection, "user_version");
  if (application === 0 && version === 0) {
    const [row] = await rowsOf(connection, "SELECT count(*) AS tables FROM sqlite_schema");
    if (numberOf(row, "tables") === 0) return 0;
  }
  if (application !== APPLICATION_ID) throw notOurs(path, "it belongs to another application");
  if (version > MIGRATIONS.length) throw newerFault(version, MIGRATIONS.length, path);
  return version;
}

async function checkPages(connection: Connection, path: string): Promise<void> {
  const [row] = await rowsOf(connection, "PRAGMA quick_check(1)");
  const finding = textOf(row, "quick_check");
  if (finding !== "ok") throw damaged(path, finding.replace(/\s*\n\s*/g, " "));
}

async function pragma(connection: Connection, name: string): Promise<number> {
  const [row] = await rowsOf(connection, `PRAGMA ${name}`);
  return numberOf(row, name);
}

async function rowsOf(connection: Connection, sql: string) {
  const statement = await connection.prepare(sql);
  return statement.all();
}

async function readHeader(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    return header;
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissingFile(error)) return 0;
    throw error;
  }
}

function notOurs(path: string, why: string): Fault {
  return new Fault("EV6003", `the file is not a database of Eventual: ${why}`, {
    place: path,
    remedy: "Give the path of a database that Eventual made, or of a file that does not exist yet.",
  });
}

function damaged(path: string, why: string): Fault {
  return new Fault("EV6004", `the database is damaged: ${why}`, {
    place: path,
    remedy: "Keep the file as it is, restore a backup, or rescue what is left with `sqlite3 FILE .recover`.",
  });
}

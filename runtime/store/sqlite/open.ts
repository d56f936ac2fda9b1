/**
 * Opens a database file as a Store: lock, inspection, migration, settings.
 *
 * O1  Nothing is written to a file before it is known to be a sound database of Eventual, of a version that this
 *     program knows. What is refused is left as it was.
 * O2  The incarnation is durable before the store is handed out.
 */
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../../protocol/fault.js";
import { isMissingFile } from "../../protocol/missing.js";
import type { PayloadCodec } from "../codec.js";
import type { Store } from "../store.js";
import { type Connect, type Connection, connect as connectSqlite3 } from "./driver.js";
import { faultOf } from "./faults.js";
import { inspect } from "./inspect.js";
import { acquireLock, type Lock } from "./lock.js";
import { migrate } from "./migrations.js";
import { createProcedures } from "./procedures.js";
import { numberOf, textOf } from "./rows.js";
import { noteCodec, requireCodec, unsealed } from "./sealing.js";
import { SqliteStore } from "./sqlite-store.js";

export interface StoreOptions {
  /** `full` (default): a commit survives loss of power. `normal`: only the death of the process; the file stays sound. */
  readonly synchronous?: "full" | "normal";
  /** Bound of the page cache of each of the two connections, in bytes. Default 32 MiB. */
  readonly cacheBytes?: number;
  /** How long a commit waits while another program keeps the file locked, in ms. Default 5000. */
  readonly busyTimeout?: number;
  /** `quick`: also read every page of the file at opening (`PRAGMA quick_check`). Default `header`. */
  readonly verify?: "header" | "quick";
  /** What payloads go through on their way into the file. Default: none, they are readable there. */
  readonly codec?: PayloadCodec | undefined;
  /** Another binding of SQLite, or one that fails on purpose. */
  readonly connect?: Connect;
}

/** In the write-ahead log before it is copied into the file: 4,000 pages, 16 MB. */
const WAL_PAGES = 4000;
/** What stays of a write-ahead log that a large commit has blown up. */
const WAL_BYTES = 64 << 20;

/**
 * Opens the database at `path`, made new if it does not exist; `:memory:` for one that lives as long as the store.
 * Throws Fault EV6001–EV6019: missing folder, not a database of Eventual, damaged, newer, in use, not writable.
 */
export async function openStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const connect = options.connect ?? connectSqlite3;
  if (path === ":memory:") return openLocked(path, options, connect, undefined);
  const file = await locate(path);
  const lock = await acquireLock(file, connect);
  try {
    return await openLocked(file, options, connect, lock);
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}

async function openLocked(
  path: string,
  options: StoreOptions,
  connect: Connect,
  lock: Lock | undefined,
): Promise<Store> {
  const version = lock === undefined ? 0 : await inspect(path, options.verify ?? "header", connect);
  const opened: Connection[] = [];
  const open = async (): Promise<Connection> => {
    const connection = await connect(path, "create");
    opened.push(connection);
    return connection;
  };
  try {
    const writer = await open();
    await configure(writer, options);
    await requireWriteAheadLog(writer, path);
    await migrate(writer, version, path);
    await requireCodec(writer, options.codec, path);
    await createProcedures(writer);
    await noteCodec(writer, options.codec);
    const facts = await start(unsealed(writer, options.codec));
    // Reads of their own connection do not wait for the disk; a database in memory belongs to one connection.
    const reader = lock === undefined ? undefined : await open();
    if (reader !== undefined) await configure(reader, options, "PRAGMA query_only = ON;");
    return new SqliteStore({ path, writer, reader, lock, codec: options.codec, ...facts });
  } catch (error) {
    for (const connection of opened) await connection.close().catch(() => undefined);
    throw faultOf(error, path);
  }
}

async function configure(connection: Connection, options: StoreOptions, more = ""): Promise<void> {
  const { synchronous = "full", cacheBytes = 32 << 20, busyTimeout = 5000 } = options;
  await connection.exec(`
    PRAGMA busy_timeout = ${Math.trunc(busyTimeout)};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${synchronous === "normal" ? "NORMAL" : "FULL"};
    PRAGMA wal_autocheckpoint = ${WAL_PAGES};
    PRAGMA journal_size_limit = ${WAL_BYTES};
    PRAGMA cache_size = -${Math.max(64, Math.trunc(cacheBytes / 1024))};
    PRAGMA temp_store = MEMORY;
    ${more}`);
}

/** Some network file systems cannot share the log's index between connections; SQLite then keeps its old journal. */
async function requireWriteAheadLog(connection: Connection, path: string): Promise<void> {
  const statement = await connection.prepare("PRAGMA journal_mode");
  const [row] = await statement.all();
  await statement.finalize();
  const mode = textOf(row, "journal_mode");
  if (mode === "wal" || mode === "memory") return;
  throw new Fault("EV6002", `the file system cannot hold a database with a write-ahead log (journal mode ${mode})`, {
    place: path,
    remedy: "Put the database on a local disk.",
  });
}

/** Begins a new incarnation (O2) and reads where numbering goes on. */
async function start(writer: Connection) {
  await writer.exec("UPDATE meta SET value = value + 1 WHERE name = 'incarnation'");
  const statement = await writer.prepare(`
    SELECT (SELECT value FROM meta WHERE name = 'incarnation') AS incarnation,
      (SELECT value FROM meta WHERE name = 'clock') AS clock,
      (SELECT value FROM secret WHERE name = 'token') AS secret,
      coalesce((SELECT max(key) FROM execution), 0) + 1 AS nextKey,
      coalesce((SELECT max(id) FROM inbox), 0) + 1 AS inbox,
      coalesce((SELECT max(id) FROM log), 0) + 1 AS log,
      coalesce((SELECT max(id) FROM eventual_delivery), 0) + 1 AS delivery,
      coalesce((SELECT max(row) FROM task), 0) + 1 AS task`);
  const [row] = await statement.all();
  await statement.finalize();
  const number = (column: string): number => numberOf(row, column);
  return {
    opened: {
      incarnation: number("incarnation"),
      nextKey: number("nextKey"),
      clock: number("clock"),
      secret: textOf(row, "secret"),
    },
    counters: { inbox: number("inbox"), log: number("log"), task: number("task"), delivery: number("delivery") },
  };
}

/** The absolute path without links, so that one file has one lock whatever it is called by. */
async function locate(path: string): Promise<string> {
  const wanted = resolve(path);
  try {
    const target = await realpath(wanted);
    if ((await stat(target)).isFile()) return target;
  } catch (error) {
    if (!isMissingFile(error)) throw unreachable(wanted, error);
    return join(await folderOf(wanted), basename(wanted));
  }
  throw new Fault("EV6001", "the path of the database is not a file", {
    place: wanted,
    remedy: "Give the path of a file, not of a folder.",
  });
}

async function folderOf(wanted: string): Promise<string> {
  try {
    return await realpath(dirname(wanted));
  } catch (error) {
    if (!isMissingFile(error)) throw unreachable(wanted, error);
    throw new Fault("EV6001", `the folder of the database does not exist: ${dirname(wanted)}`, {
      place: wanted,
      remedy: `Make the folder first (mkdir -p ${dirname(wanted)}), or give another path.`,
      cause: error,
    });
  }
}

function unreachable(wanted: string, cause: unknown): Fault {
  return new Fault(
    "EV6002",
    `the database file cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      place: wanted,
      remedy: "Check that the folder exists and that this user may read and write it.",
      cause,
    },
  );
}

/** The floors: bare `sqlite3` with the engine's settings writes the same texts and numbers, and nothing else happens. */
import { type Connection, connect, type Statement } from "#runtime/store/sqlite/driver.js";
import type { Transaction } from "./engine.js";

/** Columns of a recorded row. */
const COLUMNS = 9;

/** Bytes of the texts and numbers that were bound; a number counts as its decimal digits. */
export function bytesOf(transactions: readonly Transaction[]): number {
  let bytes = 0;
  for (const values of transactions) {
    for (const value of values) if (value !== null) bytes += Buffer.byteLength(String(value));
  }
  return bytes;
}

async function bareDatabase(path: string): Promise<Connection> {
  const bare = await connect(path, "create");
  await bare.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;");
  return bare;
}

/** One row with all bytes of the transaction per transaction. Gives ms per transaction. */
export async function oneRowEach(path: string, transactions: readonly Transaction[]): Promise<number> {
  const bare = await bareDatabase(path);
  await bare.exec("CREATE TABLE floor (bytes)");
  const insert = await bare.prepare("INSERT INTO floor VALUES (?)");
  const texts = transactions.map((values) => values.filter((value) => value !== null).join(" "));
  const start = performance.now();
  for (const text of texts) await insert.run([text]);
  const elapsed = performance.now() - start;
  await bare.close();
  return elapsed / transactions.length;
}

/** The same rows in transactions of the same sizes, into one plain table. Gives ms for all of them. */
export async function sameRows(path: string, transactions: readonly Transaction[]): Promise<number> {
  const bare = await bareDatabase(path);
  const columns = Array.from({ length: COLUMNS }, (_, column) => `c${column}`);
  await bare.exec(`CREATE TABLE floor (${columns.join(", ")})`);
  const statements = new Map<number, Statement>();
  for (const { length } of transactions) {
    if (statements.has(length)) continue;
    const row = `(${columns.map(() => "?").join(", ")})`;
    statements.set(
      length,
      await bare.prepare(
        `INSERT INTO floor VALUES ${Array(length / COLUMNS)
          .fill(row)
          .join(", ")}`,
      ),
    );
  }
  const start = performance.now();
  for (const values of transactions) await statements.get(values.length)?.run(values);
  const elapsed = performance.now() - start;
  await bare.close();
  return elapsed;
}

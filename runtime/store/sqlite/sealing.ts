/**
 * Where the codec sits: texts become bytes on the way into the file and texts again on the way out. In the file a
 * payload that a codec has made is a BLOB, any other a TEXT, so both can lie side by side.
 *
 * Z1  The database remembers that it was opened with a codec, and is not opened without one any more, nor with one
 *     that cannot read it: that is found before any payload is read or written.
 * Z2  A record that the codec refuses is never used.
 */
import { Fault } from "../../protocol/fault.js";
import type { PayloadCodec } from "../codec.js";
import type { Connection, Row, Statement } from "./driver.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a text becomes in the file. */
export type Seal = (text: string) => string | Uint8Array;

/** Undefined without a codec: texts stay texts. */
export function sealWith(codec: PayloadCodec | undefined): Seal | undefined {
  return codec === undefined ? undefined : (text) => codec.encode(Buffer.from(text));
}

/** The text of a sealed value. Throws Fault EV6022 and EV6023. */
export function opened(codec: PayloadCodec, sealed: Uint8Array): string {
  try {
    return utf8.decode(codec.decode(sealed));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("EV6023", `a record cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`, {
      remedy:
        "Open the database with the codec and keys that wrote it; if they are the same, the file was altered: restore a backup.",
      cause,
    });
  }
}

/** The connection as one whose rows hold texts where the file has what the codec made. */
export function unsealed(connection: Connection, codec: PayloadCodec | undefined): Connection {
  if (codec === undefined) return connection;
  return {
    exec: (sql) => connection.exec(sql),
    interrupt: () => connection.interrupt(),
    close: () => connection.close(),
    async prepare(sql) {
      const statement = await connection.prepare(sql);
      const reading: Statement = {
        run: (parameters) => statement.run(parameters),
        finalize: () => statement.finalize(),
        all: async (parameters) => (await statement.all(parameters)).map((row) => openedRow(codec, row)),
      };
      return reading;
    },
  };
}

function openedRow(codec: PayloadCodec, row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value instanceof Uint8Array ? opened(codec, value) : value]),
  );
}

const MARK = "eventual";

/** Checks Z1 on any connection. Throws Fault EV6021, EV6022, EV6023. */
export async function requireCodec(
  connection: Connection,
  codec: PayloadCodec | undefined,
  path: string,
): Promise<void> {
  const [row] = await all(connection, "SELECT value FROM secret WHERE name = 'codec'");
  if (!(row?.value instanceof Uint8Array)) return;
  if (codec === undefined) {
    throw new Fault("EV6021", "the payloads of the database are encoded, and no codec is configured", {
      place: path,
      remedy:
        "Give the keys or the codec with which it was written: the settings `encryption-key-file` and `compress`, or `openRuntime({ codec })`.",
    });
  }
  try {
    if (opened(codec, row.value) === MARK) return;
  } catch (cause) {
    throw cause instanceof Fault
      ? new Fault(cause.code, cause.message, { remedy: cause.remedy, place: path, cause })
      : cause;
  }
  throw new Fault("EV6023", "the database was written with another codec", {
    place: path,
    remedy: "Open it with the codec and keys that wrote it.",
  });
}

/** Notes the codec in the database, and seals the secret of its tokens. */
export async function noteCodec(connection: Connection, codec: PayloadCodec | undefined): Promise<void> {
  if (codec === undefined) return;
  const put = await connection.prepare(
    "INSERT INTO secret VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  try {
    await put.run(["codec", codec.encode(Buffer.from(MARK))]);
    const [token] = await all(connection, "SELECT value FROM secret WHERE name = 'token'");
    const text = token?.value instanceof Uint8Array ? opened(codec, token.value) : token?.value;
    if (typeof text === "string") await put.run(["token", codec.encode(Buffer.from(text))]);
  } finally {
    await put.finalize();
  }
}

async function all(connection: Connection, sql: string): Promise<readonly Row[]> {
  const statement = await connection.prepare(sql);
  try {
    return await statement.all();
  } finally {
    await statement.finalize();
  }
}

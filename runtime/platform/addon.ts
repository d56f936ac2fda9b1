/**
 * Native code out of a packaged executable: the system loads it only from a file.
 *
 * A1  It is loaded from a folder that only this user can write, and only when its bytes have the hash that the
 *     executable lists.
 * A2  A file appears whole or not at all (written beside, then renamed), so processes that start together do no harm.
 * A3  A folder that cannot be used, for whatever reason, is passed over; only when none can is it a failure.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../protocol/fault.js";
import { damagedExecutable, type Part, partBytes, partHash } from "./executable.js";
import { CACHE_VARIABLE, cacheFolders, makePrivateFolder } from "./folders.js";

/**
 * Loads the addon `part` of this executable; gives what it exports.
 * Throws Fault EV4010 when no folder can hold it, EV4011 when the part is not what was packaged.
 */
export function loadAddon(part: Part): unknown {
  const hash = partHash(part);
  if (hash === undefined) throw damagedExecutable(`it has no part ${JSON.stringify(part)}`);
  const failures: string[] = [];
  for (const folder of cacheFolders()) {
    try {
      return load(extract(folder, part, hash));
    } catch (error) {
      if (error instanceof Fault) throw error;
      failures.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Fault("EV4010", `The native part of this executable cannot be loaded. Tried ${failures.join("; ")}`, {
    place: process.execPath,
    remedy: `Set ${CACHE_VARIABLE} to a folder of this user (mode 0700) that can be written and from which code may be loaded.`,
  });
}

function load(file: string): unknown {
  const loaded: { exports: unknown } = { exports: {} };
  process.dlopen(loaded, file);
  return loaded.exports;
}

/** Path of the extracted file, `<folder>/<hash>/<part>`. */
function extract(folder: string, part: Part, hash: string): string {
  makePrivateFolder(folder);
  const own = join(folder, hash);
  makePrivateFolder(own);
  const file = join(own, part);
  if (hashOfFile(file) === hash) return file;
  const bytes = partBytes(part);
  if (sha256(bytes) !== hash) throw damagedExecutable(`its part ${JSON.stringify(part)} has another checksum`);
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o700, flag: "wx", flush: true });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  return file;
}

function hashOfFile(file: string): string | undefined {
  try {
    return sha256(readFileSync(file));
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

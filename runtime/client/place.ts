/**
 * Where an engine's socket is: beside its database, so that whoever knows the database finds the engine.
 *
 * P1  Both sides compute the same path from the same file, whatever links or relative paths they came by.
 * P2  A socket outside the database's folder lies in a folder that only this user can write.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../protocol/fault.js";

/** Longest path of a unix socket that every platform takes (macOS: 104 bytes with the terminator), in bytes. */
const LONGEST_SOCKET_PATH_BYTES = 103;

/**
 * Absolute path of the socket of the engine on the database `file`, whose folder exists. `<file>.sock`, or when that
 * is too long for a socket, a name made from its hash in this user's own folder under the system's temporary one.
 * Throws Fault EV8216 when that folder belongs to somebody else.
 */
export function socketPath(file: string): string {
  const absolute = canonicalPath(file);
  const beside = `${absolute}.sock`;
  if (Buffer.byteLength(beside) <= LONGEST_SOCKET_PATH_BYTES) return beside;
  const hash = createHash("sha256").update(absolute).digest("hex").slice(0, 24);
  return join(privateFolder(), `${hash}.sock`);
}

/** Absolute path with the links resolved; the file itself need not exist. */
export function canonicalPath(file: string): string {
  const absolute = resolve(file);
  try {
    return realpathSync(absolute);
  } catch {
    // A database that is yet to be made: its folder decides.
    return join(realFolder(dirname(absolute)), basename(absolute));
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function privateFolder(): string {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `eventual-${uid}`);
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const found = lstatSync(folder);
  const ours = found.isDirectory() && (uid === -1 || (found.uid === uid && (found.mode & 0o077) === 0));
  if (ours) return folder;
  throw new Fault("EV8216", `The folder for sockets, ${folder}, is not this user's own`, {
    place: folder,
    remedy: "Remove it, give it mode 0700, or use a database in a folder with a shorter path.",
  });
}

/**
 * Folders of this user for files that can be lost: caches and scratch space. Some machines have a file system that
 * cannot be written, a temporary folder from which nothing may be loaded, or no home: so there is a list, tried in order.
 */
import { existsSync, lstatSync, mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";

/** Names the folder to use instead of all others. */
export const CACHE_VARIABLE = "EVENTUAL_CACHE_DIR";

/** Absolute paths, the preferred first; they need not exist. */
export function cacheFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const { XDG_CACHE_HOME, XDG_RUNTIME_DIR, LOCALAPPDATA } = environment;
  const own = `eventual-${userInfo().uid}`;
  const named = environment[CACHE_VARIABLE];
  if (isSet(named)) return [named];
  return [
    ...(isSet(XDG_CACHE_HOME) ? [join(XDG_CACHE_HOME, "eventual")] : []),
    ...(isSet(LOCALAPPDATA) ? [join(LOCALAPPDATA, "eventual", "cache")] : []),
    join(homedir(), ".cache", "eventual"),
    join(tmpdir(), own),
    ...(isSet(XDG_RUNTIME_DIR) ? [join(XDG_RUNTIME_DIR, "eventual")] : []),
    ...(process.platform === "linux" ? [join("/dev/shm", own), join("/var/tmp", own)] : []),
  ];
}

/**
 * Makes `folder` (mode 0700) if it is not there. Throws when it cannot be made, is not a folder, or can be written by
 * somebody else: what is loaded from it would be theirs.
 */
export function makePrivateFolder(folder: string): void {
  make(folder);
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`);
  const { uid } = userInfo();
  if (uid === -1) return;
  if (found.uid !== uid) throw new Error(`${folder} belongs to another user`);
  if ((found.mode & 0o077) !== 0) throw new Error(`${folder} is open to other users (mode 0700 is needed)`);
}

/** Not `recursive`: that never ends on file systems such as /proc, which answer "no such folder" to every mkdir. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) make(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/**
 * A new folder with a name of its own, in the system's temporary one or, where that cannot be written, in a cache
 * folder. Throws what making it in the temporary folder has thrown.
 */
export function makeScratchFolder(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (error) {
    for (const folder of cacheFolders()) {
      try {
        makePrivateFolder(folder);
        return mkdtempSync(join(folder, prefix));
      } catch {
        // The next one; the first error says more than the last.
      }
    }
    throw error;
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

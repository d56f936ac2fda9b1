/**
 * How a backup comes to be at its place: whole, or not at all.
 *
 * U1  The file has its name only once it is written and synced. What a killed process leaves is called `<file>.partial`,
 *     and the next backup to the same place removes it.
 */
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../protocol/fault.js";

/** What a copy is called as long as it is not whole. */
export function partialOf(file: string): string {
  return `${file}.partial`;
}

/** `write` makes the copy at the path that it is given. Throws Fault EV6020 when `file` is there, and what `write` throws. */
export async function writeBackup(file: string, write: (partial: string) => Promise<void>): Promise<void> {
  if (existsSync(file)) {
    throw new Fault("EV6020", "the backup would overwrite a file", {
      place: file,
      remedy: "Give the path of a file that does not exist.",
    });
  }
  const partial = partialOf(file);
  const remove = async (): Promise<void> => {
    for (const path of [partial, `${partial}-journal`]) await rm(path, { force: true });
  };
  try {
    await remove();
    await write(partial);
    await sync(partial);
    await rename(partial, file);
    await sync(dirname(file));
  } catch (error) {
    // What failed first is what counts; the rest of a copy has a name that says what it is.
    await remove().catch(() => undefined);
    throw notWritten(file, error);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The place of the trouble is the copy's, not the database's. */
function notWritten(file: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault(cause instanceof Fault ? cause.code : "EV6002", `the backup could not be written: ${why}`, {
    place: file,
    remedy: "Check that its folder exists, may be written and has room; the database itself is as it was.",
    cause,
  });
}

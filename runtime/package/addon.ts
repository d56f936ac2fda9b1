/** SQLite's native addon for a target: this installation's own, or a file that the caller has. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Fault } from "../protocol/fault.js";
import { targetOfImage } from "./image.js";
import { isHere, type Target } from "./target.js";

/** Where `sqlite3` keeps what it has built or fetched. */
const BUILT = "build/Release/node_sqlite3.node";

/**
 * The addon's bytes. The package `sqlite3` comes with no builds for other systems, so for them `file` is needed.
 * Throws Fault EV4003 when there is none or it was made for another system.
 */
export async function sqliteAddon(target: Target, file: string | undefined): Promise<Buffer> {
  if (file === undefined && !isHere(target)) {
    throw new Fault("EV4003", `This installation has no SQLite addon for ${target}`, {
      remedy: `Give one with --addon FILE: \`npm install sqlite3\` on such a machine leaves it in sqlite3/${BUILT}.`,
    });
  }
  const place = file ?? join(dirname(createRequire(import.meta.url).resolve("sqlite3/package.json")), BUILT);
  const bytes = await read(place);
  const made = targetOfImage(bytes);
  if (made === target) return bytes;
  throw new Fault("EV4003", `The SQLite addon was made for ${made ?? "another system"}, not for ${target}`, {
    place,
    remedy: `Give the file that \`npm install sqlite3\` makes on a machine of kind ${target}.`,
  });
}

async function read(place: string): Promise<Buffer> {
  try {
    return await readFile(place);
  } catch (cause) {
    throw new Fault("EV4003", `The SQLite addon cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      place,
      remedy: "Check the path; without --addon, install Eventual again with its install scripts allowed.",
      cause,
    });
  }
}

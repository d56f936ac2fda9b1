/**
 * What a packaged executable carries in itself: the parts that an installation has as files beside its modules.
 *
 * X1  Each part is listed with its SHA-256 in the part `parts`, so that what leaves the executable can be checked.
 * X2  In an installation nothing here is used: `isExecutable` is false, and the callers read their own files.
 */
import { getAsset, isSea } from "node:sea";
import { Fault } from "../protocol/fault.js";

/** The list of the others: a line each, `<sha256>  <name>`. */
export const PARTS = "parts";

/** `version` is that of Eventual; `program` is there only when the executable was made for one; `name` is its file's. */
export type Part =
  | "version"
  | "guest.js"
  | "guest.image"
  | "quickjs.wasm"
  | "sandbox-thread.js"
  | "task-thread.js"
  | "sqlite3.node"
  | "dashboard.html"
  | "dashboard.js"
  | "dashboard.css"
  | "dashboard.svg"
  | "program.evp"
  | "program-name";

/** True in a packaged executable, on every thread of it. */
export const isExecutable = isSea();

let listed: ReadonlyMap<string, string> | undefined;

/** SHA-256 of a part, as hex; undefined for a part that this executable does not have. */
export function partHash(name: Part): string | undefined {
  listed ??= new Map(
    getAsset(PARTS, "utf8")
      .split("\n")
      .flatMap((line): [string, string][] => {
        const [hash, part] = line.split("  ");
        return hash === undefined || part === undefined ? [] : [[part, hash]];
      }),
  );
  return listed.get(name);
}

/** A part as text. Throws Fault EV4011 when it is missing. */
export function partText(name: Part): string {
  requirePart(name);
  return getAsset(name, "utf8");
}

/** A part as bytes, a copy. Throws Fault EV4011 when it is missing. */
export function partBytes(name: Part): Uint8Array {
  requirePart(name);
  return new Uint8Array(getAsset(name));
}

function requirePart(name: Part): void {
  if (partHash(name) !== undefined) return;
  throw damagedExecutable(`it has no part ${JSON.stringify(name)}`);
}

/** The Fault of an executable that is not what was packaged. */
export function damagedExecutable(why: string): Fault {
  return new Fault("EV4011", `This executable is damaged: ${why}`, {
    place: process.execPath,
    remedy: "Copy the file again and compare its checksum, or package the program again.",
  });
}

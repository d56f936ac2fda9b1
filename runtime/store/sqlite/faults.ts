/**
 * SQLite's result codes as Faults: what happened, on which file, what to do. The one table of them.
 */
import { Fault, type FaultCode } from "../../protocol/fault.js";

interface Description {
  readonly code: FaultCode;
  readonly message: string;
  readonly remedy: string;
}

const BUSY: Description = {
  code: "EV6010",
  message: "another program keeps the database locked",
  remedy: "Close other programs that write to the file (a database browser, a backup) and try again.",
};
const READONLY: Description = {
  code: "EV6008",
  message: "the database cannot be written",
  remedy: "Give this user the right to write the file and its folder, or choose another file.",
};
const OTHER: Description = {
  code: "EV6019",
  message: "the database refused a statement of Eventual",
  remedy: "This is a defect of Eventual: please report it with the text of the error.",
};
const TOO_BIG: Description = {
  code: "EV6015",
  message: "a text is too large to be stored (the limit is 1 GB)",
  remedy: "Keep large data in files or an object store and pass a reference to it.",
};

/** By primary result code: https://www.sqlite.org/rescode.html */
const DESCRIPTIONS: ReadonlyMap<number, Description> = new Map([
  [3, READONLY],
  [5, BUSY],
  [6, BUSY],
  [
    7,
    {
      code: "EV6018",
      message: "there is not enough memory for a database operation",
      remedy: "Give the process more memory, or store smaller values.",
    },
  ],
  [8, READONLY],
  [
    10,
    {
      code: "EV6011",
      message: "the disk reported an error",
      remedy: "Check the disk and the system's log, then restart the engine: what was acknowledged is in the file.",
    },
  ],
  [
    11,
    {
      code: "EV6004",
      message: "the database is damaged",
      remedy: "Keep the file as it is, restore a backup, or rescue what is left with `sqlite3 FILE .recover`.",
    },
  ],
  [
    13,
    {
      code: "EV6009",
      message: "the disk is full",
      remedy: "Free space on the volume of the database; nothing acknowledged was lost.",
    },
  ],
  [
    14,
    {
      code: "EV6002",
      message: "the database file cannot be opened",
      remedy: "Check that the folder exists and that this user may read and write it.",
    },
  ],
  [18, TOO_BIG],
  [
    19,
    {
      code: "EV6014",
      message: "a write contradicts the stored state",
      remedy: "Nothing of the commit was stored: load the execution again and go on from there.",
    },
  ],
  [
    26,
    {
      code: "EV6003",
      message: "the file is not a database",
      remedy: "Give the path of a database that Eventual made, or of a file that does not exist yet.",
    },
  ],
]);

/** The Fault for an error of SQLite on the database at `path`. A Fault stays what it is. */
export function faultOf(error: unknown, path: string): Fault {
  if (error instanceof Fault) return error;
  const { code, message, remedy } = DESCRIPTIONS.get(resultCode(error)) ?? OTHER;
  const detail = error instanceof Error ? error.message : String(error);
  return new Fault(code, `${message}: ${detail}`, { place: path, remedy, cause: error });
}

function resultCode(error: unknown): number {
  if (typeof error !== "object" || error === null || !("errno" in error)) return 0;
  return typeof error.errno === "number" ? error.errno & 0xff : 0;
}

/** A write contradicts what is stored (T2): the commit is wrong, the store is fine. */
export function isContradiction(fault: Fault): boolean {
  return fault.code === "EV6014";
}

/** The file or the disk can no longer be trusted: whoever goes on writing may lose what was acknowledged. */
export function isFatal(fault: Fault): boolean {
  return fault.code === "EV6011" || fault.code === "EV6004" || fault.code === "EV6003";
}

/** The store, not the commit, is the reason: trying the next commit of a group would fail for the same reason. */
export function isOfEnvironment(fault: Fault): boolean {
  return isFatal(fault) || ["EV6002", "EV6008", "EV6010", "EV6012", "EV6013"].includes(fault.code);
}

/** Which database a command means. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { Fault } from "../protocol/fault.js";

/** The database of `eventual run` when none is named: `reminder.db` beside `reminder.evp`. */
export function databaseBeside(programFile: string): string {
  const extension = extname(programFile);
  return `${extension === "" ? programFile : programFile.slice(0, -extension.length)}.db`;
}

/** The database that `--db` or EVENTUAL_DB names. Throws Fault EV8208 when neither does. */
export function namedDatabase(option: string | undefined): string {
  const named = option ?? process.env.EVENTUAL_DB;
  if (named !== undefined && named !== "") return named;
  throw new Fault("EV8208", "No database is named", {
    remedy: "Add --db FILE, or set EVENTUAL_DB to its path.",
  });
}

/** Throws Fault EV8209 when there is no file: commands that only look or send make no database. */
export function mustExist(file: string): void {
  if (existsSync(file)) return;
  throw new Fault("EV8209", "There is no such database", {
    place: file,
    remedy: "Check the path; `eventual run` and `eventual serve` make a database, the other commands do not.",
  });
}

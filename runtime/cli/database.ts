/** Which database a command means. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { Fault } from "../protocol/fault.js";
import { commandName, hasProgram } from "./application.js";

/** The database of `run` when none is named: `reminder.db` beside `reminder.evp`, or an application's own. */
export function databaseOfRun(programFile: string | undefined): string {
  if (programFile === undefined) return namedDatabase(undefined);
  const extension = extname(programFile);
  return `${extension === "" ? programFile : programFile.slice(0, -extension.length)}.db`;
}

/**
 * The database that the setting `db` names, or in an application's executable the one in the current folder.
 * Throws Fault EV8208 when there is none.
 */
export function namedDatabase(named: string | undefined): string {
  if (named !== undefined && named !== "") return named;
  if (hasProgram) return `${commandName}.db`;
  throw new Fault("EV8208", "No database is named", {
    remedy: "Add --db FILE, set EVENTUAL_DB to its path, or give it in a configuration file.",
  });
}

/** Throws Fault EV8209 when there is no file: commands that only look or send, and bring no program, make no database. */
export function mustExist(file: string): void {
  if (existsSync(file)) return;
  throw new Fault("EV8209", "There is no such database", {
    place: file,
    remedy:
      "Check the path; `eventual serve`, `run`, `deploy` and `start --program` make a database, other commands do not.",
  });
}

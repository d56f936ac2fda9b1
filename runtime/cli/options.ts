/** Small things about options that several commands need. */
import type { Argv } from "yargs";
import { Fault } from "../protocol/fault.js";

/** The fields that have a value: an option that was not given is left out, not set to undefined. */
export function present<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> };
export function present(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** A number of things as typed. Throws Fault EV8208 for what is not one. */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Fault("EV8208", `${option} ${JSON.stringify(text)} is not a whole number`, {
    remedy: `Give digits only, such as ${option} 100.`,
  });
}

/** The options of every command that talks to an engine or works on its file. */
export function withDatabase<T>(command: Argv<T>) {
  return command
    .option("db", { type: "string", requiresArg: true, describe: "Database file (or set EVENTUAL_DB)" })
    .option("json", { type: "boolean", default: false, describe: "Print JSON" });
}

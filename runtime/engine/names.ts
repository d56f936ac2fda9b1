/** Names that people give: of executions and signals (semantics §4, idempotent start). */
import { toUSVString } from "node:util";
import type { Fault } from "../protocol/fault.js";
import { badName } from "./faults.js";

/** Fault EV8003 for a name that is empty, longer than `limit` UTF-16 units, or holds control characters. */
export function nameFault(what: string, name: string, limit: number): Fault | undefined {
  if (name === "") return badName(what, name, "it is empty");
  if (name.length > limit) return badName(what, name, `it is longer than ${limit} characters`);
  if (/\p{Cc}/u.test(name)) return badName(what, name, "it has control characters");
  if (toUSVString(name) !== name) return badName(what, name, "it has half of a surrogate pair");
  return undefined;
}

/** Throws what `nameFault` gives. */
export function checkName(what: string, name: string, limit: number): void {
  const fault = nameFault(what, name, limit);
  if (fault !== undefined) throw fault;
}

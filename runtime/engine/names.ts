/** Names that people give: of executions and signals (semantics §4, idempotent start). */
import { toUSVString } from "node:util";
import { badName } from "./faults.js";

/** Throws Fault EV8003 for a name that is empty, longer than `limit` UTF-16 units, or holds control characters. */
export function checkName(what: string, name: string, limit: number): void {
  if (name === "") throw badName(what, name, "it is empty");
  if (name.length > limit) throw badName(what, name, `it is longer than ${limit} characters`);
  if (/\p{Cc}/u.test(name)) throw badName(what, name, "it has control characters");
  if (toUSVString(name) !== name) throw badName(what, name, "it has half of a surrogate pair");
}

/** ulid and nanoid: identifiers from the execution's own clock and randomness, the same however it is run. */
import { duration, workflow } from "eventual";
import { customAlphabet, nanoid } from "nanoid";
import { decodeTime, isValid, monotonicFactory, ulid } from "ulid";
import { show } from "../cases/support/show";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const next = monotonicFactory();
  const short = customAlphabet("abc", 8);
  const made = [ulid(), next(), next(), nanoid(), short()];
  trace.push(show(made), show(made.slice(0, 3).every((id) => isValid(id))));
  await duration(1, "day");
  const later = [next(), next(), ulid(), nanoid(10), short()];
  trace.push(show(later), show(later[0] === undefined ? 0 : decodeTime(later[0]) - decodeTime(made[1] as string)));
  trace.push(show((made[1] as string) < (later[0] as string)), show(new Set([...made, ...later]).size));
  return trace;
});

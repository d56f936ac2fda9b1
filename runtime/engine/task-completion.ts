/** Completing a task from outside, by the token that its handler was given. */
import type { Outcome } from "../protocol/value.js";
import { alreadyCompleted, badToken } from "./faults.js";
import type { Parts } from "./parts.js";
import { readTaskToken, type TaskTokenSubject } from "./task-tokens.js";

type CompletionParts = Pick<Parts, "store" | "feed">;

/** What a token stands for. Throws Fault EV8014 for a token that is not this database's. */
export function subjectOf({ store }: CompletionParts, token: string): TaskTokenSubject {
  const subject = readTaskToken(store.opened.secret, token);
  if (subject === undefined) throw badToken();
  return subject;
}

/** Durable when it resolves. Throws Fault EV8014 and EV8015: see Engine.completeTask. */
export async function completeTask(parts: CompletionParts, token: string, outcome: Outcome): Promise<void> {
  if ((await parts.feed.complete(subjectOf(parts, token), outcome)) === "unknown") throw alreadyCompleted();
}

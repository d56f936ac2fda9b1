/** Completing a task from outside, or trying it again: by the token that its handler was given, or by its place in its execution. */
import type { Outcome } from "../protocol/value.js";
import type { TaskCallRef } from "./engine.js";
import { alreadyCompleted, badToken, notResting, unknownExecution } from "./faults.js";
import type { Parts } from "./parts.js";
import { readTaskToken, type TaskTokenSubject } from "./task-tokens.js";

type CompletionParts = Pick<Parts, "store" | "feed" | "intake">;

/** What a token stands for. Throws Fault EV8014 for a token that is not this database's. */
export function subjectOf({ store }: Pick<Parts, "store">, token: string): TaskTokenSubject {
  const subject = readTaskToken(store.opened.secret, token);
  if (subject === undefined) throw badToken();
  return subject;
}

/** Durable when it resolves. Throws Fault EV8004, EV8014, EV8015 and EV8021: see Engine.completeTask. */
export async function completeTask(
  parts: CompletionParts,
  task: string | TaskCallRef,
  outcome: Outcome,
): Promise<void> {
  parts.intake.check("The outcome", (outcome.ok ? outcome.value : outcome.error).length);
  const subject = typeof task === "string" ? subjectOf(parts, task) : await presentAttempt(parts, task);
  if (subject === undefined || (await parts.feed.endings.complete(subject, outcome)) === "unknown")
    throw alreadyCompleted();
}

/** Durable when it resolves. Throws Fault EV8004 and EV8030: see Engine.retryTask. */
export async function retryTask(parts: CompletionParts, call: TaskCallRef): Promise<void> {
  const subject = await presentAttempt(parts, call);
  if (subject === undefined || !(await parts.feed.retryNow(subject))) throw notResting(call.execution, call.seq);
}

/** The row of a call; undefined when it is completed. Throws Fault EV8004 for an unknown execution. */
export async function presentAttempt({ store }: Pick<Parts, "store">, { execution, seq }: TaskCallRef) {
  const row = await store.findExecution(execution);
  if (row === undefined) throw unknownExecution(execution);
  return await store.findTask(row.key, seq);
}

/** Queries: the committed state is asked in a visit. */
import type { Command } from "../protocol/command.js";
import { isClosed } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import { refused } from "./failures.js";
import { notAsked } from "./faults.js";
import type { Parts } from "./parts.js";
import { storedState, visit } from "./visit.js";

type Asked = Pick<Parts, "store" | "programs" | "sandbox" | "time">;

/** The answers to the queries among `commands`, by number of the operation. */
export async function answersTo(commands: readonly Command[], parts: Asked): Promise<ReadonlyMap<number, Outcome>> {
  const answers = new Map<number, Outcome>();
  for (const command of commands) {
    if (command.kind !== "ask" || command.question.kind !== "query") continue;
    const { execution, seq, question } = command;
    try {
      answers.set(seq, await queryExecution(parts, execution, question.query, question.input));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      answers.set(seq, refused(error));
    }
  }
  return answers;
}

/** The query's answer, or the error that its handler threw. Throws Fault EV8004 and EV8018: see Engine.query. */
export async function queryExecution(
  parts: Asked,
  executionId: string,
  query: string,
  input: Encoded,
): Promise<Outcome> {
  const stored = await storedState(parts, executionId);
  const { checkpoint, tail, row } = stored;
  if (isClosed(row.status) && checkpoint === undefined && tail.length === 0) {
    throw notAsked(executionId, "it is closed, and its state was not kept because its program defines no queries");
  }
  const reply = await visit(parts, stored, { events: [{ kind: "query", query, input }], write: false });
  if (reply?.kind === "suspend") throw notAsked(executionId, reply.reason.message);
  const answer = reply?.kind === "done" ? reply.commands.find((command) => command.kind === "answer") : undefined;
  if (answer === undefined) throw notAsked(executionId, "its sandbox was lost; try again");
  return answer.outcome;
}

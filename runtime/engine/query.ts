/** Queries: the committed state is asked in a visit. */
import type { Command } from "../protocol/command.js";
import { isClosed } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { ExecutionRow, StoredExecution } from "../store/store.js";
import { refused } from "./failures.js";
import { notAsked } from "./faults.js";
import type { Parts } from "./parts.js";
import { storedState, visit } from "./visit.js";

type Asked = Pick<Parts, "store" | "programs" | "sandbox" | "time">;

/**
 * The answers to the queries among `commands` of the execution `asking`, by number of the operation. One that the same
 * commands have started, and the asking one before its first commit, answer as they begin: with their modules as new.
 */
export async function answersTo(
  commands: readonly Command[],
  asking: ExecutionRow,
  parts: Asked,
): Promise<ReadonlyMap<number, Outcome>> {
  const answers = new Map<number, Outcome>();
  const beginning = new Set([asking.id]);
  for (const command of commands) {
    if (command.kind === "child" || command.kind === "start") beginning.add(`${command.workflow}/${command.name}`);
    if (command.kind !== "ask" || command.question.kind !== "query") continue;
    const { execution, seq, question } = command;
    try {
      const stored =
        beginning.has(execution) && (await parts.store.findExecution(execution)) === undefined
          ? { row: { ...asking, id: execution }, checkpoint: undefined, tail: [] }
          : await storedState(parts, execution);
      answers.set(seq, await answerOf(parts, stored, question.query, question.input));
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
  return await answerOf(parts, await storedState(parts, executionId), query, input);
}

async function answerOf(
  parts: Asked,
  stored: Pick<StoredExecution, "row" | "checkpoint" | "tail">,
  query: string,
  input: Encoded,
): Promise<Outcome> {
  const { checkpoint, tail, row } = stored;
  if (isClosed(row.status) && checkpoint === undefined && tail.length === 0) {
    throw notAsked(row.id, "it is closed, and its state was not kept because its program defines no queries");
  }
  const reply = await visit(parts, stored, { events: [{ kind: "query", query, input }], write: false });
  if (reply?.kind === "suspend") throw notAsked(row.id, reply.reason.message);
  const answer = reply?.kind === "done" ? reply.commands.find((command) => command.kind === "answer") : undefined;
  if (answer === undefined) throw notAsked(row.id, "its sandbox was lost; try again");
  return answer.outcome;
}

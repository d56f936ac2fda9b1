/**
 * Queries: the committed state is brought up in an instance of its own, asked, and thrown away. The execution itself
 * is not touched.
 */
import { isClosed } from "../protocol/execution.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import { notAsked, unknownExecution } from "./faults.js";
import type { Parts } from "./parts.js";

/** Unlike any execution's id, whose names have no control characters. Not NUL, where strings end on their way into the sandbox. */
const INSTANCE_SUFFIX = "\u007fquery";
let asked = 0;

/** The query's answer, or the error that its handler threw. Throws Fault EV8004 and EV8018: see Engine.query. */
export async function queryExecution(
  { store, programs, sandbox, time }: Pick<Parts, "store" | "programs" | "sandbox" | "time">,
  executionId: string,
  query: string,
  input: Encoded,
): Promise<Outcome> {
  const row = await store.findExecution(executionId);
  const stored = row && (await store.loadExecution(row.key));
  if (stored === undefined) throw unknownExecution(executionId);
  const { checkpoint, tail, row: found } = stored;
  if (isClosed(found.status) && checkpoint === undefined && tail.length === 0) {
    throw notAsked(executionId, "it is closed, and its state was not kept because its program defines no queries");
  }
  await programs.guest(found.program);
  const request = {
    execution: `${executionId}${INSTANCE_SUFFIX}${asked++}`,
    program: found.program,
    bring: { checkpoint: checkpoint?.text ?? null, tail },
    now: time.now(),
    events: [{ kind: "query", query, input } as const],
    write: false,
    drop: true,
  };
  const [reply] = await sandbox.activate([request]);
  if (reply?.kind === "suspend") throw notAsked(executionId, reply.reason.message);
  const answer = reply?.kind === "done" ? reply.commands.find((command) => command.kind === "answer") : undefined;
  if (answer === undefined) throw notAsked(executionId, "its sandbox was lost; try again");
  return answer.outcome;
}

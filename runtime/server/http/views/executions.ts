/** Rows of the engine as resources of the API. */
import type { ExecutionSummary, LogLineRow } from "../../../client/operations.js";
import type { Answer, Execution, ExecutionDetails, ListedExecution, LogLine } from "../../../client/resources.js";
import { type Encoded, type Outcome, toDisplay } from "../../../protocol/value.js";

/** An execution as JSON. */
export function executionResource(row: ExecutionSummary): Execution {
  const { id, workflow, program, status, input, outcome, reason, startTime, endTime } = row;
  return {
    id,
    workflow,
    program,
    status,
    input: json(input),
    ...(outcome === undefined ? {} : outcome.ok ? { result: json(outcome.value) } : { error: json(outcome.error) }),
    ...(reason === undefined ? {} : { reason }),
    startTime: iso(startTime),
    ...(endTime === undefined ? {} : { endTime: iso(endTime) }),
  };
}

/** A row of a list as JSON. */
export function listedResource({ omitted, ...row }: ExecutionSummary): ListedExecution {
  if (omitted === undefined) return executionResource(row);
  const { input, result, error, ...rest } = executionResource(row);
  return {
    ...rest,
    ...(omitted.includes("input") ? {} : { input }),
    ...(omitted.includes("outcome")
      ? {}
      : { ...(result !== undefined && { result }), ...(error !== undefined && { error }) }),
    omitted: [...omitted],
  };
}

/** The same with the sizes of what is stored, in bytes. */
export function detailsResource(
  row: ExecutionSummary & {
    readonly checkpointBytes: number;
    readonly tailBytes: number;
    readonly parent?: { readonly id: string };
  },
): ExecutionDetails {
  const { checkpointBytes, tailBytes, parent } = row;
  return { ...executionResource(row), ...(parent && { parent: parent.id }), checkpointBytes, tailBytes };
}

/** What a handler returned or threw. */
export function answerResource(outcome: Outcome): Answer {
  return outcome.ok ? { result: json(outcome.value) } : { error: json(outcome.error) };
}

/** A line of a log as JSON. */
export function logResource({ id, time, level, text }: LogLineRow): LogLine {
  return { id, time: iso(time), level, text };
}

/** ms since the epoch as ISO 8601. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** A stored value as plain JSON. */
export function json(value: Encoded): Execution["input"] {
  // Through its text: what `toDisplay` gives is made for JSON.
  const text = JSON.stringify(toDisplay(value) ?? null);
  return JSON.parse(text) as Execution["input"];
}

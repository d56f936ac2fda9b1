/** Executions as text for people and as JSON for scripts. */
import type { ExecutionDetails, ExecutionSummary, LogLineRow } from "../../client/operations.js";
import type { Timeline } from "../../inspect/timeline.js";
import type { Status } from "../../protocol/execution.js";
import { toDisplay } from "../../protocol/value.js";
import type { Output } from "../output.js";
import type { Paint, Style } from "./paint.js";
import { tableText } from "./table.js";
import { lengthText, timeText } from "./time.js";
import { spansText } from "./timeline.js";
import { errorText, outcomeText, stackLines, valueText } from "./value.js";

const STATUS_STYLE: Readonly<Record<Status, Style>> = {
  IN_PROGRESS: "cyan",
  SUSPENDED: "yellow",
  SUCCEEDED: "green",
  FAILED: "red",
  CANCELLED: "yellow",
  TIMED_OUT: "red",
  TERMINATED: "yellow",
};

/** `{executionId, status}` and what became of it: `result`, or `error` (of a suspended one: why). */
export function resultJson(row: ExecutionSummary): Record<string, unknown> {
  const head = { executionId: row.id, status: row.status };
  if (row.omitted?.includes("outcome") === true) return head;
  if (row.outcome !== undefined) {
    return row.outcome.ok
      ? { ...head, result: toDisplay(row.outcome.value) }
      : { ...head, error: toDisplay(row.outcome.error) };
  }
  return row.reason === undefined ? head : { ...head, error: row.reason };
}

/** The fields of `list --json` and `show --json`. */
export function summaryJson(row: ExecutionSummary): Record<string, unknown> {
  return {
    ...resultJson(row),
    workflow: row.workflow,
    program: row.program,
    ...(row.omitted?.includes("input") === true ? {} : { input: toDisplay(row.input) }),
    ...(row.omitted === undefined ? {} : { omitted: row.omitted }),
    startTime: new Date(row.startTime).toISOString(),
    ...(row.endTime === undefined ? {} : { endTime: new Date(row.endTime).toISOString() }),
  };
}

/** As `summaryJson`, with sizes and log. */
export function detailsJson(details: ExecutionDetails): Record<string, unknown> {
  const { checkpointBytes, tailBytes, logs } = details;
  return {
    ...summaryJson(details),
    checkpointBytes,
    tailBytes,
    logs: logs.map(({ time, level, text }) => ({ time: new Date(time).toISOString(), level, text })),
  };
}

/** A table, newest first. `now` in ms since the epoch; `width` in characters. */
export function listText(rows: readonly ExecutionSummary[], now: number, width: number): string {
  const columns = [
    { title: "EXECUTION", flexible: true },
    { title: "STATUS", flexible: false },
    { title: "STARTED", flexible: false, optional: true },
    { title: "TOOK", flexible: false, optional: true },
    { title: "RESULT", flexible: true },
  ];
  const cells = rows.map((row) => [
    row.id,
    row.status,
    timeText(row.startTime),
    lengthText((row.endTime ?? Math.max(now, row.startTime)) - row.startTime),
    whatBecame(row),
  ]);
  return tableText(columns, cells, width).trimEnd();
}

/** Several lines about one execution. */
export function detailsText(
  details: ExecutionDetails,
  timeline: Timeline,
  output: Pick<Output, "paint" | "width">,
): string {
  const { paint } = output;
  const { checkpointBytes, tailBytes, logs } = details;
  const fields: [string, string][] = [
    ["status", paint(STATUS_STYLE[details.status], details.status)],
    ["workflow", details.workflow],
    ["program", details.program],
    ["started", timeText(details.startTime)],
  ];
  if (details.endTime !== undefined) fields.push(["ended", timeText(details.endTime)]);
  fields.push(["input", valueText(details.input)]);
  if (details.outcome !== undefined)
    fields.push([details.outcome.ok ? "result" : "error", outcomeText(details.outcome)]);
  if (details.outcome?.ok === false) {
    for (const line of stackLines(details.outcome.error)) fields.push(["", paint("dim", line)]);
  }
  if (details.reason !== undefined) {
    fields.push(["reason", `${details.reason.code}: ${details.reason.message}`], ["remedy", details.reason.remedy]);
  }
  fields.push(["stored", `checkpoint ${checkpointBytes} bytes, tail ${tailBytes} bytes`]);
  const lines = fields.map(([name, value]) => `  ${name.padEnd(9)} ${value}`);
  if (timeline.spans.length + timeline.moments.length > 0) {
    const indented = { paint, width: output.width - 4 };
    lines.push(
      "  history",
      ...spansText(timeline, indented)
        .split("\n")
        .map((line) => `    ${line}`),
    );
  }
  if (logs.length > 0) lines.push("  log", ...logs.map((line) => `    ${logText(line, paint)}`));
  return [paint("bold", details.id), ...lines].join("\n");
}

/** One line of an execution's log. */
export function logText({ time, level, text }: LogLineRow, paint: Paint): string {
  const style: Style = level === "error" ? "red" : level === "warn" ? "yellow" : "dim";
  return `${paint("dim", timeText(time))} ${paint(style, level)} ${text}`;
}

/** What `run` says on standard error about an execution that did not succeed. */
export function failureText(row: ExecutionSummary, paint: Paint): string {
  const status = `${paint("bold", row.id)} ${paint(STATUS_STYLE[row.status], row.status)}`;
  if (row.outcome?.ok === false) {
    const stack = stackLines(row.outcome.error).map((line) => paint("dim", `  ${line}`));
    return [`${status}: ${errorText(row.outcome.error)}`, ...stack].join("\n");
  }
  if (row.reason === undefined) return status;
  const { code, message, remedy } = row.reason;
  return `${status}: ${code}: ${message}\n  ${paint("cyan", "remedy:")} ${remedy}`;
}

function whatBecame({ outcome, reason, omitted }: ExecutionSummary): string {
  if (omitted?.includes("outcome") === true) return outcome?.ok === true ? "(a long result)" : "(a long error)";
  if (outcome !== undefined) return outcomeText(outcome);
  return reason === undefined ? "" : reason.message;
}

/** What an execution did and when, as text for people and as JSON for scripts. */
import type { Moment, Span, Timeline } from "../../inspect/timeline.js";
import { timelineResource } from "../../server/http/views/observation.js";
import type { Subject } from "../looking/looking.js";
import type { Output } from "../output.js";
import type { Style } from "./paint.js";
import { tableText } from "./table.js";
import { durationText, timeText } from "./time.js";
import { errorText, outcomeText, valueText } from "./value.js";

/** As the HTTP API gives it, with the execution's id and status. */
export function timelineJson(row: Subject, timeline: Timeline): object {
  return { executionId: row.id, status: row.status, ...timelineResource(row, timeline, Date.now()) };
}

/** A heading, and a line for each stretch, attempt and moment, oldest first. */
export function timelineText(row: Subject, timeline: Timeline, output: Pick<Output, "paint" | "width">) {
  const { paint } = output;
  const took = row.endTime === undefined ? "" : ` after ${durationText(row.endTime - row.startTime)}`;
  const lines = [`${paint("bold", row.id)} started ${timeText(row.startTime)}, ${row.status}${took}`];
  if (timeline.omitted) lines.push(paint("dim", "What it did earlier is not shown."));
  if (timeline.spans.length + timeline.moments.length > 0) lines.push("", spansText(timeline, output));
  return lines.join("\n");
}

/** The table alone. */
export function spansText({ spans, moments }: Timeline, { paint, width }: Pick<Output, "paint" | "width">): string {
  const columns = ["TIME", "WHAT", "TOOK", "OUTCOME"].map((title) => ({
    title,
    flexible: title === "WHAT" || title === "OUTCOME",
    optional: title === "TIME",
  }));
  const entries = [
    ...spans.map((span) => ({ at: span.start, rows: spanRows(span) })),
    ...moments.map((moment) => ({ at: moment.time, rows: [momentRow(moment)] })),
  ].sort((left, right) => left.at - right.at);
  const rows = entries.flatMap((entry) => entry.rows);
  const [title, ...table] = tableText(
    columns,
    rows.map(({ cells }) => cells),
    width,
  )
    .trimEnd()
    .split("\n");
  return [title, ...table.map((line, index) => coloured(line, rows[index]?.style, paint))].join("\n");
}

interface TableRow {
  readonly cells: readonly string[];
  readonly style?: Style;
}

function coloured(line: string, style: Style | undefined, paint: Output["paint"]): string {
  return style === undefined ? line : paint(style, line);
}

function spanRows(span: Span): TableRow[] {
  const { kind, name, seq, start, end, attempts, state } = span;
  const what = kind === "unknown" ? name : `${kind} ${kind === "timer" ? "" : `${name} `}#${seq}`;
  const style: Style | undefined = state === "failed" ? "red" : state === "open" ? "cyan" : undefined;
  const first = { cells: [timeText(start), what, tookText(start, end), outcomeOf(span)], ...(style && { style }) };
  if (attempts.length < 2) return [first];
  const tries = attempts.map(({ number, start: begun, end: ended, error }) => ({
    cells: [
      timeText(begun),
      `  attempt ${number}`,
      tookText(begun, ended),
      error === undefined ? "" : errorText(error),
    ],
    style: "dim" as const,
  }));
  return [first, ...tries];
}

function outcomeOf({ kind, state, output, until }: Span): string {
  switch (state) {
    case "open":
      return until === undefined ? "…" : `due ${timeText(until)}`;
    case "withdrawn":
      return "withdrawn";
    case "succeeded":
      return output === undefined || kind === "timer" ? "" : outcomeText({ ok: true, value: output });
    case "failed":
      return output === undefined ? "failed" : outcomeText({ ok: false, error: output });
  }
}

function momentRow({ time, kind, name, value, reason }: Moment): TableRow {
  const what = kind === "signal" ? `signal ${name}` : name;
  const details = value === undefined ? (reason ?? "") : valueText(value);
  return { cells: [timeText(time), what, "", details], ...(kind !== "signal" && { style: "yellow" as const }) };
}

function tookText(start: number, end: number | undefined): string {
  return end === undefined ? "" : durationText(Math.max(0, end - start));
}

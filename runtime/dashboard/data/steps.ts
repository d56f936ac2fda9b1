/** A timeline as rows to draw: one for each durable operation, one for each name of a signal or act. */
import type { SpanResource, TimelineResource } from "../../client/observation.js";

export type StepKind = SpanResource["kind"] | TimelineResource["moments"][number]["kind"];
export type StepState = SpanResource["state"] | "received";

export interface Segment {
  readonly from: number;
  /** Undefined while it goes on. */
  readonly to: number | undefined;
  readonly state: StepState;
}

export interface Step {
  readonly key: string;
  readonly kind: StepKind;
  readonly name: string;
  readonly state: StepState;
  readonly start: number;
  readonly end: number | undefined;
  /** When a timer is due. */
  readonly until: number | undefined;
  /** Attempts of a task; otherwise one. */
  readonly segments: readonly Segment[];
  /** Of signals and acts. */
  readonly moments: readonly TimelineResource["moments"][number][];
  readonly span: SpanResource | undefined;
}

/** Rows in the order of their beginnings. */
export function stepsOf({ spans, moments }: TimelineResource): readonly Step[] {
  const steps: Step[] = spans.map(stepOfSpan);
  const named = new Map<string, TimelineResource["moments"][number][]>();
  for (const moment of moments) {
    const key = `${moment.kind} ${moment.name}`;
    named.set(key, [...(named.get(key) ?? []), moment]);
  }
  for (const [key, found] of named) {
    const [first] = found;
    if (first === undefined) continue;
    const start = Date.parse(first.time);
    const end = Date.parse(found.at(-1)?.time ?? first.time);
    const base = { key, kind: first.kind, name: first.name, state: "received" as const, start, end };
    steps.push({ ...base, until: undefined, segments: [], moments: found, span: undefined });
  }
  return steps.sort((left, right) => left.start - right.start);
}

function stepOfSpan(span: SpanResource): Step {
  const { seq, kind, name, state, attempts } = span;
  const start = Date.parse(span.start);
  const end = timeOf(span.end);
  const segments =
    attempts.length <= 1
      ? [{ from: start, to: end, state }]
      : attempts.map((attempt, index): Segment => {
          const isLast = index === attempts.length - 1;
          return { from: Date.parse(attempt.start), to: timeOf(attempt.end), state: isLast ? state : "failed" };
        });
  return { key: `${seq}`, kind, name, state, start, end, until: timeOf(span.until), segments, moments: [], span };
}

/** Every time at which something begins or ends, within `from` and `to`, and these. What is open goes on until `present`. */
export function timesOf(steps: readonly Step[], from: number, present: number, to: number): readonly number[] {
  const times = steps.flatMap(({ segments, moments, until, end }) => [
    ...segments.flatMap((segment) => [segment.from, segment.to ?? present]),
    ...moments.map(({ time }) => Date.parse(time)),
    ...(until === undefined || end !== undefined ? [] : [until]),
  ]);
  return [from, to, ...times.filter((time) => time >= from && time <= to)];
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/**
 * What an execution did and when, from the marks that its commits left: stretches of time (tasks with their attempts,
 * timers, children, messages) and moments (signals, what people did to it, failed attempts of the whole).
 *
 * T1  Marks may have been forgotten: an end without a beginning starts where the kept history does.
 */
import * as z from "zod";
import { isClosed } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import { type Mark, markSchema } from "../protocol/history.js";
import type { Encoded } from "../protocol/value.js";
import type { ExaminedExecution } from "../store/sqlite/examine.js";
import type { History } from "../store/store.js";

/** Times in ms since the epoch. */
export interface Timeline {
  /** In the order of their beginnings. */
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
  /** Earlier spans and moments that are not given. */
  readonly omitted: boolean;
}

export interface Span {
  readonly seq: number;
  readonly kind: "task" | "timer" | "child" | "start" | "send" | "unknown";
  readonly name: string;
  readonly start: number;
  readonly end?: number;
  /** When a timer is due. */
  readonly until?: number;
  readonly state: "open" | "succeeded" | "failed" | "withdrawn";
  readonly input?: Encoded;
  /** Result or error. */
  readonly output?: Encoded;
  /** Of a task, the first one first. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly number: number;
  readonly start: number;
  readonly end?: number;
  readonly error?: Encoded;
}

export interface Moment {
  readonly time: number;
  /** `attempt`: one of the workflow's has failed, and another follows. */
  readonly kind: "signal" | "control" | "attempt";
  readonly name: string;
  readonly value?: Encoded;
  readonly reason?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Building = Omit<Mutable<Span>, "attempts"> & { attempts: Mutable<Attempt>[] };

const marksSchema = z.array(markSchema);

/** Puts `history` together, oldest first; gives the last `limit` spans and moments. Throws Fault EV6017. */
export function timelineOf({ row }: ExaminedExecution, history: readonly History[], limit: number): Timeline {
  const spans = new Map<number, Building>();
  const moments: Moment[] = [];
  for (const { time, text } of history) {
    for (const mark of marksIn(text)) apply(mark, time, spans, moments);
  }
  // What is closed waits for nothing, except for tasks, which run to their ends.
  if (isClosed(row.status)) {
    for (const span of spans.values()) {
      if (span.state !== "open" || span.kind === "task") continue;
      span.state = "withdrawn";
      span.end = row.endTime ?? span.start;
    }
  }
  const all = [...spans.values()].sort((left, right) => left.start - right.start || left.seq - right.seq);
  return {
    spans: all.slice(-limit),
    moments: moments.slice(-limit),
    omitted: all.length > limit || moments.length > limit || all.some(({ kind }) => kind === "unknown"),
  };
}

function apply(mark: Mark, time: number, spans: Map<number, Building>, moments: Moment[]): void {
  switch (mark.mark) {
    case "begun": {
      const { kind, seq, name, until, value } = mark;
      spans.set(seq, {
        ...{ seq, kind, name, start: time, state: "open" },
        ...(until === undefined ? {} : { until }),
        ...(value === undefined ? {} : { input: value }),
        attempts: kind === "task" ? [{ number: 1, start: time }] : [],
      });
      return;
    }
    case "ended": {
      const span = known(spans, mark.seq, time);
      finish(span, mark.ok ? "succeeded" : "failed", time);
      if (mark.value !== undefined) span.output = mark.value;
      const last = span.attempts.at(-1);
      if (!mark.ok && last !== undefined && mark.value !== undefined) last.error = mark.value;
      return;
    }
    case "withdrawn":
      finish(known(spans, mark.seq, time), "withdrawn", time);
      return;
    case "retried": {
      const span = known(spans, mark.seq, time);
      const last = span.attempts.at(-1);
      if (last?.number === mark.attempt + 1) {
        last.start = mark.until;
        return;
      }
      if (last !== undefined) {
        last.end = time;
        if (mark.value !== undefined) last.error = mark.value;
      }
      span.attempts.push({ number: mark.attempt + 1, start: mark.until });
      return;
    }
    case "failed": {
      const { attempt, value } = mark;
      const name = `attempt ${attempt} failed`;
      moments.push({ time, kind: "attempt", name, ...(value === undefined ? {} : { value }) });
      return;
    }
    case "received": {
      const { name, value } = mark;
      moments.push({ time, kind: "signal", name, ...(value === undefined ? {} : { value }) });
      return;
    }
    case "control": {
      const { name, reason } = mark;
      moments.push({ time, kind: "control", name, ...(reason === undefined ? {} : { reason }) });
      return;
    }
  }
}

function known(spans: Map<number, Building>, seq: number, time: number): Building {
  const found = spans.get(seq);
  if (found !== undefined) return found;
  const made: Building = { seq, kind: "unknown", name: `operation ${seq}`, start: time, state: "open", attempts: [] };
  spans.set(seq, made);
  return made;
}

/** The first end counts: what was withdrawn may still hear of its end. */
function finish(span: Building, state: Span["state"], time: number): void {
  if (span.end !== undefined) return;
  span.state = state;
  span.end = time;
  const last = span.attempts.at(-1);
  if (last === undefined) return;
  // An attempt that was still to come never began.
  if (last.start > time && span.attempts.length > 1) span.attempts.pop();
  else last.end = time;
}

function marksIn(text: string): readonly Mark[] {
  try {
    return marksSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault("EV6017", "a stored record (history) is not what Eventual writes", {
      remedy: "Keep the file as it is and restore a backup; if nobody else wrote to it, please report this.",
      cause,
    });
  }
}

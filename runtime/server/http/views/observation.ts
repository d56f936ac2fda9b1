/** What is seen of executions, as resources of the API. */
import type { Overview, StandingResource, TimelineResource, WaitResource } from "../../../client/observation.js";
import type { Standing } from "../../../inspect/standing.js";
import type { Timeline } from "../../../inspect/timeline.js";
import type { Pending, WaitsFor } from "../../../inspect/waits.js";
import type { ExaminedExecution } from "../../../store/sqlite/examine.js";
import type { Rate } from "../../../store/sqlite/looking.js";
import type { ExecutionRow } from "../../../store/store.js";
import { iso, json } from "./executions.js";

interface Counted {
  readonly now: number;
  readonly statuses: ReadonlyMap<string, number>;
  readonly workflows: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly rates: readonly Rate[];
}

/** Counts and rates as JSON. */
export function overviewResource({ now, statuses, workflows, seconds, rates }: Counted): Overview {
  return {
    now: iso(now),
    statuses: Object.fromEntries(statuses),
    workflows: [...workflows].map(([workflow, executions]) => ({ workflow, executions })),
    stepSeconds: seconds,
    rates: rates.map(({ at, ...rate }) => ({ at: iso(at), ...rate })),
  };
}

/** A timeline as JSON. */
export function timelineResource(
  row: Pick<ExecutionRow, "startTime" | "endTime">,
  timeline: Timeline,
  now: number,
): TimelineResource {
  return {
    start: iso(row.startTime),
    ...(row.endTime === undefined ? {} : { end: iso(row.endTime) }),
    now: iso(now),
    spans: timeline.spans.map(({ seq, kind, name, state, start, end, until, input, output, attempts }) => ({
      ...{ seq, kind, name, state, start: iso(start) },
      ...(end === undefined ? {} : { end: iso(end) }),
      ...(until === undefined ? {} : { until: iso(until) }),
      ...(input === undefined ? {} : { input: json(input) }),
      ...(output === undefined ? {} : { output: json(output) }),
      attempts: attempts.map((attempt) => ({
        number: attempt.number,
        start: iso(attempt.start),
        ...(attempt.end === undefined ? {} : { end: iso(attempt.end) }),
        ...(attempt.error === undefined ? {} : { error: json(attempt.error) }),
      })),
    })),
    moments: timeline.moments.map(({ time, kind, name, value, reason }) => ({
      ...{ time: iso(time), kind, name },
      ...(value === undefined ? {} : { value: json(value) }),
      ...(reason === undefined ? {} : { reason }),
    })),
    omitted: timeline.omitted,
  };
}

/** Where an execution stands as JSON; `standing` is undefined for a closed one. */
export function standingResource(execution: ExaminedExecution, standing: Standing | undefined): StandingResource {
  const { row, tasks, timers, inbox } = execution;
  return {
    status: row.status,
    newer: standing?.newer ?? 0,
    ...(standing?.stacks === undefined
      ? {}
      : {
          stacks: standing.stacks.map(({ waitsFor, frames }) => ({
            waitsFor: wait(waitsFor),
            frames: frames.map(({ function: name, file, line, column, source, variables }) => ({
              ...{ function: name, file, source: [...source], variables: [...variables] },
              ...(line === undefined ? {} : { line }),
              ...(column === undefined ? {} : { column }),
            })),
          })),
        }),
    tasks: tasks.map(({ since, ...task }) => ({ ...task, since: iso(since) })),
    timers: timers.map(({ seq, at }) => ({ seq, at: iso(at) })),
    messages: inbox,
  };
}

function wait(waits: WaitsFor): WaitResource {
  return waits.kind === "several" ? { ...waits, of: waits.of.map(pending) } : pending(waits);
}

function pending(waits: Pending): Exclude<WaitResource, { readonly kind: "several" }> {
  if (waits.kind === "task") return { ...waits, since: iso(waits.since) };
  return waits.kind === "timer" ? { kind: "timer", at: iso(waits.at) } : waits;
}

/** Looking through the HTTP API of a server elsewhere. */
import type { HttpClient } from "../../client/http.js";
import type { StackResource, TimelineResource, WaitResource } from "../../client/observation.js";
import { present } from "../../client/present.js";
import { errorOf, logLineOf, momentOf, summaryOf } from "../../client/remote.js";
import type { Span, Timeline } from "../../inspect/timeline.js";
import type { Pending, WaitsFor } from "../../inspect/waits.js";
import { isClosed } from "../../protocol/execution.js";
import { encode } from "../../protocol/value.js";
import type { Looking } from "./looking.js";

/** Speaks through `http`. */
export function remoteLooking(http: HttpClient): Looking {
  return {
    async timeline(id, limit) {
      const [row, timeline] = await Promise.all([http.get(id), http.timeline(id)]);
      return { row: summaryOf(row), timeline: last(timelineOf(timeline), limit) };
    },
    async stand(id) {
      const [{ program }, { status, newer, stacks, tasks, timers, messages }] = await Promise.all([
        http.get(id),
        http.standing(id),
      ]);
      return {
        row: { id, status, program },
        standing: isClosed(status) ? undefined : { newer, stacks: stacks?.map(stackOf) },
        tasks: tasks.map(({ since, ...task }) => ({ ...task, since: Date.parse(since) })),
        timers: timers.map(({ seq, at }) => ({ seq, at: Date.parse(at) })),
        inbox: messages,
      };
    },
    async *logs(id, follow) {
      if (!follow) {
        for await (const line of http.logs(id)) yield logLineOf(line);
        return;
      }
      for await (const { event, data } of http.events(id)) if (event === "log") yield logLineOf(data);
    },
    programs: () => http.programs(),
    async stats() {
      const { oldestInProgress, nextTimer, oldestTask, ...sizes } = await http.stats();
      return {
        ...sizes,
        oldestInProgress: oldestInProgress && {
          ...oldestInProgress,
          startTime: Date.parse(oldestInProgress.startTime),
        },
        nextTimer: momentOf(nextTimer),
        oldestTask: oldestTask && { ...oldestTask, since: Date.parse(oldestTask.since) },
      };
    },
  };
}

/** The last `limit` of all its stretches and moments. */
function last({ spans, moments, omitted }: Timeline, limit: number): Timeline {
  const times = [...spans.map(({ start }) => start), ...moments.map(({ time }) => time)].sort((a, b) => a - b);
  const from = times.at(-limit);
  if (from === undefined || times.length <= limit) return { spans, moments, omitted };
  const kept = {
    spans: spans.filter(({ start }) => start >= from),
    moments: moments.filter(({ time }) => time >= from),
  };
  return { ...kept, omitted: true };
}

function timelineOf({ spans, moments, omitted }: TimelineResource): Timeline {
  return {
    spans: spans.map(
      ({ seq, kind, name, state, start, end, until, input, output, attempts }): Span => ({
        ...{ seq, kind, name, state, start: Date.parse(start) },
        ...present({ end: momentOf(end), until: momentOf(until) }),
        ...(input === undefined ? {} : { input: encode(input) }),
        ...(output === undefined ? {} : { output: state === "failed" ? errorOf(output) : encode(output) }),
        attempts: attempts.map(({ number, start: begun, end: ended, error }) => ({
          ...{ number, start: Date.parse(begun) },
          ...present({ end: momentOf(ended) }),
          ...(error === undefined ? {} : { error: errorOf(error) }),
        })),
      }),
    ),
    moments: moments.map(({ time, kind, name, value, reason }) => ({
      ...{ time: Date.parse(time), kind, name },
      ...(value === undefined ? {} : { value: encode(value) }),
      ...present({ reason }),
    })),
    omitted,
  };
}

function stackOf({
  waitsFor,
  frames,
}: StackResource): NonNullable<NonNullable<Awaited<ReturnType<Looking["stand"]>>["standing"]>["stacks"]>[number] {
  return {
    waitsFor: waitOf(waitsFor),
    frames: frames.map(({ line, column, ...frame }) => ({ ...frame, line, column })),
  };
}

function waitOf(waits: WaitResource): WaitsFor {
  return waits.kind === "several" ? { ...waits, of: waits.of.map(pendingOf) } : pendingOf(waits);
}

function pendingOf(waits: Exclude<WaitResource, { readonly kind: "several" }>): Pending {
  if (waits.kind === "task") return { ...waits, since: Date.parse(waits.since) };
  return waits.kind === "timer" ? { kind: "timer", at: Date.parse(waits.at) } : waits;
}

/**
 * Goal: a timeline says of each step when it began and ended and how, with what is known of it and no more.
 * Method: marks as commits leave them, put together.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Span, type Timeline, timelineOf } from "#runtime/inspect/timeline.js";
import type { Mark } from "#runtime/protocol/history.js";
import { marksOf, retried } from "#runtime/protocol/history.js";
import type { ExaminedExecution } from "#runtime/store/sqlite/examine.js";
import { execution } from "../store/sample.js";

const LIMIT = 100;

/** The timeline of an execution whose commits at these times left these marks. */
function timeline(
  commits: readonly (readonly [time: number, ...marks: readonly Mark[]])[],
  row: Partial<ExaminedExecution["row"]> = {},
): Timeline {
  const examined = { row: execution(1, { startTime: 0, ...row }) } as ExaminedExecution;
  const history = commits.map(([time, ...marks]) => ({ time, text: JSON.stringify(marks) }));
  return timelineOf(examined, history, LIMIT);
}

const begun = (seq: number, name: string): Mark => ({ mark: "begun", kind: "task", seq, name });
const only = ({ spans }: Timeline): Span => {
  assert.equal(spans.length, 1);
  return spans[0] as Span;
};

test("an activation's marks: what it was told, then what it asked for; long values are left out", () => {
  const long = `j"${"x".repeat(700)}"`;
  const marks = marksOf(
    [
      { kind: "task", seq: 1, outcome: { ok: true, value: "j5" } },
      { kind: "signal", signal: "go", payload: long },
      { kind: "suspend", reason: "lunch" },
    ],
    [
      { kind: "task", seq: 2, task: "add", input: "j{}", onCrash: "retry" },
      { kind: "timer", seq: 3, at: 99 },
      { kind: "cancelTimer", seq: 3 },
      { kind: "answer", outcome: { ok: true, value: "j1" } },
    ],
  );
  assert.deepEqual(marks, [
    { mark: "ended", seq: 1, ok: true, value: "j5" },
    { mark: "received", name: "go" },
    { mark: "control", name: "suspend", reason: "lunch" },
    { mark: "begun", kind: "task", seq: 2, name: "add", value: "j{}" },
    { mark: "begun", kind: "timer", seq: 3, name: "timer", until: 99 },
    { mark: "withdrawn", seq: 3 },
  ]);
});

test("a task's attempts: each failed one with its error, the next from the time that it rested until", () => {
  const made = only(
    timeline([
      [10, begun(1, "pay")],
      [20, retried(1, 1, 50, 'j"no"')],
      [60, retried(1, 2, 90, 'j"never"')],
      [95, { mark: "ended", seq: 1, ok: true, value: "j7" }],
    ]),
  );
  assert.deepEqual(made, {
    ...{ seq: 1, kind: "task", name: "pay", state: "succeeded", start: 10, end: 95, output: "j7" },
    attempts: [
      { number: 1, start: 10, end: 20, error: 'j"no"' },
      { number: 2, start: 50, end: 60, error: 'j"never"' },
      { number: 3, start: 90, end: 95 },
    ],
  });
});

test("an attempt that was still to come when its call was withdrawn never began", () => {
  const made = only(
    timeline([
      [10, begun(1, "pay")],
      [20, retried(1, 1, 5000, 'j"no"')],
      [30, { mark: "withdrawn", seq: 1 }],
      [40, { mark: "ended", seq: 1, ok: true }],
    ]),
  );
  assert.deepEqual([made.state, made.end], ["withdrawn", 30], "what is withdrawn stays so");
  assert.deepEqual(made.attempts, [{ number: 1, start: 10, end: 20, error: 'j"no"' }]);
});

test("closing withdraws what it still waited for, but not its tasks, which run to their ends", () => {
  const commits: Parameters<typeof timeline>[0] = [
    [10, begun(1, "pay"), { mark: "begun", kind: "timer", seq: 2, name: "timer", until: 900 }],
    [20, { mark: "received", name: "go" }],
  ];
  const states = ({ spans }: Timeline) => spans.map(({ state, end }) => [state, end]);
  assert.deepEqual(states(timeline(commits)), [
    ["open", undefined],
    ["open", undefined],
  ]);
  assert.deepEqual(states(timeline(commits, { status: "SUCCEEDED", endTime: 20 })), [
    ["open", undefined],
    ["withdrawn", 20],
  ]);
});

test("an end whose beginning is forgotten is shown as what it is; so is that there was more", () => {
  const made = timeline([[70, { mark: "ended", seq: 5, ok: false, value: 'j"late"' }]]);
  assert.deepEqual(
    [only(made).kind, only(made).state, only(made).start, made.omitted],
    ["unknown", "failed", 70, true],
  );
  const many = timeline(Array.from({ length: LIMIT + 1 }, (_, n) => [n, begun(n + 1, "t")] as const));
  assert.deepEqual([many.spans.length, many.spans[0]?.seq, many.omitted], [LIMIT, 2, true]);
});

test("a record that is not ours is refused with a code", () => {
  const examined = { row: execution(1) } as ExaminedExecution;
  assert.throws(() => timelineOf(examined, [{ time: 1, text: '[{"mark":"else"}]' }], LIMIT), { code: "EV6017" });
});

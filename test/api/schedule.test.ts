/** The arithmetic of schedules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, Schedule, time } from "#runtime/api/index.js";
import { dueMilliseconds, durationMilliseconds, isSchedule } from "#runtime/api/schedule.js";

test("units have fixed lengths, singular and plural alike", () => {
  const lengths = {
    millisecond: 1,
    second: 1000,
    minute: 60_000,
    hour: 3_600_000,
    day: 86_400_000,
    week: 604_800_000,
    year: 31_557_600_000,
  } as const;
  for (const [unit, length] of Object.entries(lengths)) {
    assert.equal(durationMilliseconds(Schedule.duration(2, unit as keyof typeof lengths)), 2 * length);
    assert.equal(durationMilliseconds(Schedule.duration(2, `${unit as keyof typeof lengths}s`)), 2 * length);
  }
});

test("fractions count and are rounded up to a whole millisecond", () => {
  assert.equal(durationMilliseconds(Schedule.duration(1.5, "hours")), 5_400_000);
  assert.equal(durationMilliseconds(Schedule.duration(0.0001)), 1);
  assert.equal(durationMilliseconds(Schedule.duration(-1)), -1000);
});

test("a schedule is due from now on, or at its moment, and never beyond what a Date can say", () => {
  assert.equal(dueMilliseconds(Schedule.duration(1), 5000), 6000);
  assert.equal(dueMilliseconds(Schedule.time("1970-01-01T00:00:03Z"), 5000), 3000);
  assert.equal(dueMilliseconds(Schedule.duration(1e300, "years"), 0), 8.64e15);
});

test("schedules are told from other values", () => {
  for (const value of [duration(1), time("2027-01-01"), Schedule.duration(1, "day"), Schedule.time("2027-01-01")]) {
    assert.ok(isSchedule(value));
  }
  for (const value of [undefined, null, 1, "1 day", {}, { type: "Duration", dur: 1, unit: "eon" }, Promise.resolve()]) {
    assert.equal(isSchedule(value), false);
  }
});

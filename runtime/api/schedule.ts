/**
 * Durations and points in time as plain data: making, checking and calculating. Shared by guest and host; reads no
 * clock.
 */
import { Fault } from "../protocol/fault.js";
import type { DurationSchedule, DurationUnit, Schedule as ScheduleType, TimeSchedule } from "./types.js";

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;

const UNIT_MS: Readonly<Record<DurationUnit, number>> = {
  millisecond: 1,
  milliseconds: 1,
  second: SECOND_MS,
  seconds: SECOND_MS,
  minute: 60 * SECOND_MS,
  minutes: 60 * SECOND_MS,
  hour: 3600 * SECOND_MS,
  hours: 3600 * SECOND_MS,
  day: DAY_MS,
  days: DAY_MS,
  week: 7 * DAY_MS,
  weeks: 7 * DAY_MS,
  year: 365.25 * DAY_MS,
  years: 365.25 * DAY_MS,
};

/** The last moment that a Date can hold, ms since the epoch. */
const LAST_MOMENT_MS = 8.64e15;

function isUnit(unit: unknown): unit is DurationUnit {
  return typeof unit === "string" && Object.hasOwn(UNIT_MS, unit);
}

/**
 * A length of time as plain data. `dur` may be a fraction; zero and negative are due at once.
 * Throws Fault EV7004 for a number that is not finite or an unknown unit.
 */
export function durationSchedule(dur: number, unit: DurationUnit = "seconds"): DurationSchedule {
  if (typeof dur !== "number" || !Number.isFinite(dur)) {
    throw new Fault("EV7004", `duration(${String(dur)}) is not a finite number`, {
      remedy: 'Give the length as a number and its unit: duration(1.5, "hours").',
    });
  }
  if (!isUnit(unit)) {
    throw new Fault("EV7004", `unknown unit of time: ${String(unit)}`, {
      remedy: "Use milliseconds, seconds, minutes, hours, days, weeks or years (singular or plural).",
    });
  }
  return { type: "Duration", dur, unit };
}

/**
 * A point in time as plain data: a Date or ISO 8601 text (local time without a zone is UTC in workflows).
 * Throws Fault EV7004 for text that is no date.
 */
export function timeSchedule(moment: string | Date): TimeSchedule {
  const date = typeof moment === "string" ? new Date(moment) : moment;
  const milliseconds = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new Fault("EV7004", `not a point in time: ${String(moment)}`, {
      remedy: "Give a Date or ISO 8601 text such as 2026-01-31T09:00:00Z.",
    });
  }
  return { type: "Time", isoDate: new Date(milliseconds).toISOString() };
}

/** The length of a duration in milliseconds, rounded up to a whole number. */
export function durationMilliseconds(schedule: DurationSchedule): number {
  return Math.ceil(schedule.dur * UNIT_MS[schedule.unit]);
}

/** When a schedule is due, ms since the epoch, if it starts at `nowMs`. Never later than a Date can say. */
export function dueMilliseconds(schedule: ScheduleType, nowMs: number): number {
  const due = schedule.type === "Time" ? Date.parse(schedule.isoDate) : nowMs + durationMilliseconds(schedule);
  return Math.min(due, LAST_MOMENT_MS);
}

/** True for a `DurationSchedule` or `TimeSchedule`, also for the results of `duration()` and `time()`. */
export function isSchedule(value: unknown): value is ScheduleType {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (value.type === "Duration") return "dur" in value && "unit" in value && isUnit(value.unit);
  return value.type === "Time" && "isoDate" in value && typeof value.isoDate === "string";
}

/**
 * `duration`, `time` and timeouts: durable timers inside an execution, plain schedules while modules are evaluated.
 */

import { dueMilliseconds, durationSchedule, isSchedule, timeSchedule } from "../../api/schedule.js";
import type { DurationUnit, Schedule as ScheduleType } from "../../api/types.js";
import { currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { NO_OPERATION } from "../numbers.js";
import { armTimer, type TimerOrigin } from "../origin.js";
import { GPromise } from "../promise.js";
import { toPromise } from "../promise-constructor.js";
import { isObject } from "../resolve.js";
import { refusedByCancellation } from "./durable.js";

/** A promise for the moment when the schedule is due, counted from now. */
function startTimer(schedule: ScheduleType): GPromise {
  return refusedByCancellation() ?? timerAt(dueMilliseconds(schedule, currentTurn().instance.state.now));
}

/** A timer for waiting until others have cleaned up: `ms` from now. */
export function graceTimer(ms: number): GPromise {
  return timerAt(currentTurn().instance.state.now + ms);
}

/** A timer due at `at`, ms since the epoch, whatever is cancelled. */
export function timerAt(at: number): GPromise {
  const promise = new GPromise();
  const origin: TimerOrigin = { kind: "timer", key: NO_OPERATION, at, cancelled: true };
  GPromise.setOrigin(promise, origin);
  armTimer(promise, origin);
  return promise;
}

/** A timer that also says what it was made from; while modules are evaluated only the schedule. */
function timerOrSchedule(schedule: ScheduleType): object {
  return currentTurn().phase === "init" ? schedule : Object.assign(startTimer(schedule), schedule);
}

/** `duration(n, unit)`. Throws Fault EV7004 for a number that is not finite or an unknown unit. */
export function duration(dur: number, unit: DurationUnit = "seconds"): object {
  return timerOrSchedule(durationSchedule(dur, unit));
}

/** `time(moment)`: a Date or ISO 8601 text. Throws Fault EV7004 for what is no date. */
export function time(moment: string | Date): object {
  return timerOrSchedule(timeSchedule(moment));
}

/** Schedules as plain data: no timer is started. */
export const Schedule = {
  duration: (dur: number, unit: DurationUnit = "seconds"): object => durationSchedule(dur, unit),
  time: (moment: string | Date): object => timeSchedule(moment),
};

/**
 * The promise for a timeout given as a timer, a schedule or any promise; undefined if none is given. A schedule's timer
 * starts now. Throws Fault EV5004 for anything else, naming `owner`.
 */
export function timeoutPromise(owner: string, source: unknown): GPromise | undefined {
  if (source === undefined) return undefined;
  if (GPromise.is(source)) return source;
  if (isSchedule(source)) return startTimer(source);
  if (isObject(source) && typeof Reflect.get(source, "then") === "function") return toPromise(source);
  throw invalidArgument(
    `the timeout of ${owner} is ${typeof source === "number" ? `a number (${source})` : `a value of type ${typeof source}`}`,
    'Pass duration(5, "seconds"), time("2030-01-01T00:00:00Z"), a Schedule or a promise.',
  );
}

/** When schedules are due: cron expressions with time zones (croner), and fixed lengths of time. */
import { Cron } from "croner";
import type { ScheduleDeclaration } from "../protocol/declarations.js";
import { Fault } from "../protocol/fault.js";

/**
 * The next moment after `after` at which a schedule is due, ms since the epoch; undefined if there is none any more.
 * `last` is when it was due last: what comes every so often counts from there. Where daylight saving time skips the
 * moment, it is due right after the gap; where it comes twice, once.
 */
export function nextDue({ when }: ScheduleDeclaration, last: number, after: number): number | undefined {
  if ("every" in when) return last + Math.max(1, Math.floor((after - last) / when.every) + 1) * when.every;
  return cronOf(when.cron, when.timezone).nextRun(new Date(after))?.getTime();
}

/** Throws Fault EV7031 for a schedule that can never be due, or not be understood. */
export function checkSchedule({ name, when }: ScheduleDeclaration): void {
  if ("every" in when) return;
  try {
    if (cronOf(when.cron, when.timezone).nextRun(new Date(0)) !== null) return;
  } catch (cause) {
    throw wrong(name, when, cause instanceof Error ? cause.message : String(cause));
  }
  throw wrong(name, when, "it is never due");
}

function cronOf(pattern: string, timezone: string): Cron {
  return new Cron(pattern, { timezone, paused: true });
}

function wrong(name: string, { cron, timezone }: { cron: string; timezone: string }, why: string): Fault {
  return new Fault("EV7031", `the schedule "${name}" ("${cron}" in ${timezone}) cannot be used: ${why}`, {
    remedy: 'Give minute, hour, day, month and weekday, such as "30 9 * * 1-5", and a time zone such as Europe/Berlin.',
  });
}

/** `schedule()`: what it declares, and what is wrong with it. */

import type { ScheduleDeclaration } from "../protocol/declarations.js";
import { Fault } from "../protocol/fault.js";
import { encode } from "../protocol/value.js";
import { durationMilliseconds, isSchedule } from "./schedule.js";
import type { Recurrence, ScheduleDefinition, ScheduleOptions } from "./types.js";

/** A schedule as the host sees it. Throws Fault EV7002 for what cannot be. */
export function makeSchedule(
  name: string,
  when: Recurrence,
  workflow: { readonly workflowName: string },
  input: unknown,
  options: ScheduleOptions = {},
  declare: (declaration: ScheduleDeclaration) => void = () => {},
): ScheduleDefinition {
  if (typeof name !== "string" || name === "") throw wrong("a schedule has no name", "Give it one, in plain text.");
  const { timezone = "UTC", overlap = "skip", catchUp = 1 } = options;
  if (typeof workflow?.workflowName !== "string") {
    throw wrong(`the schedule "${name}" has no workflow`, 'Pass it third: schedule("nightly", "0 2 * * *", report).');
  }
  if (!["skip", "buffer", "allow"].includes(overlap)) {
    throw wrong(`the option overlap of the schedule "${name}" is ${overlap}`, 'Use "skip", "buffer" or "allow".');
  }
  if (!Number.isInteger(catchUp) || catchUp < 0) {
    throw wrong(`the option catchUp of the schedule "${name}" is ${catchUp}`, "Use a whole number from 0 on.");
  }
  declare({
    name,
    when: typeof when === "string" ? { cron: when, timezone } : { every: everyMs(name, when) },
    workflow: workflow.workflowName,
    input: encode(input, "input"),
    overlap,
    catchUp,
  });
  return { kind: "Schedule", name };
}

function everyMs(name: string, when: { readonly every: unknown }): number {
  const every: unknown = when?.every;
  if (isSchedule(every) && every.type === "Duration" && durationMilliseconds(every) > 0)
    return durationMilliseconds(every);
  throw wrong(
    `when the schedule "${name}" is due is neither a cron expression nor a length of time`,
    'Pass "0 9 * * 1-5" or { every: duration(1, "hour") }.',
  );
}

function wrong(message: string, remedy: string): Fault {
  return new Fault("EV7002", message, { remedy });
}

/** Schedules in force. */
import type { ScheduleSummary } from "../../client/operations.js";
import { scheduleResource } from "../../server/http/routes/schedules.js";
import { tableText } from "../display/table.js";
import { lengthText, timeText } from "../display/time.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import { type Place, withClient } from "../with-client.js";

interface Common extends Place {
  readonly json: boolean;
}

/** `schedules list`. Throws the client's Faults. */
export async function listSchedules(options: Common, output: Output): Promise<number> {
  const rows = await withClient(options, (client) => client.schedules({}));
  if (options.json) output.printJson(rows.map(scheduleResource));
  else if (rows.length === 0) output.note("No schedules.");
  else output.print(schedulesText(rows, output.width));
  return EXIT.ok;
}

function schedulesText(rows: readonly ScheduleSummary[], width: number): string {
  const columns = ["SCHEDULE", "WORKFLOW", "WHEN", "NEXT", "LAST"].map((title) => ({
    title,
    flexible: title === "WHEN" || title === "WORKFLOW",
  }));
  const cells = rows.map(({ name, workflow, when, paused, nextAt, lastAt }) => [
    name,
    workflow,
    "cron" in when ? `${when.cron} ${when.timezone}` : `every ${lengthText(when.every)}`,
    paused ? "paused" : momentText(nextAt),
    momentText(lastAt),
  ]);
  return tableText(columns, cells, width).trimEnd();
}

function momentText(at: number | undefined): string {
  return at === undefined ? "" : timeText(at);
}

/** `schedules pause`, `schedules resume`. Throws the client's Faults. */
export async function actOn(
  action: "pause" | "resume",
  options: Common & { readonly schedule: string },
  output: Output,
): Promise<number> {
  const request = { name: options.schedule };
  await withClient(options, (client) =>
    action === "pause" ? client.pauseSchedule(request) : client.resumeSchedule(request),
  );
  if (options.json) output.printJson({ schedule: options.schedule, action, accepted: true });
  return EXIT.ok;
}

/** `schedules trigger`. Throws the client's Faults. */
export async function triggerSchedule(
  options: Common & { readonly schedule: string },
  output: Output,
): Promise<number> {
  const started = await withClient(options, (client) => client.triggerSchedule({ name: options.schedule }));
  if (options.json) output.printJson(started);
  else output.print(started.executionId);
  return EXIT.ok;
}

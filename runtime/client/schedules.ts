/** Schedules as resources of the HTTP API. */
import * as z from "zod";

const time = z.iso.datetime().describe("ISO 8601, UTC");

export const scheduleSchema = z.object({
  name: z.string(),
  workflow: z.string(),
  program: z.string().describe("Hash of the program that declares it"),
  when: z.union([
    z.object({ cron: z.string(), timezone: z.string() }),
    z.object({ everyMs: z.number().describe("Every so many milliseconds") }),
  ]),
  overlap: z.enum(["skip", "buffer", "allow"]).describe("What happens when the last execution is still open"),
  paused: z.boolean(),
  next: time.optional().describe("When it is due next"),
  last: z.object({ at: time, execution: z.string() }).optional().describe("The last that it started"),
});
export const scheduleListSchema = z.object({ items: z.array(scheduleSchema).describe("By name") });

export type ScheduleResource = z.infer<typeof scheduleSchema>;

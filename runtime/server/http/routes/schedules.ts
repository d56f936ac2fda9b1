/** Schedules: looked at, paused, resumed, begun out of turn. */
import { acceptedSchema, noBodySchema, startedSchema } from "../../../client/resources.js";
import { type ScheduleResource, scheduleListSchema } from "../../../client/schedules.js";
import type { ScheduleStatus } from "../../../engine/schedules.js";
import { operation, type Route } from "../route.js";
import { iso } from "../views/executions.js";

const SCHEDULE = "/v1/schedules/{name}";
const accepted = { 202: { description: "It is done", schema: acceptedSchema } };

export const SCHEDULES: readonly Route[] = [
  operation({
    method: "get",
    path: "/v1/schedules",
    scope: "read",
    summary: "The schedules in force, with when they are due next",
    replies: { 200: { description: "All", schema: scheduleListSchema } },
    handle: async ({ engine }) => ({
      status: 200,
      value: { items: (await engine.schedules()).map(scheduleResource) },
    }),
  }),
  operation({
    method: "post",
    path: `${SCHEDULE}/pause`,
    scope: "admin",
    summary: "Start nothing by a schedule until it is resumed; durable when answered",
    body: noBodySchema,
    replies: accepted,
    async handle({ engine }, { params }) {
      await engine.pauseSchedule(params.name ?? "");
      return { status: 202, value: { accepted: true } };
    },
  }),
  operation({
    method: "post",
    path: `${SCHEDULE}/resume`,
    scope: "admin",
    summary: "Let a paused schedule go on, as if it began now; durable when answered",
    body: noBodySchema,
    replies: accepted,
    async handle({ engine }, { params }) {
      await engine.resumeSchedule(params.name ?? "");
      return { status: 202, value: { accepted: true } };
    },
  }),
  operation({
    method: "post",
    path: `${SCHEDULE}/trigger`,
    scope: "signal",
    summary: "Start an execution of a schedule now, even of a paused one; durable when answered",
    body: noBodySchema,
    replies: {
      201: { description: "Started", schema: startedSchema },
      200: { description: "It was there", schema: startedSchema },
    },
    async handle({ engine }, { params }) {
      const { executionId, existing } = await engine.triggerSchedule(params.name ?? "");
      return { status: existing ? 200 : 201, value: { id: executionId, existing } };
    },
  }),
];

/** A schedule as JSON. */
export function scheduleResource(status: Omit<ScheduleStatus, "bufferedAt">): ScheduleResource {
  const { name, workflow, program, when, overlap, paused, nextAt, lastAt, lastExecution } = status;
  return {
    ...{ name, workflow, program, overlap, paused },
    when: "every" in when ? { everyMs: when.every } : when,
    ...(nextAt === undefined || paused ? {} : { next: iso(nextAt) }),
    ...(lastAt === undefined || lastExecution === undefined
      ? {}
      : { last: { at: iso(lastAt), execution: lastExecution } }),
  };
}

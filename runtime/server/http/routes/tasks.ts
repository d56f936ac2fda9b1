/** Open tasks: what their tokens' holders and operators do with them. */
import {
  taskBeatSchema,
  taskCompletionSchema,
  taskDoneSchema,
  taskFailureSchema,
  taskHeartbeatSchema,
} from "../../../client/resources.js";
import { encode } from "../../../protocol/value.js";
import { operation, type Route } from "../route.js";

export const TASKS: readonly Route[] = [
  operation({
    method: "post",
    path: "/v1/tasks/complete",
    scope: "signal",
    summary: "Complete an attempt of a task by its token; durable when answered",
    body: taskCompletionSchema,
    replies: { 200: { description: "It is completed", schema: taskDoneSchema } },
    async handle({ engine }, { body: { token, result } }) {
      await engine.completeTask(token, { ok: true, value: encode(result) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/tasks/fail",
    scope: "signal",
    summary: "Fail an attempt of a task by its token; durable when answered",
    body: taskFailureSchema,
    replies: { 200: { description: "It has failed", schema: taskDoneSchema } },
    async handle({ engine }, { body: { token, error } }) {
      const failure = Object.assign(new Error(error.message), error.name === undefined ? {} : { name: error.name });
      await engine.completeTask(token, { ok: false, error: encode(failure) });
      return { status: 200, value: { completed: true } };
    },
  }),
  operation({
    method: "post",
    path: "/v1/tasks/heartbeat",
    scope: "signal",
    summary: "A sign of life of an attempt of a task",
    body: taskHeartbeatSchema,
    replies: { 200: { description: "Whether to go on", schema: taskBeatSchema } },
    async handle({ engine }, { body: { token, details } }) {
      return { status: 200, value: await engine.heartbeatTask(token, encode(details)) };
    },
  }),
];

/** Whether the server and its engine are there: for load balancers and watchdogs, so without a token. */
import { healthSchema } from "../../../client/resources.js";
import { operation, type Route } from "../route.js";

export const HEALTH: readonly Route[] = [
  operation({
    method: "get",
    path: "/health",
    scope: undefined,
    summary: "The server answers",
    replies: { 200: { description: "It does", schema: healthSchema } },
    handle: async ({ version }) => ({ status: 200, value: { status: "ok", version } }),
  }),
  operation({
    method: "get",
    path: "/ready",
    scope: undefined,
    summary: "The engine takes work and its database answers",
    replies: { 200: { description: "It does", schema: healthSchema } },
    async handle({ engine, version }) {
      await engine.list({ limit: 1 });
      return { status: 200, value: { status: "ok", version } };
    },
  }),
];

/** Whether the server and its engine are there: for load balancers and watchdogs, so without a token. */
import { healthSchema } from "../../../client/resources.js";
import { operation, type Route } from "../route.js";

const healthy = (path: string) =>
  operation({
    method: "get",
    path,
    scope: undefined,
    summary: "The server answers",
    replies: { 200: { description: "It does", schema: healthSchema } },
    handle: async ({ version }) => ({ status: 200, value: { status: "ok", version } }),
  });

const ready = (path: string) =>
  operation({
    method: "get",
    path,
    scope: undefined,
    summary: "The engine takes work and its database can be read and written",
    replies: { 200: { description: "It does", schema: healthSchema } },
    async handle({ engine, version }) {
      await engine.ready();
      return { status: 200, value: { status: "ok", version } };
    },
  });

/** Each by both names that are in use for it. */
export const HEALTH: readonly Route[] = [healthy("/health"), healthy("/healthz"), ready("/ready"), ready("/readyz")];

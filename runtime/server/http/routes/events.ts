/** Events: into the queues of their subscriptions, and what became of those that none could handle. */

import { nextOf, readCursor } from "../../../client/cursor.js";
import {
  acceptedSchema,
  deadLetterPageSchema,
  deadLetterQuerySchema,
  noBodySchema,
  signalBodySchema,
} from "../../../client/resources.js";
import { Fault } from "../../../protocol/fault.js";
import { encode } from "../../../protocol/value.js";
import { operation, type Route } from "../route.js";
import { deadLetterResource } from "../views/operate.js";

const LETTER = "/v1/dead-letters/{id}";
const accepted = { 202: { description: "It is done", schema: acceptedSchema } };

export const EVENTS: readonly Route[] = [
  operation({
    method: "post",
    path: "/v1/events/{event}",
    scope: "signal",
    summary: "Put an event into the queues of its subscriptions; durable when answered",
    body: signalBodySchema,
    replies: { 202: { description: "Each subscription will see it once", schema: acceptedSchema } },
    async handle({ engine }, { params, body }) {
      await engine.emit([{ event: params.event ?? "", payload: encode(body.payload) }]);
      return { status: 202, value: { accepted: true } };
    },
  }),
  operation({
    method: "get",
    path: "/v1/dead-letters",
    scope: "read",
    summary: "Events that no attempt of their subscription could handle",
    query: deadLetterQuerySchema,
    replies: { 200: { description: "A page", schema: deadLetterPageSchema } },
    async handle({ engine }, { query: { subscription, cursor, limit } }) {
      const before = cursor === undefined ? {} : { before: readCursor(cursor) };
      const rows = await engine.deadLetters({
        ...(subscription === undefined ? {} : { subscription }),
        ...before,
        limit,
      });
      return { status: 200, value: { items: rows.map(deadLetterResource), ...nextOf(rows.at(-1)?.id, rows, limit) } };
    },
  }),
  operation({
    method: "post",
    path: `${LETTER}/retry`,
    scope: "admin",
    summary: "Put a dead letter back into its queue; durable when answered",
    body: noBodySchema,
    replies: accepted,
    async handle({ engine }, { params }) {
      await engine.retryDeadLetter(letterOf(params));
      return { status: 202, value: { accepted: true } };
    },
  }),
  operation({
    method: "post",
    path: `${LETTER}/drop`,
    scope: "admin",
    summary: "Forget a dead letter; durable when answered",
    body: noBodySchema,
    replies: accepted,
    async handle({ engine }, { params }) {
      await engine.dropDeadLetter(letterOf(params));
      return { status: 202, value: { accepted: true } };
    },
  }),
];

/** Throws Fault EV8301 for what is no id. */
function letterOf({ id = "" }: Readonly<Record<string, string>>): number {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new Fault("EV8301", `${JSON.stringify(id)} is no id of a dead letter`, {
    remedy: "GET /v1/dead-letters lists them with their ids.",
  });
}

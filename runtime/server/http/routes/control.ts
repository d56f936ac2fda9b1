/** What is asked of and done to executions from outside: requests, queries, and the operator's control. */
import { inProcessClient } from "../../../client/in-process.js";
import {
  acceptedSchema,
  answerSchema,
  controlBodySchema,
  noBodySchema,
  queryBodySchema,
  requestQuerySchema,
  signalBodySchema,
  startedSchema,
  unansweredSchema,
} from "../../../client/resources.js";
import { retryExecution } from "../../../client/retry.js";
import { encode } from "../../../protocol/value.js";
import { operation, type Route } from "../route.js";
import { answerResource } from "../views/executions.js";
import { within } from "../waiting.js";
import { EXECUTION, idOf } from "./executions.js";

const CONTROLS = {
  cancel: "Cancel an execution: it cleans up, then ends",
  terminate: "End an execution without running any more of its code",
  suspend: "Deliver nothing to an execution until it is resumed",
  resume: "Let a suspended execution go on",
} as const;

const ACTIONS = ["cancel", "terminate", "suspend", "resume"] as const satisfies readonly (keyof typeof CONTROLS)[];

export const CONTROL: readonly Route[] = [
  operation({
    method: "post",
    path: `${EXECUTION}/requests/{signal}`,
    scope: "signal",
    summary: "Send a signal and wait for what its handler returns",
    query: requestQuerySchema,
    body: signalBodySchema,
    replies: {
      200: { description: "The handler's answer", schema: answerSchema },
      202: { description: "Not answered in time; it may still be carried out", schema: unansweredSchema },
    },
    async handle({ engine }, { params, query: { wait }, body, signal }) {
      const asked = engine.request(idOf(params), params.signal ?? "", encode(body.payload));
      const outcome = await within(asked, wait * 1000, signal);
      if (outcome === undefined) return { status: 202, value: { answered: false } };
      return { status: 200, value: answerResource(outcome) };
    },
  }),
  operation({
    method: "post",
    path: `${EXECUTION}/queries/{query}`,
    scope: "read",
    summary: "Ask an execution, also a closed one; changes nothing",
    body: queryBodySchema,
    replies: { 200: { description: "The handler's answer", schema: answerSchema } },
    handle: async ({ engine }, { params, body: { input } }) => ({
      status: 200,
      value: answerResource(await engine.query(idOf(params), params.query ?? "", encode(input))),
    }),
  }),
  operation({
    method: "post",
    path: `${EXECUTION}/retry`,
    scope: "signal",
    summary: "Start what has failed again with the same input, on the newest program",
    body: noBodySchema,
    replies: {
      201: { description: "Started", schema: startedSchema },
      200: { description: "Its retry is under way, or has succeeded", schema: startedSchema },
    },
    async handle({ engine }, { params }) {
      const { executionId, existing } = await retryExecution(inProcessClient(engine), idOf(params));
      return { status: existing ? 200 : 201, value: { id: executionId, existing } };
    },
  }),
  ...ACTIONS.map((action) =>
    operation({
      method: "post",
      path: `${EXECUTION}/${action}`,
      scope: "admin",
      summary: `${CONTROLS[action]}; durable when answered`,
      body: controlBodySchema,
      replies: {
        202: { description: "It will happen, in the order of the execution's events", schema: acceptedSchema },
      },
      async handle({ engine }, { params, body: { reason } }) {
        await engine.control(idOf(params), action, reason);
        return { status: 202, value: { accepted: true } };
      },
    }),
  ),
];

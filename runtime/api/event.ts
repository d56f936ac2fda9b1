/** Events on the host, and what both sides do with their schemas. */
import { EventualError } from "../protocol/errors.js";
import { Fault } from "../protocol/fault.js";
import { askEngine, encodeForEngine } from "./bridge.js";
import { retryPolicyOf } from "./retry-policy.js";
import { durationSchedule } from "./schedule.js";
import type {
  Event,
  EventSchema,
  RetryOptions,
  Subscription,
  SubscriptionHandler,
  SubscriptionOptions,
  SubscriptionSource,
} from "./types.js";

/** Attempts and longest pause of a subscription that says nothing of them. */
const DEFAULT_RETRY: RetryOptions = { maxAttempts: 20, maximumInterval: durationSchedule(1, "hour") };

/** The arguments of `onEvent()` after the name. */
export type OnEventArguments<Payload> =
  | readonly [handler: SubscriptionHandler<Payload>]
  | readonly [options: SubscriptionOptions, handler: SubscriptionHandler<Payload>];

/** Takes note of a subscription; on plain Node nobody does. */
export type Subscribe = (subscription: Subscription) => void;

/** An event as the host sees it. Throws Fault EV7002 for a name or a schema that cannot be. */
export function makeEvent<Payload>(
  name: string,
  schema: EventSchema<Payload> | undefined,
  subscribe: Subscribe,
): Event<Payload> {
  if (typeof name !== "string" || name === "") throw wrong("an event has no name", "Give it one, in plain text.");
  if (schema !== undefined && typeof schema["~standard"]?.validate !== "function") {
    throw wrong(`the schema of the event "${name}" is none`, "Pass a schema of zod, valibot, arktype or the like.");
  }
  const event: Event<Payload> = {
    kind: "Event",
    name,
    async emit(...payloads) {
      const checked = await Promise.all(payloads.map((payload) => checkedPayload(name, schema, payload)));
      const events = checked.map((payload) => ({ event: name, payload: encodeForEngine(payload, "event") }));
      await askEngine(`emitting the event "${name}"`, { kind: "emit", events });
    },
    onEvent(subscription: string, ...rest: OnEventArguments<Payload>) {
      const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
      return makeSubscription(subscription, { ...options, events: [event] }, handler, subscribe);
    },
  };
  return event;
}

/** A subscription as the host sees it. Throws Fault EV7002 for what cannot be. */
export function makeSubscription<Payload>(
  name: string,
  source: SubscriptionSource,
  handler: SubscriptionHandler<Payload>,
  subscribe: Subscribe,
): Subscription<Payload> {
  const owner = `subscription "${name}"`;
  if (typeof name !== "string" || name === "") throw wrong("a subscription has no name", "Give it one, in plain text.");
  if (typeof handler !== "function") throw wrong(`the handler of ${owner} is not a function`, "Pass it last.");
  if (!Array.isArray(source.events) || source.events.length === 0) {
    throw wrong(
      `${owner} names no events`,
      'Pass them: subscription("mail", { events: [placed] }, async (event) => …).',
    );
  }
  const { retryAttempts } = source;
  const given = retryAttempts === undefined ? {} : { maxAttempts: retryAttempts + 1 };
  const retry = retryPolicyOf(owner, { ...DEFAULT_RETRY, ...given, ...source.retry }, wrong);
  const subscription: Subscription<Payload> = {
    kind: "Subscription",
    name,
    events: source.events.map((event) => event.name),
    retry,
    handler,
  };
  subscribe(subscription as Subscription);
  return subscription;
}

/** The payload as its schema gives it. Throws EventualError "InvalidEvent" with the places that are wrong. */
async function checkedPayload<Payload>(
  name: string,
  schema: EventSchema<Payload> | undefined,
  payload: Payload,
): Promise<Payload> {
  if (schema === undefined) return payload;
  return resultOf(name, await schema["~standard"].validate(payload)) as Payload;
}

/** What a schema has found. Throws EventualError "InvalidEvent". */
export function resultOf(name: string, found: Awaited<ReturnType<EventSchema["~standard"]["validate"]>>): unknown {
  if (found.issues === undefined) return found.value;
  const places = found.issues.map(({ message, path = [] }) => {
    const at = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return at === "" ? message : `${at}: ${message}`;
  });
  throw new EventualError("InvalidEvent", `the event "${name}" does not fit its schema: ${places.join("; ")}`, {
    code: "EV7030",
  });
}

function wrong(message: string, remedy: string): Fault {
  return new Fault("EV7002", message, { remedy });
}

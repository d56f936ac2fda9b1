/** Mocks of subscriptions: what a test says of the events that reach one, instead of running its handler. */
import type { MockActions, MockedTaskCall, TaskMock } from "./mock-task.js";

/** One attempt to handle an event. */
export interface MockedDelivery<Payload = unknown> extends Pick<MockedTaskCall, "retry" | "idempotencyKey" | "time"> {
  readonly event: Payload;
}

/** What a mock does with an event. */
export interface MockSubscriptionActions<Payload> {
  /** Has handled it. */
  succeed(): void;
  /** Throws `error` as a handler would: the subscription's retry policy applies. */
  fail(error: unknown): void;
  /** Runs `handler` in the test's own thread. */
  call(handler: (event: Payload, delivery: MockedDelivery<Payload>) => unknown): void;
  /** Runs the real handler. */
  real(): void;
}

/** A subscription's mock. What is said last holds for all events; what is said with `once`, for one each, in order. */
export interface MockSubscription<Payload = unknown> extends MockSubscriptionActions<Payload> {
  readonly once: MockSubscriptionActions<Payload>;
  /** All attempts so far, also those that ran the real handler. */
  readonly deliveries: readonly MockedDelivery<Payload>[];
  /** From now on the real handler runs, and `deliveries` is empty. */
  reset(): void;
}

/** To the pool a subscription's handler is a task's: so is its mock, without what only tasks can do. */
export function subscriptionMock<Payload>(mock: TaskMock): MockSubscription<Payload> {
  return {
    ...actionsOf<Payload>(mock),
    once: actionsOf<Payload>(mock.once),
    get deliveries() {
      return mock.calls.map(deliveryOf<Payload>);
    },
    reset: () => mock.reset(),
  };
}

function actionsOf<Payload>(task: MockActions<never, unknown>): MockSubscriptionActions<Payload> {
  return {
    succeed: () => task.succeed(undefined),
    fail: (error) => task.fail(error),
    call: (handler) => task.call((_event, call) => handler(deliveryOf<Payload>(call).event, deliveryOf(call))),
    real: () => task.real(),
  };
}

function deliveryOf<Payload>({ input, retry, idempotencyKey, time }: MockedTaskCall): MockedDelivery<Payload> {
  return { event: input as Payload, retry, idempotencyKey, time };
}

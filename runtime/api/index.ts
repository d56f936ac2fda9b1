/**
 * `eventual`: what authors of workflows import.
 *
 * In a compiled program the guest runtime takes this module's place, so the bodies here run only on plain Node (unit
 * tests, scripts) and in task workers: definitions work, durable operations refuse with Fault EV7001.
 *
 * @module eventual
 */
import { asyncResult, sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from "./async-result.js";
import { runningTask } from "./bridge.js";
import { makeSignal, makeTask, makeWorkflow, type TaskArguments } from "./define.js";
import { makeEvent, makeSubscription } from "./event.js";
import { signalOnHost } from "./handle.js";
import { OutsideDuration, OutsideTime, outsideTask, outsideWorkflow } from "./outside.js";
import { durationSchedule, timeSchedule } from "./schedule.js";
import { makeSchedule } from "./schedules.js";
import type {
  AnyEvent,
  CancelScope,
  ConditionOptions,
  DurationSchedule,
  DurationUnit,
  Event,
  EventPayload,
  EventSchema,
  ExpectSignalOptions,
  Query,
  Recurrence,
  Saga,
  ScheduleDefinition,
  ScheduleOptions,
  Schedule as ScheduleType,
  Signal,
  SignalArguments,
  SignalHandler,
  SignalsHandler,
  Subscription,
  SubscriptionHandler,
  SubscriptionSource,
  Task,
  TaskContext,
  TaskHandler,
  TaskOptions,
  TimeSchedule,
  TransactionHandler,
  TransactionOptions,
  Workflow,
  WorkflowHandler,
  WorkflowOptions,
} from "./types.js";

export {
  CancelledError,
  DeterminismError,
  EventualError,
  HeartbeatTimeout,
  TaskInterrupted,
  Timeout,
  UnserializableError,
  WorkflowTimeout,
} from "../protocol/errors.js";
export type { AsyncResult } from "./async-result.js";
export { executionHandle } from "./handle.js";
export { type Execution, ExecutionStatus, isFailedExecution, isSucceededExecution } from "./status.js";
export type {
  AnyEvent,
  CancelScope,
  ChildExecution,
  ChildOptions,
  ConditionOptions,
  DurationSchedule,
  DurationUnit,
  Event,
  EventPayload,
  EventSchema,
  ExecutionHandle,
  ExpectSignalOptions,
  FunctionOptions,
  HeartbeatReply,
  Query,
  Recurrence,
  RetryOptions,
  Saga,
  ScheduleDefinition,
  ScheduleOptions,
  SendSignalOptions,
  Signal,
  SignalArguments,
  SignalHandler,
  SignalsHandler,
  SqlParameter,
  StartOptions,
  Subscription,
  SubscriptionContext,
  SubscriptionHandler,
  SubscriptionOptions,
  SubscriptionSource,
  Task,
  TaskCallOptions,
  TaskContext,
  TaskDatabase,
  TaskHandler,
  TaskOptions,
  TimeoutSource,
  TimeSchedule,
  TransactionContext,
  TransactionHandler,
  TransactionOptions,
  Workflow,
  WorkflowContext,
  WorkflowHandler,
  WorkflowInput,
  WorkflowOptions,
  WorkflowOutput,
} from "./types.js";
export { asyncResult, sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess };

/**
 * Defines a workflow: an async function whose executions survive crashes, restarts and long waits. Every call of the
 * API in it is a place where it can rest. The name must be unique in the program.
 *
 * ```ts
 * export const reminder = workflow("reminder", async (email: string) => {
 *   while (true) {
 *     await duration(1, "day");
 *     await sendReminder(email);
 *   }
 * });
 * ```
 *
 * Options: a time limit, how long closed executions are kept, and whether a function that throws is called again.
 *
 * ```ts
 * const options = { timeout: duration(1, "day"), retry: { maxAttempts: 3, initialInterval: duration(1, "minute") } };
 * export const checkout = workflow("checkout", options, async (order: string, { execution }) => {
 *   return `${order}, attempt ${execution.attempt}`;
 * });
 * ```
 * Throws Fault EV7002 for an invalid name or handler.
 */
export function workflow<const Name extends string, Input = undefined, Output = unknown>(
  name: Name,
  handler: WorkflowHandler<Input, Output>,
): Workflow<Name, Input, Output>;
export function workflow<const Name extends string, Input = undefined, Output = unknown>(
  name: Name,
  options: WorkflowOptions,
  handler: WorkflowHandler<Input, Output>,
): Workflow<Name, Input, Output>;
export function workflow<Name extends string, Input, Output>(
  name: Name,
  ...definition: readonly [WorkflowHandler<Input, Output>] | readonly [WorkflowOptions, WorkflowHandler<Input, Output>]
): Workflow<Name, Input, Output> {
  return makeWorkflow(name, definition.length === 1 ? definition[0] : definition[1]);
}

/**
 * Runs `body` out of reach of cancellation: what it awaits goes on although the execution, or the scope around it, is
 * cancelled. For clean-up that needs tasks or timers.
 *
 * ```ts
 * try { await work(); } finally { await uncancellable(async () => { await releaseRoom(); }); }
 * ```
 */
export async function uncancellable<Result>(_body: () => Promise<Result> | Result): Promise<Result> {
  throw outsideWorkflow("uncancellable()");
}

/**
 * Runs `body` as a part that can be cancelled by itself: `scope.cancel()` rejects what waits in it with `CancelledError`
 * and tells its tasks and children to stop. Gives what the body gives.
 *
 * ```ts
 * await cancelScope(async (scope) => {
 *   stop.onSignal(() => scope.cancel("stopped by hand"));
 *   await everything();
 * });
 * ```
 */
export async function cancelScope<Result>(_body: (scope: CancelScope) => Promise<Result> | Result): Promise<Result> {
  throw outsideWorkflow("cancelScope()");
}

/**
 * Steps with what undoes them: when the body throws or is cancelled, the undo steps of what was done run in reverse
 * order, each until it succeeds; then the error goes on.
 *
 * ```ts
 * await saga(async (s) => {
 *   await s.step(() => charge(order), () => refund(order));
 *   await s.step(() => ship(order), () => recall(order));
 * });
 * ```
 */
export async function saga<Result>(_body: (saga: Saga) => Promise<Result> | Result): Promise<Result> {
  throw outsideWorkflow("saga()");
}

/**
 * Defines what can be asked of an execution from outside: a handler that reads module state (each execution has its
 * own) and answers at once. It runs on a copy, so nothing that it changes is seen.
 *
 * ```ts
 * let done = 0;
 * export const progress = query("progress", () => ({ done, total }));
 * ```
 */
export function query<Input = undefined, Answer = unknown>(
  name: string,
  _handler: (input: Input) => Answer,
): Query<Input, Answer> {
  return { kind: "Query", name };
}

/**
 * Defines an event: a message to whoever has subscribed to it. Payloads are checked against the schema, of any library
 * that follows Standard Schema, in the code that emits them.
 *
 * ```ts
 * const orderPlaced = event<{ id: string; cents: number }>("orderPlaced");
 * export const book = orderPlaced.onEvent("book", async ({ id, cents }) => { console.log(id, cents); });
 * await orderPlaced.emit({ id: "17", cents: 1200 });      // in a workflow, a task or a subscription's handler
 * ```
 * Throws Fault EV7002 for an invalid name or schema.
 */
export function event<Payload = unknown>(name: string, schema?: EventSchema<Payload>): Event<Payload> {
  return makeEvent(name, schema, () => {});
}

/**
 * Subscribes to events: `handler` runs on the host, like a task's, once for each event that is emitted, and again with
 * growing pauses while it throws. Events that no attempt could handle are kept as dead letters.
 *
 * ```ts
 * const orderPaid = event<{ id: string }>("orderPaid");
 * export const mail = subscription("mail", { events: [orderPaid], retry: { maxAttempts: 5 } }, async ({ id }) => {
 *   console.log("paid", id);
 * });
 * ```
 * Throws Fault EV7002 for an invalid name, option or handler.
 */
export function subscription<const Events extends readonly AnyEvent[]>(
  name: string,
  source: SubscriptionSource<Events>,
  handler: SubscriptionHandler<EventPayload<Events[number]>>,
): Subscription<EventPayload<Events[number]>> {
  return makeSubscription(name, source, handler, () => {});
}

/**
 * Starts executions of a workflow again and again: by a cron expression in a time zone, or every so often. It holds as
 * long as the program that declares it is the newest one.
 *
 * ```ts
 * export const report = workflow("report", async (kind: string) => kind);
 * export const nightly = schedule("nightly", "0 2 * * *", report, "full", { timezone: "Europe/Berlin" });
 * export const hourly = schedule("hourly", { every: duration(1, "hour") }, report, "short", { overlap: "buffer" });
 * ```
 * Throws Fault EV7002 for an invalid name or option. A cron expression that means nothing is refused when the program is
 * deployed (EV7031).
 */
export function schedule<Input>(
  name: string,
  when: Recurrence,
  workflow: Workflow<string, Input, unknown>,
  input?: Input,
  options?: ScheduleOptions,
): ScheduleDefinition {
  return makeSchedule(name, when, workflow, input, options);
}

/**
 * Defines a task: a function that runs on the host, outside the workflow's sandbox, with all of Node and npm. Calling
 * the task inside a workflow runs the handler and records its result once. Input and result are copied. The name must
 * be unique in the program.
 *
 * ```ts
 * const charge = task("charge", { onCrash: "fail" }, async (order: Order, ctx) => {
 *   return await bank.charge(order.total, { idempotencyKey: ctx.invocation.idempotencyKey });
 * });
 * const receipt = await charge(order); // in a workflow
 * const tested = await charge.handler(order, context); // in a unit test
 * ```
 * Throws Fault EV7002 for an invalid name, option or handler.
 */
export function task<const Name extends string, Input = undefined, Output = unknown>(
  name: Name,
  handler: TaskHandler<Input, Output>,
): Task<Name, Input, Output>;
export function task<const Name extends string, Input = undefined, Output = unknown>(
  name: Name,
  options: TransactionOptions<Input>,
  handler: TransactionHandler<Input, Output>,
): Task<Name, Input, Output>;
export function task<const Name extends string, Input = undefined, Output = unknown>(
  name: Name,
  options: TaskOptions<Input>,
  handler: TaskHandler<Input, Output>,
): Task<Name, Input, Output>;
export function task<Name extends string, Input, Output>(
  name: Name,
  ...definition: TaskArguments<Input, Output>
): Task<Name, Input, Output> {
  return makeTask(name, definition);
}

/**
 * The context of the task that is running, for code that a handler calls without handing its second argument on: a mail
 * client that gives its provider the idempotency key, a logger. Works across the handler's awaits.
 * Throws Fault EV7005 where no task is running.
 *
 * ```ts
 * import { taskContext } from "eventual";
 *
 * export async function charge(cents: number): Promise<void> {
 *   await provider.charge(cents, { idempotencyKey: taskContext().invocation.idempotencyKey });
 * }
 * ```
 */
export function taskContext(): TaskContext {
  const context = runningTask();
  if (context === undefined) throw outsideTask();
  return context;
}

/**
 * A length of time. Inside a workflow it is also a durable timer, which starts with this call: await it. Fractions
 * count; zero and negative lengths pass at once. The unit is seconds unless given; a day is 24 hours, a year 365.25
 * days.
 *
 * ```ts
 * await duration(1, "day");
 * await approved.expectSignal({ timeout: duration(2, "hours") });
 * ```
 * Throws Fault EV7004 for a number that is not finite or an unknown unit.
 */
export function duration(dur: number, unit: DurationUnit = "seconds"): Promise<void> & DurationSchedule {
  return new OutsideDuration(durationSchedule(dur, unit));
}

/**
 * A point in time: a Date or ISO 8601 text. Inside a workflow it is also a durable timer: await it. A time in the past
 * passes at once.
 *
 * ```ts
 * await time("2027-01-01T00:00:00Z");
 * ```
 * Throws Fault EV7004 for what is no date.
 */
export function time(moment: string | Date): Promise<void> & TimeSchedule {
  return new OutsideTime(timeSchedule(moment));
}

/** A length of time or point in time as plain data; no timer is started. */
export type Schedule = ScheduleType;

/**
 * Makes schedules as plain data, for timeouts that are stored or passed on: no timer is started.
 *
 * ```ts
 * const patience = Schedule.duration(3, "days");
 * await condition({ timeout: patience }, () => approvals >= 2);
 * ```
 * Both throw Fault EV7004 as `duration()` and `time()` do.
 */
export const Schedule: {
  readonly duration: (dur: number, unit?: DurationUnit) => DurationSchedule;
  readonly time: (moment: string | Date) => TimeSchedule;
} = { duration: durationSchedule, time: timeSchedule };

/**
 * Waits until `predicate` gives true: resolves to true, or to false when the timeout passes first. The predicate is
 * asked at once and after everything that happens to the execution; it must not change anything. A predicate that
 * throws rejects the promise.
 *
 * ```ts
 * let approvals = 0;
 * approve.onSignal(() => { approvals++; });
 * const inTime = await condition({ timeout: duration(1, "week") }, () => approvals >= 2);
 * ```
 */
export function condition(predicate: () => boolean): Promise<boolean>;
export function condition(options: ConditionOptions, predicate: () => boolean): Promise<boolean>;
export async function condition(
  ..._definition: readonly [() => boolean] | readonly [ConditionOptions, () => boolean]
): Promise<boolean> {
  throw outsideWorkflow("condition()");
}

/**
 * Defines a signal: a message to one execution, with a payload of type `Payload`.
 *
 * ```ts
 * const approve = signal<{ by: string }>("approve");
 * const { by } = await approve.expectSignal();      // in the workflow that waits
 * await approve.sendSignal(executionId, { by: "Ada" });      // in another workflow
 * ```
 * Throws Fault EV7002 for an invalid name.
 */
export function signal<Payload = void>(name: string): Signal<Payload> {
  return makeSignal(name);
}

/**
 * Waits for one signal, given by definition or name. Signals that arrived earlier and that nobody took come first, the
 * oldest before the others. Rejects with `Timeout` when the timeout passes first.
 *
 * ```ts
 * const order = await expectSignal(orderPlaced, { timeout: duration(1, "hour") });
 * ```
 */
export async function expectSignal<Payload = unknown>(
  signal: Signal<Payload> | string,
  _options?: ExpectSignalOptions,
): Promise<Payload> {
  throw outsideWorkflow(`expecting the signal "${signalId(signal)}"`);
}

/**
 * Calls `handler` with every signal of that definition or name, in order, until it is disposed or the execution closes;
 * first with those that nobody took yet. A handler that throws fails the execution.
 *
 * ```ts
 * const handler = onSignal(itemAdded, (item) => { cart.push(item); });
 * handler.dispose();
 * ```
 */
export function onSignal<Payload = unknown>(
  signal: Signal<Payload> | string,
  _handler: SignalHandler<Payload>,
): SignalsHandler {
  throw outsideWorkflow(`handling the signal "${signalId(signal)}"`);
}

/**
 * Sends a signal, given by definition or name, to the execution with that id (`workflow/name`). Resolves when it is
 * durably delivered; rejects when the execution is unknown or closed. Signals that a workflow sends arrive once; elsewhere
 * give an `id` to what may be sent again: of several with the same id the execution gets one.
 *
 * ```ts
 * await sendSignal("checkout/order-17", itemAdded, { sku: "A-1", count: 2 }, { id: "click-4711" });
 * ```
 */
export async function sendSignal<Payload = unknown>(
  executionId: string,
  signal: Signal<Payload> | string,
  ...payload: SignalArguments<Payload>
): Promise<void> {
  await signalOnHost(executionId, signalId(signal), payload[0], payload[1]);
}

function signalId(signal: { readonly id: string } | string): string {
  return typeof signal === "string" ? signal : signal.id;
}

/**
 * The inference that authors expect. This file is only compiled: `tsc` fails when a line stops meaning what it says,
 * or when a line under `@ts-expect-error` starts to be accepted.
 */
import {
  type AsyncResult,
  CancelledError,
  condition,
  type DurationSchedule,
  duration,
  EventualError,
  expectSignal,
  HeartbeatTimeout,
  onSignal,
  Schedule,
  type Signal,
  type SignalsHandler,
  sendSignal,
  signal,
  type TaskCallOptions,
  Timeout,
  type TimeSchedule,
  task,
  time,
  type Workflow,
  type WorkflowInput,
  type WorkflowOutput,
  WorkflowTimeout,
  workflow,
} from "#runtime/api/index.js";

/** Compiles only if both types are the same, both ways. */
function same<A, B>(
  ..._proof: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [differ: never]
): void {}

interface Order {
  readonly id: string;
  readonly total: number;
}

// Tasks: input and output come from the handler.
const square = task("square", async (n: number, ctx) => {
  same<typeof ctx.invocation.retry, number>();
  same<typeof ctx.signal, AbortSignal>();
  same<typeof ctx.execution.workflowName, string>();
  return n * n;
});
same<Parameters<typeof square>, [input: number, options?: TaskCallOptions]>();
same<ReturnType<typeof square>, Promise<number>>();
same<typeof square.taskName, "square">();

const length = task("length", { onCrash: "fail" }, (text: string, ctx) => {
  ctx.signal.throwIfAborted();
  return text.length;
});
same<Parameters<typeof length>, [input: string, options?: TaskCallOptions]>();
same<ReturnType<typeof length>, Promise<number>>();
same<ReturnType<typeof length.handler>, number | AsyncResult<number> | PromiseLike<number | AsyncResult<number>>>();

const now = task("now", () => new Date());
same<ReturnType<typeof now>, Promise<Date>>();
const greet = task("greet", async (name?: string) => `hello ${name ?? "you"}`);
const shout = task("shout", async (name: string | undefined, _ctx) => name);
const log = task("log", async (order: Order) => console.log(order));
same<ReturnType<typeof log>, Promise<void>>();
const fails = task("fails", async (): Promise<never> => {
  throw new Error("always");
});
same<ReturnType<typeof fails>, Promise<never>>();
const either = task("either", async (flag: boolean) => (flag ? 1 : "one"));
same<Awaited<ReturnType<typeof either>>, 1 | "one">();
const loose = task("loose", async (value: unknown) => typeof value);

export async function calls(): Promise<void> {
  await square(3);
  await now();
  await greet();
  await greet("Ada");
  await shout();
  await shout("Ada");
  await loose();
  await loose({ any: "thing" });
  // @ts-expect-error the input is missing
  await square();
  // @ts-expect-error the input has another type
  await square("3");
  // @ts-expect-error a task takes one input
  await square(3, 4);
  // @ts-expect-error the handler takes no input
  await now("now");
}

export function refused(): void {
  // @ts-expect-error the name comes first
  task(async () => 1);
  // @ts-expect-error there is no handler
  task("no handler");
  // @ts-expect-error no such option
  task("wrong option", { retries: 3 }, async () => 1);
  // @ts-expect-error no such value
  task("wrong value", { onCrash: "ignore" }, async () => 1);
  // @ts-expect-error a workflow's handler is async
  workflow("not async", () => 1);
}

// Workflows
const checkout = workflow("checkout", async (order: Order, ctx) => {
  same<typeof ctx.execution.id, string>();
  same<typeof ctx.execution.parentId, string | undefined>();
  same<typeof ctx.workflow.name, string>();
  return order.total > 0;
});
same<typeof checkout, Workflow<"checkout", Order, boolean>>();
same<WorkflowInput<typeof checkout>, Order>();
same<WorkflowOutput<typeof checkout>, boolean>();
const nightly = workflow("nightly", async () => {});
same<WorkflowInput<typeof nightly>, undefined>();
same<WorkflowOutput<typeof nightly>, void>();
const anyOf: readonly Workflow<string, never, unknown>[] = [checkout, nightly];
void anyOf;

// Time: awaitable and a schedule at once
export async function timers(): Promise<void> {
  const day = duration(1, "day");
  same<typeof day, Promise<void> & DurationSchedule>();
  same<Awaited<typeof day>, void>();
  await duration(5);
  await time("2027-01-01T00:00:00Z");
  await time(new Date());
  await Promise.race([duration(1, "week"), time("2027-01-01")]);
  const plain = Schedule.duration(3, "days");
  same<typeof plain, DurationSchedule>();
  same<ReturnType<typeof Schedule.time>, TimeSchedule>();
  const stored: Schedule = duration(1);
  void stored;
  // @ts-expect-error no such unit
  await duration(1, "fortnight");
  // @ts-expect-error a number is no moment
  await time(17);
}

// Conditions
export async function conditions(): Promise<void> {
  same<Awaited<ReturnType<typeof condition>>, boolean>();
  await condition(() => true);
  await condition({ timeout: duration(1) }, () => true);
  await condition({ timeout: Schedule.time("2027-01-01") }, () => true);
  await condition({ timeout: square(3) }, () => true);
  // @ts-expect-error a timeout is a schedule or a promise
  await condition({ timeout: 1000 }, () => true);
  // @ts-expect-error the predicate is synchronous
  await condition(async () => true);
}

// Signals
const approve = signal<{ by: string }>("approve");
const stop = signal("stop");
same<typeof stop, Signal<void>>();
const maybe = signal<string | undefined>("maybe");
export async function signals(): Promise<void> {
  const payload = await approve.expectSignal();
  same<typeof payload, { by: string }>();
  const late = await approve.expectSignal({ timeout: duration(1) });
  same<typeof late, { by: string }>();
  const free = await expectSignal(approve, { timeout: Schedule.duration(1) });
  same<typeof free, { by: string }>();
  const named = await expectSignal<number>("count");
  same<typeof named, number>();
  const unnamed = await expectSignal("anything");
  same<typeof unnamed, unknown>();
  const handler = approve.onSignal(({ by }) => by.length);
  same<typeof handler, SignalsHandler>();
  onSignal(approve, async ({ by }) => console.log(by)).dispose();
  onSignal<number>("count", (count) => count.toFixed());
  await approve.sendSignal("checkout/1", { by: "Ada" });
  await stop.sendSignal("checkout/1");
  await maybe.sendSignal("checkout/1");
  await sendSignal("checkout/1", approve, { by: "Ada" });
  await sendSignal("checkout/1", stop);
  await sendSignal("checkout/1", "anything", 1);
  await sendSignal("checkout/1", "anything");
  // @ts-expect-error the payload is missing
  await approve.sendSignal("checkout/1");
  // @ts-expect-error the payload has another type
  await approve.sendSignal("checkout/1", { by: 1 });
  // @ts-expect-error the payload is missing
  await sendSignal("checkout/1", approve);
  // @ts-expect-error this signal has no payload
  await stop.sendSignal("checkout/1", "now");
}

// Errors
const errors: readonly EventualError[] = [
  new EventualError("OutOfStock"),
  new Timeout(),
  new HeartbeatTimeout(),
  new WorkflowTimeout(),
  new CancelledError("by Ada"),
];
void errors;
const timeouts: readonly Timeout[] = [new HeartbeatTimeout(), new WorkflowTimeout()];
void timeouts;

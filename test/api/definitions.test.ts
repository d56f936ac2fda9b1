/** The API on plain Node: definitions work, durable operations refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHostApi, type TaskRegistry } from "#runtime/api/host.js";
import {
  CancelledError,
  condition,
  duration,
  EventualError,
  expectSignal,
  HeartbeatTimeout,
  onSignal,
  Schedule,
  sendSignal,
  signal,
  Timeout,
  task,
  time,
  WorkflowTimeout,
  workflow,
} from "#runtime/api/index.js";
import { Fault } from "#runtime/protocol/fault.js";

const REFUSED = { name: "Fault", code: "EV7001" };
const INVALID = { name: "Fault", code: "EV7002" };
const NO_TIME = { name: "Fault", code: "EV7004" };

test("a task has its name, its handler and its options", async () => {
  const square = task("square", { onCrash: "fail" }, async (n: number, { invocation }) => n * n + invocation.retry);
  assert.equal(square.taskName, "square");
  assert.equal(square.name, "square");
  assert.deepEqual(square.options, { onCrash: "fail" });
  const context = {
    execution: { id: "w/1", workflowName: "w" },
    task: { name: "square" },
    invocation: { scheduledTime: "2027-01-01T00:00:00.000Z", retry: 1, idempotencyKey: "k", token: "t" },
    signal: new AbortController().signal,
    heartbeat: async () => ({ cancelled: false }),
  };
  assert.equal(await square.handler(3, context), 10);
});

test("calling a task outside a workflow is refused and says what to do", async () => {
  const send = task("send", async () => {});
  await assert.rejects(send(), (fault) => {
    assert.ok(fault instanceof Fault);
    assert.equal(fault.code, "EV7001");
    assert.equal(fault.message, 'calling the task "send" works only inside a workflow');
    assert.match(fault.remedy, /\.handler\(input, context\)/);
    return true;
  });
});

test("a workflow has its name and its handler", async () => {
  const greet = workflow("greet", async (name: string) => `hello ${name}`);
  assert.equal(greet.workflowName, "greet");
  const context = { workflow: { name: "greet" }, execution: { id: "greet/1", name: "1", startTime: "", attempt: 1 } };
  assert.equal(await greet.handler("Ada", context), "hello Ada");
});

test("definitions that cannot be are refused", () => {
  for (const name of ["", "two\nlines", 7, undefined] as string[]) {
    assert.throws(() => task(name, () => 1), INVALID);
    assert.throws(() => workflow(name, async () => 1), INVALID);
    assert.throws(() => signal(name), INVALID);
  }
  // @ts-expect-error there is no handler
  assert.throws(() => task("no handler"), INVALID);
  // @ts-expect-error no such option
  assert.throws(() => task("option", { retries: 3 }, () => 1), INVALID);
  // @ts-expect-error no such value
  assert.throws(() => task("value", { onCrash: "ignore" }, () => 1), INVALID);
});

test("duration() and time() are schedules everywhere, and refuse to be awaited outside a workflow", async () => {
  const day = duration(1, "day");
  assert.deepEqual({ type: day.type, dur: day.dur, unit: day.unit }, Schedule.duration(1, "day"));
  assert.equal(duration(5).unit, "seconds");
  assert.deepEqual({ type: "Time", isoDate: time("2027-01-01").isoDate }, Schedule.time(new Date(Date.UTC(2027))));
  await assert.rejects(async () => await day, REFUSED);
  await assert.rejects(time("2027-01-01"), REFUSED);
  assert.equal(await day.catch(() => "caught"), "caught");
  let finished = 0;
  await assert.rejects(
    day.finally(() => finished++),
    REFUSED,
  );
  assert.equal(finished, 1);
  await assert.rejects(Promise.race([day]), REFUSED);
});

test("lengths and moments that are none are refused", () => {
  assert.throws(() => duration(Number.NaN), NO_TIME);
  assert.throws(() => duration(Number.POSITIVE_INFINITY, "days"), NO_TIME);
  assert.throws(() => Schedule.time("tomorrow"), NO_TIME);
  assert.throws(() => time(new Date(Number.NaN)), NO_TIME);
  for (const unit of ["fortnight", "toString"] as unknown as "day"[]) assert.throws(() => duration(1, unit), NO_TIME);
  for (const dur of ["1", undefined] as unknown as number[]) assert.throws(() => duration(dur), NO_TIME);
});

test("conditions and signals refuse outside a workflow", async () => {
  const approve = signal<number>("approve");
  await assert.rejects(
    condition(() => true),
    REFUSED,
  );
  await assert.rejects(approve.expectSignal(), REFUSED);
  await assert.rejects(approve.sendSignal("w/1", 1), REFUSED);
  assert.throws(() => approve.onSignal(() => {}), REFUSED);
  await assert.rejects(expectSignal(approve), { ...REFUSED, message: /"approve"/ });
  await assert.rejects(expectSignal("approve"), { ...REFUSED, message: /"approve"/ });
  await assert.rejects(sendSignal("w/1", approve, 1), REFUSED);
  assert.throws(() => onSignal("approve", () => {}), REFUSED);
});

test("errors are known by class and name", () => {
  assert.ok(new HeartbeatTimeout() instanceof Timeout);
  assert.ok(new WorkflowTimeout("late") instanceof Timeout);
  assert.equal(new WorkflowTimeout("late").name, "WorkflowTimeout");
  assert.equal(new CancelledError().name, "CancelledError");
  const error = new EventualError("OutOfStock", "no more");
  assert.equal(`${error}`, "OutOfStock: no more");
  assert.equal(JSON.stringify(error), '{"name":"OutOfStock","message":"no more"}');
});

test("the API of a worker keeps the handlers of one program and refuses a name that is taken", () => {
  const registry: TaskRegistry = new Map();
  const api = createHostApi({ tasks: registry });
  const handler = (): number => 1;
  api.task("one", handler);
  assert.equal(registry.get("one")?.handler, handler);
  assert.throws(() => api.task("one", handler), { code: "EV7003" });
  createHostApi({ tasks: new Map() }).task("one", handler);
  assert.equal(api.workflow("w").workflowName, "w");
  assert.equal(api.duration(1).unit, "seconds");
});

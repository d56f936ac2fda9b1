/** Executions: cancellation, time limits, suspension, queries, requests; children and detached ones; sagas. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { decode, encode, type Outcome } from "#runtime/protocol/value.js";
import { temporaryFolder } from "../support/temp.js";
import { open, WAYS } from "./support.js";

async function notes(t: TestContext): Promise<() => string[]> {
  const file = join(await temporaryFolder(t), "notes.txt");
  process.env.NOTES = file;
  t.after(() => {
    delete process.env.NOTES;
  });
  return () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []);
}

for (const { way, ...options } of WAYS) {
  test(`a cancelled execution cleans up and ends as CANCELLED, whatever it waits for (${way})`, async (t) => {
    const read = await notes(t);
    const world = await open(t, "executions", options);
    for (const on of ["task", "timer", "signal", "signalInTime", "condition", "all"]) {
      const id = await world.start("waiting", on);
      await world.pass(1000);
      await world.engine.control(id, "cancel", "no longer needed");
      await world.pass(10_000);
      const { status, error } = await world.outcome(id);
      assert.equal(status, "CANCELLED", on);
      assert.equal(error?.name, "CancelledError");
      assert.equal(error?.message, "no longer needed");
    }
    assert.equal(read().length, 6);
    assert.ok(
      read().every((line) => line.startsWith("cleaned up after")),
      "nothing durable began outside of uncancellable",
    );
  });

  test(`a cancelled parent waits while its children clean up, but not for ever (${way})`, async (t) => {
    await notes(t);
    const world = await open(t, "executions", options);
    const id = await world.start("patient");
    await world.pass(1000);
    await world.engine.control(id, "cancel");
    await world.pass(60_000);
    assert.deepEqual((await world.outcome(id)).value, [3, 11]);
  });

  test(`of signals with one id an execution gets one, wherever they come from and whatever restarts between (${way})`, async (t) => {
    const world = await open(t, "executions", options);
    const id = await world.start("account", undefined, "a");
    const other = await world.start("account", undefined, "b");
    const send = (to: string, engine = world.engine) => engine.signal(to, "paid", encode(100), "host");
    await Promise.all([send(id), send(id), send(other)]);
    await world.outcome(await world.start("payer", id));
    const next = await world.reopen();
    await send(id, next.engine);
    assert.equal((await next.outcome(await next.start("payer", id, "again"))).status, "SUCCEEDED");
    await next.engine.signal(id, "paid", encode(1000));
    await next.engine.signal(id, "paid", encode(1000));
    for (const each of [id, other]) await next.signal(each, "go", 0);
    assert.equal((await next.outcome(id)).value, 2121);
    assert.equal((await next.outcome(other)).value, 100);
    await assert.rejects(send(id, next.engine), { code: "EV8005" });
    await assert.rejects(next.engine.signal(other, "paid", encode(1), ""), { code: "EV8003" });
  });

  test(`a scope is cancelled alone; what is shielded in it goes on (${way})`, async (t) => {
    const world = await open(t, "executions", options);
    const id = await world.start("part");
    await world.pass(5000);
    await world.signal(id, "go", 1);
    await world.pass(100_000);
    assert.deepEqual((await world.outcome(id)).value, ["enough", "refused", "kept", "true", "outer"]);
  });

  test(`children give their results and errors, twenty deep, and know their parent (${way})`, async (t) => {
    const world = await open(t, "executions", options);
    assert.deepEqual((await world.outcome(await world.start("parent"))).value, {
      broken: -7,
      deep: ["kid", ...Array.from({ length: 20 }, (_, i) => i + 1)],
      distinct: true,
      both: [["parent"], ["parent"]],
    });
  });

  test(`a parent and its child play ping-pong (${way})`, async (t) => {
    const world = await open(t, "executions", options);
    assert.deepEqual(await world.outcome(await world.start("game")), { status: "SUCCEEDED", value: 10 });
  });

  test(`a saga undoes what was done, in reverse order, until it succeeds (${way})`, async (t) => {
    const read = await notes(t);
    const world = await open(t, "executions", options);
    const good = await world.start("order", 0);
    assert.deepEqual((await world.outcome(good)).value, 6);
    const bad = await world.start("order", 3);
    await world.pass(10_000);
    assert.deepEqual((await world.outcome(bad)).value, "broken 3");
    const cancelled = await world.start("order", 9);
    await world.pass(1000);
    await world.engine.control(cancelled, "cancel");
    await world.pass(10_000);
    assert.equal((await world.outcome(cancelled)).status, "CANCELLED");
    const all = ["do 1", "do 2", "do 3"];
    assert.deepEqual(read(), [...all, ...all, "undo 2", "undo 1", ...all, "undo 3", "undo 2", "undo 1"]);
  });
}

test("a cancelled execution may end well; a second cancellation and one of a closed execution", async (t) => {
  const world = await open(t, "executions");
  const id = await world.start("survivor");
  await world.engine.control(id, "cancel");
  assert.deepEqual(await world.outcome(id), { status: "SUCCEEDED", value: "ended in peace: cancelled" });
  await assert.rejects(world.engine.control(id, "cancel"), { code: "EV8005" });
  await assert.rejects(world.engine.control("no/where", "cancel"), { code: "EV8004" });
});

test("a terminated execution runs nothing more; its waiting tasks are forgotten", async (t) => {
  const read = await notes(t);
  const world = await open(t, "executions");
  const id = await world.start("waiting", "task");
  await world.engine.control(id, "terminate", "by hand");
  const { status, error } = await world.outcome(id);
  assert.equal(status, "TERMINATED");
  assert.match(error?.message ?? "", /by hand/);
  const next = await world.reopen();
  await next.pass(60_000);
  assert.deepEqual(read(), []);
  assert.equal((await next.engine.show(id)).status, "TERMINATED");
});

test("a workflow's time limit closes it as TIMED_OUT; a start's own limit goes before the definition's", async (t) => {
  const read = await notes(t);
  const world = await open(t, "executions");
  const own = await world.start("limited");
  const given = await world.engine.start({ workflow: "limited", input: encode(undefined), timeoutMs: 50_000 });
  await world.pass(10_000);
  const { status, error } = await world.outcome(own);
  assert.equal(status, "TIMED_OUT");
  assert.equal(error?.name, "WorkflowTimeout");
  const next = await world.reopen();
  await next.pass(39_999);
  assert.equal((await next.engine.show(given.executionId)).status, "IN_PROGRESS");
  await next.pass(1);
  assert.equal((await next.outcome(given.executionId)).status, "TIMED_OUT");
  assert.deepEqual(read(), [], "no code of it ran");
});

test("a suspended execution keeps what arrives, over a restart, and goes on when it is resumed", async (t) => {
  const world = await open(t, "executions");
  const id = await world.start("part");
  await world.pass(1000);
  await world.engine.control(id, "suspend", "maintenance");
  const { status, reason } = await world.engine.result(id);
  assert.deepEqual([status, reason?.code, reason?.message], ["SUSPENDED", "EV8017", "maintenance"]);
  await world.signal(id, "go", 1);
  await world.pass(70_000);
  const next = await world.reopen();
  assert.equal((await next.engine.show(id)).status, "SUSPENDED");
  await next.engine.control(id, "resume");
  await next.pass(60_000);
  const { value } = await next.outcome(id);
  assert.deepEqual(new Set(value as string[]), new Set(["enough", "refused", "kept", "true", "outer"]));
  const other = await next.start("survivor");
  await next.engine.control(other, "suspend");
  await next.engine.control(other, "terminate");
  assert.equal((await next.outcome(other)).status, "TERMINATED");
});

test("queries change nothing, also of a closed execution; requests are answered by the handler", async (t) => {
  const world = await open(t, "executions");
  const ask = async (id: string) => decode(resultOf(await world.engine.query(id, "count", encode(undefined))));
  const id = await world.start("counting");
  assert.deepEqual([await ask(id), await ask(id)], [0, 0]);
  assert.equal(decode(resultOf(await world.engine.request(id, "go", encode(3)))), 3);
  assert.equal(await ask(id), 3);
  const refused = await world.engine.request(id, "go", encode(-1));
  assert.equal(refused.ok, false, "what the handler throws is the answer and fails nothing");
  const unknown = await world.engine.query(id, "nothing", encode(undefined));
  assert.match(unknown.ok ? "" : unknown.error, /no query/);
  await world.engine.request(id, "go", encode(20));
  assert.deepEqual(await world.outcome(id), { status: "SUCCEEDED", value: 22 });
  assert.equal(await ask(id), 22);
});

function resultOf(outcome: Outcome): string {
  assert.ok(outcome.ok);
  return outcome.value;
}

test("children are left, told or ended when their parent ends", async (t) => {
  const read = await notes(t);
  const world = await open(t, "executions");
  const statuses = async (ends: string) =>
    await Promise.all(
      ["left", "told", "ended"].map(async (id) => (await world.engine.show(`sleeper/${ends}-${id}`)).status),
    );
  await world.outcome(await world.start("family", "return"));
  await world.pass(1000);
  assert.deepEqual(await statuses("return"), ["IN_PROGRESS", "CANCELLED", "TERMINATED"]);
  assert.deepEqual(read(), ["told SUCCEEDED"]);
  const id = await world.start("family", "wait");
  await world.pass(1000);
  await world.engine.control(id, "cancel");
  await world.pass(60_000);
  assert.equal((await world.outcome(id)).status, "CANCELLED");
  assert.deepEqual(await statuses("wait"), ["CANCELLED", "CANCELLED", "CANCELLED"]);
});

test("a terminated parent terminates its children", async (t) => {
  const world = await open(t, "executions");
  const id = await world.start("family", "wait");
  await world.pass(1000);
  await world.engine.control(id, "terminate");
  await world.pass(1000);
  for (const name of ["left", "told", "ended"]) {
    assert.equal((await world.engine.show(`sleeper/wait-${name}`)).status, "TERMINATED");
  }
});

test("a child's time limits, and its cancellation by its parent", async (t) => {
  await notes(t);
  const world = await open(t, "executions");
  const id = await world.start("childLimits");
  await world.pass(10_000);
  await world.signal(id, "go", 1);
  await world.pass(60_000);
  assert.deepEqual((await world.outcome(id)).value, [true, true, true]);
  assert.equal((await world.engine.show("sleeper/own")).status, "TIMED_OUT");
  assert.equal((await world.engine.show("sleeper/mine")).status, "TIMED_OUT");
});

test("detached starts are idempotent; another input is a conflict; a handle cancels", async (t) => {
  await notes(t);
  const world = await open(t, "executions");
  const { value } = await world.outcome(await world.start("detached"));
  assert.deepEqual(value, ["sleeper/alone", "sleeper/alone", "EV8002"]);
  assert.equal((await world.outcome("sleeper/alone")).status, "CANCELLED");
});

test("an execution answers queries from the moment in which it is started, before it has run: with its state as new", async (t) => {
  for (const { way, ...options } of WAYS) {
    const world = await open(t, "executions", options);
    const { value, error } = await world.outcome(await world.start("atOnce", undefined, "1"));
    assert.equal(error, undefined);
    assert.deepEqual(value, { begun: 0, own: 0, unknown: ["Refused", "EV8004"], replied: 4, ended: 24 }, way);
  }
});

test("a task starts, asks, signals and awaits executions", async (t) => {
  const world = await open(t, "executions");
  const { value } = await world.outcome(await world.start("fromTask", "made"));
  assert.deepEqual(value, {
    reply: 4,
    refusal: [true, "Error: part -1 is broken"],
    asked: [3, 3],
    result: 23,
    status: "SUCCEEDED",
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAt } from "#runtime/engine/task-writes.js";
import type { OnCrash } from "#runtime/protocol/command.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { DAY, ok, openWorld, type Script, START, until } from "./fakes.js";
import { collector, relay, reminder, steps } from "./scripts.js";

/** The store is in memory: what can happen without time passing has happened after this. */
async function turns(): Promise<void> {
  for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
}

const RETRY = { maxAttempts: 3, initialInterval: 1000, backoffCoefficient: 2, jitter: false, nonRetryable: [] };

const once =
  (onCrash: OnCrash): Script =>
  ({ event, task, close }) => {
    if (event.kind === "start") task("pay", null, onCrash);
    if (event.kind === "task") close(event.outcome);
  };
const scripts = { careful: once("fail"), patient: once("retry"), steps, reminder, collector, relay };

test('an interrupted attempt of a task with onCrash "retry" is started again, with the same key', async () => {
  const first = await openWorld(scripts, { answer: () => undefined });
  await first.engine.start({ workflow: "patient", name: "a", input: encode(null) });
  first.database.crash();
  const second = await openWorld(scripts, { database: first.database, answer: () => undefined });
  await until(() => second.pool.calls.length > 0);
  first.database.crash();
  const third = await openWorld(scripts, { database: first.database });
  assert.equal((await third.engine.result("patient/a")).status, "SUCCEEDED");
  const calls = [first, second, third].map(({ pool }) => pool.calls);
  assert.deepEqual(
    calls.map((list) => list.length),
    [1, 1, 1],
  );
  assert.deepEqual(
    calls.map(([call]) => call?.context.retry),
    [0, 1, 2],
  );
  const [key, ...others] = new Set(calls.map(([call]) => call?.context.idempotencyKey));
  assert.match(key ?? "", /^patient\/a#1@\w+$/);
  assert.deepEqual(others, [], "every attempt has the same key");
});

test("a task that kills the process each time is started less and less often, and given up in the end", async () => {
  const limits = { crashes: 6, crashMinMs: 1000, crashMaxMs: 3000 };
  const first = await openWorld(scripts, { limits, answer: () => undefined });
  await first.engine.start({ workflow: "patient", name: "a", input: encode(null) });
  const { database } = first;
  const pauses: number[] = [];
  for (let deaths = 1; deaths < limits.crashes; deaths++) {
    database.crash();
    const next = await openWorld(scripts, { database, limits, answer: () => undefined });
    let pause = 0;
    await turns();
    for (; next.pool.calls.length === 0; pause += 500) {
      void next.clock.advanceTo(next.clock.now() + 500);
      await turns();
    }
    pauses.push(pause);
    assert.equal(next.pool.calls.length, 1);
    assert.equal(database.data.tasks[0]?.crashes, deaths);
  }
  assert.deepEqual(pauses, [0, 0, 1000, 2000, 3000]);
  database.crash();
  const last = await openWorld(scripts, { database, limits });
  const { outcome } = await last.engine.result("patient/a");
  assert.equal(last.pool.calls.length, 0);
  const error = outcome?.ok === false ? decode(outcome.error) : undefined;
  assert.match(String(error), /^TaskInterrupted: task "pay" was given up: the process died 6 times while it ran$/);
});

test("attempts that the death of the process cut off do not count for maxAttempts", () => {
  const call = { executionId: "a/b", seq: 1, scheduledTime: 0, attempt: 4, policy: { retry: RETRY } };
  const error = encode(new Error("no"));
  assert.equal(retryAt({ ...call, crashes: 2 }, error, 0), 2000, "the pause is that after the second failure");
  assert.equal(retryAt({ ...call, crashes: 1 }, error, 0), undefined);
});

test('an interrupted attempt of a task with onCrash "fail" is answered with TaskInterrupted', async () => {
  const first = await openWorld(scripts, { answer: () => undefined });
  await first.engine.start({ workflow: "careful", name: "a", input: encode(null) });
  await until(() => first.pool.calls.length > 0);
  assert.equal(first.pool.calls.length, 1);
  first.database.crash();
  const second = await openWorld(scripts, { database: first.database });
  const { outcome } = await second.engine.result("careful/a");
  assert.equal(second.pool.calls.length, 0);
  assert.equal(outcome?.ok, false);
  const error = outcome?.ok === false ? decode(outcome.error) : undefined;
  assert.ok(error instanceof Error);
  assert.equal(error.name, "TaskInterrupted");
  assert.match(error.message, /pay: .*onCrash/);
});

test('a task with onCrash "fail" is started only after it was marked, and started if it never was', async () => {
  const first = await openWorld(scripts, { answer: () => undefined });
  first.database.beforeCommit = (_attempt, writes) => {
    if (writes.some(({ kind }) => kind === "leaseTask")) throw new Error("power is gone");
  };
  await first.engine.start({ workflow: "careful", name: "a", input: encode(null) });
  await until(() => first.problems.length > 0);
  assert.equal(first.pool.calls.length, 0);
  first.database.beforeCommit = () => {};
  first.database.crash();
  const second = await openWorld(scripts, { database: first.database });
  assert.equal((await second.engine.result("careful/a")).status, "SUCCEEDED");
  assert.equal(second.pool.calls[0]?.context.retry, 0);
});

test("an execution goes on after a crash at every commit point", async () => {
  for (let at = 1; at <= 9; at++) {
    const first = await openWorld(scripts, { cacheSize: 2 });
    first.database.beforeCommit = (attempt) => {
      // From this commit on the process is gone: neither stored nor answered.
      if (attempt === at) first.database.crash();
      if (attempt >= at) throw new Error("gone");
    };
    const acknowledged = await Promise.race([
      (async () => {
        await first.engine.start({ workflow: "collector", name: "b", input: encode(null) });
        await first.engine.start({ workflow: "relay", name: "r", input: encode("collector/b") });
        await first.engine.start({ workflow: "steps", name: "a", input: encode(3) });
        await first.engine.signal("relay/r", "s", encode("x"));
        return true;
      })(),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 30)),
    ]);
    first.database.crash();
    first.database.beforeCommit = () => {};
    const second = await openWorld(scripts, { database: first.database });
    await second.engine.start({ workflow: "collector", name: "b", input: encode(null) });
    await second.engine.start({ workflow: "relay", name: "r", input: encode("collector/b") });
    await second.engine.start({ workflow: "steps", name: "a", input: encode(3) });
    assert.deepEqual((await second.engine.result("steps/a")).outcome, ok(3), `crash at commit ${at}`);
    await second.engine.idle();
    await second.engine.signal("collector/b", "stop", encode(null));
    const { outcome } = await second.engine.result("collector/b");
    const got = outcome?.ok === true ? decode(outcome.value) : [];
    if (acknowledged) assert.deepEqual(got, ["x"], `crash at commit ${at}`);
    else assert.ok(Array.isArray(got) && got.length <= 1, `crash at commit ${at}`);
    assert.equal(second.database.data.inbox.length, 0);
  }
});

test("signals left in inboxes are taken up, page by page", async () => {
  const first = await openWorld(scripts);
  const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
  for (const name of names) await first.engine.start({ workflow: "collector", name, input: encode(null) });
  first.database.crash();
  const store = first.database.open();
  for (const [index] of names.entries()) {
    await store.commit([
      { kind: "addInbox", execution: index + 1, event: { kind: "signal", signal: "s", payload: encode(index) } },
      { kind: "addInbox", execution: index + 1, event: { kind: "signal", signal: "stop", payload: encode(null) } },
    ]);
  }
  const second = await openWorld(scripts, { database: first.database, limits: { page: 4 } });
  const rows = await Promise.all(names.map((name) => second.engine.result(`collector/${name}`)));
  assert.deepEqual(
    rows.map(({ outcome }) => outcome),
    names.map((_, index) => ok([index])),
  );
});

test("more open tasks than the pool is given are all run, each once", async () => {
  const fan: Script = ({ state, event, task, close }) => {
    if (event.kind === "start") for (let index = 0; index < 50; index++) task("part", index);
    if (event.kind !== "task") return;
    state.done = Number(state.done ?? 0) + 1;
    if (state.done === 50) close(ok(state.done));
  };
  const limits = { openTasks: 6, page: 4 };
  const first = await openWorld({ fan }, { limits });
  await first.engine.start({ workflow: "fan", name: "a", input: encode(null) });
  assert.deepEqual((await first.engine.result("fan/a")).outcome, ok(50));
  assert.equal(first.pool.calls.length, 50);
  const held = await openWorld({ fan }, { limits, answer: () => undefined });
  await held.engine.start({ workflow: "fan", name: "a", input: encode(null) });
  await until(() => held.pool.calls.length >= 6);
  assert.equal(held.pool.calls.length, 6);
  held.database.crash();
  const second = await openWorld({ fan }, { limits, database: held.database });
  assert.deepEqual((await second.engine.result("fan/a")).outcome, ok(50));
  assert.equal(new Set(second.pool.calls.map(({ ref }) => ref)).size, 50);
  assert.equal(second.pool.calls.length, 50);
});

test("sleeping executions are not read at the start", async () => {
  const first = await openWorld(scripts, { cacheSize: 0 });
  for (let index = 0; index < 200; index++) {
    await first.engine.start({ workflow: "reminder", name: `n${index}`, input: encode(null) });
  }
  first.database.crash();
  const reads: string[] = [];
  first.database.beforeRead = (what) => reads.push(what);
  const second = await openWorld(scripts, { database: first.database, limits: { timerWindow: 10 } });
  await second.engine.idle();
  assert.equal(reads.filter((what) => what === "loadExecution").length, 0);
  assert.ok(reads.length <= 14, reads.join());
  await second.clock.advanceTo(second.clock.now() + DAY);
  assert.equal(second.pool.calls.length, 200);
});

test("a child whose creation recovery sees before the engine has been told of it is left until then", async () => {
  const parent: Script = ({ event, now, timer, child, close }) => {
    if (event.kind === "start") timer(now + 1000);
    if (event.kind === "timer") child("pupil", "p");
    if (event.kind === "child") close(event.outcome);
  };
  const pupil: Script = ({ event, close }) => {
    if (event.kind === "start") close(ok(1));
  };
  const first = await openWorld({ parent, pupil });
  await first.engine.start({ workflow: "parent", name: "a", input: encode(null) });
  const { database } = first;
  database.crash();
  const isCreated = () => [...database.data.executions.values()].some(({ row }) => row.id === "pupil/p");
  let isSeen = false;
  let seen: Promise<void> | undefined;
  database.arrival = (what) => (what === "pendingInboxes" ? until(isCreated) : undefined);
  database.answer = (what) => {
    if (what === "pendingInboxes") {
      seen = turns().then(() => {
        isSeen = true;
      });
    }
    return what === "commit" && isCreated() ? until(() => isSeen) : undefined;
  };
  const second = await openWorld({ parent, pupil }, { database, start: START + 1000 });
  const { outcome } = await second.engine.result("parent/a");
  await seen;
  assert.deepEqual(outcome, ok(1));
});

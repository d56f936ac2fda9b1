/** Tasks: errors and instances across the border, retries, time limits, heartbeats, tokens, limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#runtime/engine/clock.js";
import { encode } from "#runtime/protocol/value.js";
import { notes, open, START, WAYS } from "./support.js";

for (const { way, ...options } of WAYS) {
  test(`errors and instances of the program's classes arrive as they are (${way})`, async (t) => {
    const world = await open(t, "tasks", options);
    const { status, value } = await world.outcome(await world.start("errors"));
    assert.equal(status, "SUCCEEDED");
    const { stack, ...rest } = value as { stack: string };
    assert.deepEqual(rest, {
      isRange: true,
      name: "OutOfStock",
      message: "no more of A-1",
      sku: "A-1",
      cause: "the shelf is empty",
      values: ["text", { code: 7 }, undefined],
      total: 101,
      parts: [true],
    });
    assert.match(stack, /tasks\.ts:29:/, "the task's own line");
  });

  test(`retries rest between attempts as the policy says (${way})`, async (t) => {
    const read = await notes(t);
    const world = await open(t, "tasks", options);
    const good = await world.start("retries", 3);
    await world.pass(100_000);
    assert.deepEqual(await world.outcome(good), { status: "SUCCEEDED", value: { result: 3, seconds: 10 + 20 + 35 } });
    const bad = await world.start("retries", 9);
    await world.pass(200_000);
    const wanted = { result: "no more of try 4", seconds: 10 + 20 + 35 + 35 };
    assert.deepEqual(await world.outcome(bad), { status: "SUCCEEDED", value: wanted });
    const lines = read().map((line) => line.split(" "));
    assert.deepEqual(
      lines.map(([retry]) => retry),
      ["0", "1", "2", "3", "0", "1", "2", "3", "4"],
    );
    assert.equal(new Set(lines.map(([, key]) => key)).size, 2, "one key per call");
  });

  test(`every form of a time limit rejects with Timeout, or with what its promise does (${way})`, async (t) => {
    const world = await open(t, "tasks", options);
    const id = await world.start("limits");
    await world.pass(10_000);
    const after = (seconds: number) => [true, seconds];
    assert.deepEqual((await world.outcome(id)).value, [
      after(5),
      after(2),
      after(3),
      after(4),
      after(4),
      after(0),
      "done",
      "mine",
    ]);
  });
}

test("a workflow that does not catch a task's error fails with it", async (t) => {
  const world = await open(t, "tasks");
  const { status, error } = await world.outcome(await world.start("failing"));
  assert.equal(status, "FAILED");
  assert.equal(error?.name, "OutOfStock");
  assert.equal(error?.message, "no more of B-2");
});

test("an error that the policy names, and one without a policy, are not retried", async (t) => {
  const world = await open(t, "tasks");
  const { value } = await world.outcome(await world.start("notRetryable"));
  assert.deepEqual(value, ["no more of try 0", "no more of try 0", START]);
});

test("jitter lies between half and all of the pause, and differs between calls", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks");
  const id = await world.start("jitter");
  await world.pass(2000);
  const { value } = await world.outcome(id);
  assert.ok(Number(value) >= 500 && Number(value) <= 1000, `the slower of two pauses: ${String(value)}`);
  assert.equal(read().length, 4);
});

test("a rest between attempts outlives the engine", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks");
  const id = await world.start("retries", 2);
  await world.pass(5000);
  const next = await world.reopen();
  assert.deepEqual(read().length, 1);
  await next.pass(60_000);
  assert.deepEqual((await next.outcome(id)).value, { result: 2, seconds: 30 });
  assert.deepEqual(
    read().map((line) => line[0]),
    ["0", "1", "2"],
  );
});

test("a handler whose call is out of time is told so, and the workflow goes on", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks", { clock: systemClock });
  const id = await world.start("given");
  assert.deepEqual(await world.outcome(id), { status: "SUCCEEDED", value: "went on" });
  await world.engine.close();
  assert.deepEqual(read(), ["hang CancelledError true"]);
});

test("an attempt that is silent too long fails; the next one gets the last beat", async (t) => {
  const world = await open(t, "tasks", { clock: systemClock });
  const id = await world.start("heartbeats");
  assert.deepEqual((await world.outcome(id)).value, ["all beats", [true, true], { lastHeartbeat: { beat: 2 } }]);
});

test("a task is completed by its token: later, before its handler returns, once, after a restart", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks");
  const tokenOf = (name: string): string =>
    read()
      .findLast((line) => line.startsWith(`${name} `))
      ?.split(" ")[1] ?? "";
  const yes = { ok: true, value: encode("yes") } as const;
  const late = await world.start("approve", "late");
  const refused = await world.start("approve", "refused");
  await world.pass(3 * 86_400_000);
  const next = await world.reopen();
  await next.engine.completeTask(tokenOf("late"), yes);
  assert.deepEqual(await next.outcome(late), { status: "SUCCEEDED", value: "yes" });
  await assert.rejects(next.engine.completeTask(tokenOf("late"), yes), { code: "EV8015" });
  await assert.rejects(next.engine.completeTask(`${tokenOf("refused").slice(0, -3)}AAA`, yes), { code: "EV8014" });
  assert.deepEqual(await next.engine.heartbeatTask(tokenOf("refused"), encode(1)), { cancelled: false });
  await next.engine.completeTask(tokenOf("refused"), { ok: false, error: encode(new RangeError("no")) });
  assert.deepEqual((await next.outcome(refused)).value, "refused: no false");
  assert.deepEqual(await next.engine.heartbeatTask(tokenOf("refused"), encode(1)), { cancelled: true });
});

test("a token that nobody uses: the deadline is counted from the last beat, also over a restart", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks");
  const id = await world.start("approve", "never");
  await world.pass(20 * 86_400_000);
  const token = read()[0]?.split(" ")[1] ?? "";
  await world.engine.heartbeatTask(token, encode("still here"));
  const next = await world.reopen();
  await next.pass(29 * 86_400_000);
  assert.equal((await next.engine.show(id)).status, "IN_PROGRESS");
  await next.pass(2 * 86_400_000);
  assert.match(String((await next.outcome(id)).value), /refused: .* true$/);
});

test("calls with the same key run one after another, others beside them", async (t) => {
  const read = await notes(t);
  const world = await open(t, "tasks");
  const { value } = await world.outcome(await world.start("crowd"));
  assert.deepEqual(value, ["a1", "a2", "a3", "b1", "b2"]);
  const lines = read().map((line) => line.split(" ")[0]);
  assert.deepEqual(
    lines.filter((key) => key?.startsWith("a")),
    ["a1", "a2", "a3"],
  );
  assert.deepEqual(
    lines.filter((key) => key?.startsWith("b")),
    ["b1", "b2"],
  );
});

test("a rate lets in so many calls per stretch of time", async (t) => {
  const world = await open(t, "tasks");
  const id = await world.start("rates");
  await world.pass(60_000);
  assert.deepEqual((await world.outcome(id)).value, [0, 0, 10, 10, 20]);
});

test("a rate holds over a restart: what was let in before still counts", async (t) => {
  const world = await open(t, "tasks");
  const id = await world.start("rates");
  await world.pass(0);
  const next = await world.reopen();
  await next.pass(30_000);
  assert.deepEqual((await next.outcome(id)).value, [0, 0, 10, 10, 20]);
});

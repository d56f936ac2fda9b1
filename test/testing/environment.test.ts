/** The test environment does for a test's author what its documents say: time, mocks, histories, restores, crashes. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { mock, type TestContext, test } from "node:test";
import { duration } from "#runtime/api/index.js";
import type { Workflow } from "#runtime/api/types.js";
import { TestEnvironment, type TestEnvironmentOptions } from "#runtime/testing/index.js";
import { fixturePath } from "../support/programs.js";

const ENTRY = fixturePath("testing", "orders.ts");
const PARCELS = { entry: fixturePath("testing", "parcels.ts") };

interface Order {
  readonly item: string;
  readonly cents: number;
}
type OrderFlow = Workflow<"order", Order, { status: string; receipt?: string; by?: string[] }>;
type Delivery = Workflow<"delivery", string, { state: string; watched: string; carrier: string }>;

const BOOK = { item: "book", cents: 1200 };

async function open(t: TestContext, options: Partial<TestEnvironmentOptions> = {}): Promise<TestEnvironment> {
  const env = await TestEnvironment.create({ entry: ENTRY, ...options });
  t.after(() => env.close());
  return env;
}

const SETTINGS: Record<string, Partial<TestEnvironmentOptions>> = {
  straight: {},
  restored: { restore: "everywhere" },
  replayed: { restore: "replay" },
  crashed: { crash: "a seed" },
  "crashed and restored": { crash: "another", restore: "everywhere" },
};

for (const [setting, options] of Object.entries(SETTINGS)) {
  test(`an order is paid when two have approved, and expires without (${setting})`, async (t) => {
    const env = await open(t, options);
    const paid = await env.start<OrderFlow>("order", BOOK);
    await env.tick(1, "day");
    await paid.signal("approve", { by: "Ada" });
    assert.equal(await paid.query("approvals"), 1);
    assert.equal(await paid.request("approve", { by: "Bob" }), 2);
    assert.deepEqual(await paid.result(), { status: "paid", receipt: "book for 1200 cents", by: ["Ada", "Bob"] });
    const expired = await env.start<OrderFlow>("order", BOOK);
    const begun = env.now;
    assert.deepEqual(await expired.result(), { status: "expired" });
    assert.equal(env.now.getTime() - begun.getTime(), 3 * 86_400_000);
    if (options.crash !== undefined) assert.ok(env.crashes > 0, "the engine was killed");
  });

  test(`mocked tasks take virtual time, fail, are retried and fall silent (${setting})`, async (t) => {
    const env = await open(t, options);
    const inspect = env.mockTask<string, string>("inspect");
    const watch = env.mockTask<string, string>("watch");
    const ship = env.mockTask<string, string>("ship");
    inspect.once.succeed("fine", { after: duration(59, "minutes") });
    inspect.hang();
    watch.once.heartbeat({ every: duration(20), times: 3, details: "beat" });
    watch.succeed("watched");
    ship.once.fail(new Error("no van"));
    ship.once.timeOut();
    ship.call(async (item, { retry }) => `${item} after ${retry >= 2 ? "retries" : "less"}`);
    const first = await env.start<Delivery>("delivery", "pen");
    assert.deepEqual(await first.result(), {
      state: "fine",
      watched: "HeartbeatTimeout",
      carrier: "pen after retries",
    });
    assert.equal(env.now.getTime(), Date.UTC(2030, 0, 1) + (59 * 60 + 20 * 3 + 30 + 10 + 20) * 1000);
    const second = await env.start<Delivery>("delivery", "ink");
    const { carrier, ...rest } = await second.result();
    assert.deepEqual(rest, { state: "nobody looked", watched: "watched" });
    assert.match(carrier, /^ink after/);
    if (options.crash === undefined) {
      assert.deepEqual(
        ship.calls.map(({ input, retry }) => [input, retry]),
        [
          ["pen", 0],
          ["pen", 1],
          ["pen", 2],
          ["ink", 0],
        ],
      );
      assert.equal(env.startsOf("ship"), 4);
    }
  });

  test(`mocked children end as the test says; others are real (${setting})`, async (t) => {
    const env = await open(t, options);
    const order = env.mockWorkflow<Order, { status: string }>("order");
    order.once.succeed({ status: "paid" }, { after: duration(2, "days") });
    order.once.fail(new RangeError("too many"));
    order.call(({ item }) => ({ status: `no ${item}` }));
    const flow = await env.start("both", [BOOK, BOOK, { item: "pen", cents: 2 }]);
    assert.deepEqual(await flow.result(), ["paid", "RangeError: too many", "no pen"]);
    assert.deepEqual(
      order.executions.map(({ executionId, parentId }) => [executionId, parentId]),
      [0, 1, 2].map((at) => [`order/part-${at}`, flow.id]),
    );
    order.reset();
    const real = await env.start<OrderFlow>("order", BOOK);
    assert.deepEqual(await real.result(), { status: "expired" });
  });

  test(`transactions of tasks happen once, with their results, or not at all (${setting})`, async (t) => {
    const env = await open(t, options);
    const flow = await env.start("sales", [3, -1, 4]);
    assert.deepEqual(await flow.result(), [[{ cents: 3 }], "RangeError", [{ cents: 3 }, { cents: 4 }]]);
  });

  test(`a task waits for its token, over restarts and crashes (${setting})`, async (t) => {
    const env = await open(t, options);
    const ask = env.mockTask<string, boolean>("ask");
    ask.hang();
    const flow = await env.start("permission", "to enter");
    await env.tick(3, "days");
    await env.restart();
    const token = ask.calls.at(-1)?.token ?? "";
    assert.deepEqual(await env.heartbeatTask(token), { cancelled: false });
    await env.crash();
    await env.completeTask(token, true);
    await assert.rejects(env.failTask(token, new Error("no")), { code: "EV8015" });
    assert.equal(await flow.result(), "granted");
  });
}

test("mocked tasks that take time keep their places in limits of concurrency", async (t) => {
  const env = await open(t);
  env.mockTask<string, string>("print").call((page) => page, { after: duration(10) });
  const scan = env.mockTask<string, string>("scan");
  scan.once.hang();
  scan.call((page) => page, { after: duration(5) });
  const flow = await env.start("copies", ["a1", "a2", "b1"]);
  await env.tick(1);
  assert.equal(env.startsOf("print"), 1);
  assert.equal(env.startsOf("scan"), 2);
  assert.deepEqual(await flow.result(), [
    ...["a1 at 10", "a2 at 20", "b1 at 30"],
    ...["Timeout at 3600", "Timeout at 3600", "b1 at 5"],
  ]);
});

for (const ends of ["restart", "crash"] as const) {
  test(`mocked tasks go on through a ${ends} of the engine: time, heartbeats, places in limits, rates`, async (t) => {
    const env = await open(t);
    env.mockTask<string, string>("print").call((page) => page, { after: duration(10) });
    env.mockTask("scan").hang();
    const listen = env.mockTask<undefined, string>("listen");
    listen.once.heartbeat({ every: duration(20), times: 3, details: "beat" });
    listen.succeed("heard");
    const flow = await env.start("copies", ["a1", "a2", "b1"]);
    const mailing = await env.start("mailing", 5);
    const watched = await env.start("watching");
    for (const seconds of [5, 10, 3, 7, 20]) {
      await env.tick(seconds);
      await env[ends]();
      assert.ok(env.startsOf("print") <= Math.floor((env.now.getTime() - Date.UTC(2030, 0, 1)) / 10_000) + 1);
    }
    assert.deepEqual(((await flow.result()) as string[]).slice(0, 3), ["a1 at 10", "a2 at 20", "b1 at 30"]);
    assert.deepEqual(await mailing.result(), [0, 0, 60, 60, 120]);
    // The last beat was at 60 s, and it may be silent for 30 s.
    assert.equal(await watched.result(), "HeartbeatTimeout at 90");
  });
}

for (const [setting, options] of Object.entries(SETTINGS)) {
  test(`mocked subscriptions handle events, fail and try again; what was emitted is known (${setting})`, async (t) => {
    const env = await open(t, { ...options, ...PARCELS });
    const notify = env.mockSubscription<{ item: string; by: string }>("notify");
    notify.once.fail(new Error("not now"));
    notify.succeed();
    const flow = await env.start<Workflow<"parcel", string, string[]>>("parcel", "pen", { name: "one" });
    assert.deepEqual(await flow.result(), []);
    const emitted = [...env.emitted<{ item: string; by: string }>("shipped")];
    // A handler that a crash had start again emits again, as it would in production.
    const once = emitted.filter((each, at) => emitted.findIndex(({ by }) => by === each.by) === at);
    assert.deepEqual(once, [
      { item: "pen", by: "a workflow" },
      { item: "pen", by: "a task" },
    ]);
    if (options.crash === undefined) {
      assert.equal(emitted.length, 2);
      assert.deepEqual(
        notify.deliveries.map(({ event, retry }) => [event.by, retry]),
        [
          ["a workflow", 0],
          ["a task", 0],
          ["a workflow", 1],
        ],
      );
    }
    notify.reset();
    const again = await env.start<Workflow<"parcel", string, string[]>>("parcel", "ink", { name: "one more" });
    await again.result();
    assert.equal(env.emitted("nothing").length, 0);
  });

  test(`a mocked child's time is over when the test says so (${setting})`, async (t) => {
    const env = await open(t, { ...options, ...PARCELS });
    const inquiry = env.mockWorkflow("inquiry");
    inquiry.once.timeOut();
    inquiry.timeOut({ after: duration(2, "minutes") });
    const at = await env.start("patient");
    assert.deepEqual(await at.result(), ["WorkflowTimeout true", 0]);
    const later = await env.start("patient");
    assert.deepEqual(await later.result(), ["WorkflowTimeout true", 120]);
    const [child] = inquiry.executions;
    assert.equal(await env.execution(child?.executionId ?? "").status(), "TIMED_OUT");
  });
}

test("real subscriptions run, with what they send", async (t) => {
  const env = await open(t, PARCELS);
  const flow = await env.start("parcel", "pen", { name: "one" });
  assert.deepEqual(await flow.result(), ["notify: pen by a task", "notify: pen by a workflow"]);
  assert.throws(() => env.mockSubscription("nothing"), { code: "EV8604" });
});

test("the same seed gives the same test, to the last line", async (t) => {
  const run = async (): Promise<string> => {
    const env = await open(t, { crash: "seed", seed: 7 });
    env.mockTask("ship").succeed("cart", { after: duration(2, "hours") });
    env.mockTask("inspect").succeed("fine");
    env.mockTask("watch").succeed("watched");
    await (await env.start<Delivery>("delivery", "pen")).result();
    await (await env.start<OrderFlow>("order", BOOK)).result();
    return `${env.timeline()}\n${env.crashes}`;
  };
  assert.equal(await run(), await run());
});

test("a timeline tells what has happened", async (t) => {
  const env = await open(t);
  const flow = await env.start<OrderFlow>("order", BOOK, { name: "one" });
  await flow.signal("approve", { by: "Ada" });
  await env.tick(90);
  await flow.signal("approve", { by: "Bob" });
  assert.equal(
    flow.timeline(),
    `+0s      ← start order {"item":"book","cents":1200}
+0s      → timer 1 at +3d
+0s      ← signal approve {"by":"Ada"}
+1m30s   ← signal approve {"by":"Bob"}
+1m30s   → cancelTimer 1
+1m30s   → task 2 charge {"item":"book","cents":1200}
+1m30s   ← task 2 : "book for 1200 cents"
+1m30s   → close : {"status":"paid","receipt":"book for 1200 cents","by":["Ada","Bob"]}
+1m30s   = SUCCEEDED`,
  );
});

test("waiting for what cannot come fails, with the setting and the last events", async (t) => {
  const env = await open(t, { seed: 42 });
  const flow = await env.start("permission", "to leave");
  await assert.rejects(flow.result(), (error: Error & { code?: string }) => {
    assert.equal(error.code, "EV8602");
    assert.match(error.message, /permission\/test-1 has not ended/);
    assert.match(error.message, /orders\.ts, seed 42/);
    assert.match(error.message, /→ task 1 ask "to leave"/);
    return true;
  });
  await assert.rejects(
    env.until(() => false),
    { code: "EV8602" },
  );
  assert.throws(() => env.mockTask("nothing"), { code: "EV8604" });
  await assert.rejects(env.start("nothing"), { code: "EV8604" });
});

test("an execution that never ends is tested by ticks; idleness is not waited for without bound", async (t) => {
  const env = await open(t);
  const flow = await env.start("heart");
  await env.tick(90);
  await env.tickUntil("2030-01-01T00:10:00Z");
  assert.equal(flow.history().filter((entry) => entry.kind === "event" && entry.event.kind === "timer").length, 10);
  await env.until(() => env.now.getTime() >= Date.UTC(2030, 0, 1, 1));
  await flow.terminate("enough");
  const outcome = await flow.outcome();
  assert.equal(outcome.status, "TERMINATED");
});

test("a database in memory cannot be restarted; a program that does not compile says why", async (t) => {
  const env = await open(t, { database: ":memory:" });
  await assert.rejects(env.restart(), { code: "EV8607" });
  await assert.rejects(open(t, { database: ":memory:", crash: 1 }), { code: "EV8607" });
  await assert.rejects(open(t, { entry: join(dirname(ENTRY), "broken.ts") }), { code: "EV8601", message: /EV2001/ });
});

test("fake timers are refused, in the beginning and later", async (t) => {
  const env = await open(t);
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await assert.rejects(open(t), { code: "EV8608" });
    await assert.rejects(env.tick(), { code: "EV8608" });
  } finally {
    mock.timers.reset();
  }
  await env.tick();
});

test("a suspended execution is said to be suspended, and goes on when it is resumed", async (t) => {
  const env = await open(t);
  const flow = await env.start<OrderFlow>("order", BOOK);
  await flow.suspend("maintenance");
  await assert.rejects(flow.result(), { code: "EV8606", message: /maintenance/ });
  await flow.resume();
  assert.deepEqual(await flow.result(), { status: "expired" });
});

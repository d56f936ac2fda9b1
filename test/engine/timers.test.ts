import assert from "node:assert/strict";
import { test } from "node:test";
import { Timers } from "#runtime/engine/timers.js";
import { encode } from "#runtime/protocol/value.js";
import type { TimerRow } from "#runtime/store/store.js";
import { DAY, openWorld, type Script, START } from "./fakes.js";
import { reminder } from "./scripts.js";

/** Sets a timer per delay of its input, and logs them as they fire. */
const alarms: Script = ({ state, event, now, timer, log }) => {
  if (event.kind === "start") {
    state.delays = JSON.parse(event.input.slice(1));
    for (const delay of state.delays as number[]) timer(now + delay);
  }
  if (event.kind === "timer") log(`${(state.delays as number[])[event.seq - 1]} at ${now - START}`);
};

test("timers fire in due order, at their time; past ones at once", async () => {
  const { engine, database, clock } = await openWorld({ alarms });
  await engine.start({ workflow: "alarms", name: "a", input: encode([300, 100, -5, 200, 0]) });
  await engine.idle();
  assert.deepEqual(database.logTexts(), ["-5 at 0", "0 at 0"]);
  await clock.advanceTo(START + 99);
  assert.equal(database.logTexts().length, 2);
  await clock.advanceTo(START + 1000);
  assert.deepEqual(database.logTexts().slice(2), ["100 at 100", "200 at 200", "300 at 300"]);
  assert.deepEqual(database.data.timers, []);
});

test("far more timers than the window holds all fire, in order", async () => {
  const { engine, database, clock } = await openWorld({ alarms }, { limits: { timerWindow: 5 } });
  const delays = Array.from({ length: 100 }, (_, index) => 1 + ((index * 37) % 50));
  await engine.start({ workflow: "alarms", name: "a", input: encode(delays) });
  await clock.advanceTo(START + 1000);
  const fired = database.logTexts().map((text) => text.split(" at ").map(Number));
  assert.equal(fired.length, 100);
  for (const [delay, at] of fired) assert.equal(delay, at);
});

test("a timer set while others wait is not forgotten, sooner or later than they", async () => {
  const { engine, database, clock } = await openWorld({ alarms }, { limits: { timerWindow: 2 } });
  await engine.start({ workflow: "alarms", name: "a", input: encode([10, 20, 30, 40]) });
  await clock.advanceTo(START + 15);
  await engine.start({ workflow: "alarms", name: "b", input: encode([1, 10, 100]) });
  await clock.advanceTo(START + 1000);
  const times = database.logTexts().map((text) => Number(text.split(" at ")[1]));
  assert.deepEqual(times, [10, 16, 20, 25, 30, 40, 115]);
});

test("a cancelled timer does not fire, even when it is due in the same activation", async () => {
  const { engine, database, clock } = await openWorld(
    {
      race({ event, now, timer, cancelTimer, log }) {
        if (event.kind === "start") for (const delay of [100, 100, 500]) timer(now + delay);
        if (event.kind !== "timer") return;
        log(`fired ${event.seq}`);
        for (const seq of [1, 2, 3]) if (seq !== event.seq) cancelTimer(seq);
      },
    },
    { limits: { eventsPerActivation: 1 } },
  );
  await engine.start({ workflow: "race", name: "a", input: encode(null) });
  await clock.advanceTo(START + 1000);
  assert.deepEqual(database.logTexts(), ["fired 1"]);
  assert.deepEqual(database.data.timers, []);
});

test("timers that came due while the engine was away fire at the start", async () => {
  const first = await openWorld({ alarms });
  await first.engine.start({ workflow: "alarms", name: "a", input: encode([300, 100, 200]) });
  first.database.crash();
  const later = await openWorld({ alarms }, { database: first.database, start: START + DAY });
  await later.engine.idle();
  assert.deepEqual(
    later.database.logTexts().map((text) => text.split(" ")[0]),
    ["100", "200", "300"],
  );
});

test("a clock that was set back neither turns logical time back nor fires early", async () => {
  const first = await openWorld({ alarms });
  await first.clock.advanceTo(START + 1000);
  await first.engine.start({ workflow: "alarms", name: "a", input: encode([0, 500]) });
  await first.engine.idle();
  first.database.crash();
  const again = await openWorld({ alarms }, { database: first.database, start: START - DAY });
  await again.engine.start({ workflow: "alarms", name: "b", input: encode([0]) });
  await again.engine.idle();
  assert.deepEqual(first.database.logTexts(), ["0 at 1000", "0 at 1000"], "what is due at logical time fires");
  await again.clock.advanceTo(START + 1499);
  assert.equal(first.database.logTexts().length, 2);
  await again.clock.advanceTo(START + 1500);
  assert.deepEqual(first.database.logTexts().slice(2), ["500 at 1500"]);
});

test("400 days pass as fast as the engine can work, with one reminder each", async () => {
  const { engine, database, clock, pool } = await openWorld({ reminder });
  await engine.start({ workflow: "reminder", name: "a", input: encode(null) });
  await clock.advanceTo(START + 400 * DAY);
  assert.equal(pool.calls.length, 400);
  assert.equal(new Set(pool.calls.map(({ context }) => context.idempotencyKey)).size, 400);
  assert.equal(database.attempts, 801, "one commit per event");
  assert.ok((database.data.executions.get(1)?.tail.length ?? 0) < 30, "the tail is bounded");
});

/** A window of one, whose page is answered by hand. */
function windowOfOne(now: number) {
  const fired: string[] = [];
  let answer: (rows: readonly TimerRow[]) => void = () => {};
  const timers = new Timers({
    store: { dueTimers: () => new Promise((resolve) => (answer = resolve)) },
    time: { now: () => now } as ConstructorParameters<typeof Timers>[0]["time"],
    window: 1,
    deliver: ({ execution, seq }) => fired.push(`${execution}#${seq}`),
    changed: () => {},
  });
  return { timers, fired, answer: (rows: readonly TimerRow[]) => answer(rows) };
}

test("a timer that comes and goes while a page is read does not fire again and takes no place", async () => {
  const { timers, fired, answer } = windowOfOne(100);
  const page = timers.readPage();
  timers.added({ execution: 1, seq: 1, at: 50 });
  timers.removed(1, 1);
  answer([{ execution: 1, seq: 1, at: 50 }]);
  await page;
  timers.fire();
  assert.deepEqual(fired, []);
  assert.ok(timers.needsPage);
});

test("timers of an execution that ends while a page is read do not fire, those of one that is resumed do", async () => {
  const { timers, fired, answer } = windowOfOne(100);
  const page = timers.readPage();
  timers.added({ execution: 1, seq: 2, at: 60 });
  timers.forget(1);
  timers.forget(2);
  timers.added({ execution: 2, seq: 1, at: 70 });
  answer([{ execution: 1, seq: 1, at: 50 }]);
  await page;
  timers.fire();
  assert.deepEqual(fired, []);
  const next = timers.readPage();
  answer([{ execution: 2, seq: 1, at: 70 }]);
  await next;
  timers.fire();
  assert.deepEqual(fired, ["2#1"]);
});

test("an execution that is resumed has its timers, also when the store fails at the first attempt", async () => {
  const { engine, database, clock } = await openWorld({ alarms });
  await engine.start({ workflow: "alarms", name: "a", input: encode([DAY / 2, DAY]) });
  await engine.control("alarms/a", "suspend");
  let fails = 1;
  database.beforeRead = (what) => {
    if (what === "timersOf" && fails-- > 0) throw new Error("the disk is tired");
  };
  const resumed = engine.control("alarms/a", "resume");
  await clock.advanceTo(START + DAY);
  await resumed;
  assert.deepEqual(database.logTexts().slice(-2), [`${DAY / 2} at ${DAY / 2}`, `${DAY} at ${DAY}`]);
});

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Activity } from "#runtime/engine/activity.js";
import { systemClock, virtualClock } from "#runtime/engine/clock.js";
import { LogicalTime, timerTime } from "#runtime/engine/time.js";
import { Wakeups } from "#runtime/engine/wakeups.js";

test("the system's clock sleeps long waits in pieces, ends them in time, and not when the clock was set back", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  try {
    let arrived: boolean | undefined;
    const wait = systemClock.wait(1_000_000 + 40 * 86_400_000);
    void wait.done.then((value) => {
      arrived = value;
    });
    mock.timers.tick(39 * 86_400_000);
    await undefined;
    assert.equal(arrived, undefined);
    mock.timers.setTime(500_000);
    mock.timers.tick(86_400_000);
    await undefined;
    assert.equal(arrived, undefined, "set back: not yet");
    mock.timers.tick(40 * 86_400_000);
    await undefined;
    assert.equal(arrived, true);
  } finally {
    mock.timers.reset();
  }
});

test("a cancelled wait says so", async () => {
  const wait = systemClock.wait(Date.now() + 1e9);
  wait.cancel();
  assert.equal(await wait.done, false);
});

test("a virtual clock moves only at rest, from one wait to the next", async () => {
  const clock = virtualClock(0);
  const order: string[] = [];
  let resting = false;
  const late = clock.wait(20).done.then(() => order.push(`late ${clock.now()}`));
  const early = clock.wait(10).done.then(() => order.push(`early ${clock.now()}`));
  await Promise.resolve();
  assert.deepEqual(order, []);
  clock.rested?.(() => resting);
  assert.equal(clock.now(), 0, "rest was announced but is over");
  resting = true;
  clock.rested?.(() => resting);
  await early;
  clock.rested?.(() => resting);
  await late;
  assert.deepEqual(order, ["early 10", "late 20"]);
});

test("advanceTo goes exactly there", async () => {
  const clock = virtualClock(0, 0);
  clock.rested?.(() => true);
  void clock.wait(1000);
  await clock.advanceTo(500);
  assert.equal(clock.now(), 500);
});

test("logical time never goes back", () => {
  let host = 100;
  const time = new LogicalTime({ now: () => host, wait: () => assert.fail() }, 150);
  assert.equal(time.now(), 150);
  host = 200.7;
  assert.equal(time.now(), 200);
  host = 50;
  assert.equal(time.now(), 200);
});

test("a timer's time is an integer that a Date can hold, and not early", () => {
  assert.equal(timerTime(10.2), 11);
  assert.equal(new Date(timerTime(Number.POSITIVE_INFINITY)).getTime(), 8.64e15);
  assert.equal(new Date(timerTime(Number.NEGATIVE_INFINITY)).getTime(), -8.64e15);
});

test("of several points in time each is served when it is due", async () => {
  const clock = virtualClock(0);
  const activity: Activity = new Activity({ onRest: () => clock.rested?.(() => activity.resting) });
  const wakeups = new Wakeups(clock, new LogicalTime(clock, 0), activity);
  const served: string[] = [];
  const done = new Promise<void>((resolve) => {
    wakeups.set("timers", 30, () => {
      served.push(`timers ${clock.now()}`);
      resolve();
    });
  });
  wakeups.set("retries", 10, () => served.push(`retries ${clock.now()}`));
  wakeups.set("tasks", 20, () => served.push("never"));
  wakeups.set("tasks", undefined, () => {});
  await activity.whenResting();
  await done;
  assert.deepEqual(served, ["retries 10", "timers 30"]);
});

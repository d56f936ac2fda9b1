/** Schedules: cron with time zones over changes of the clock, downtime, overlaps, what operators can do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, programOf, START, type World } from "./support.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function startsOf(world: World, name: string): Promise<readonly string[]> {
  const rows = await world.engine.list({ limit: 1000 });
  const own = rows.filter(({ id }) => id.includes(`/${name}-`)).map(({ id }) => id.split(`/${name}-`)[1] ?? "");
  return own.sort();
}

async function next(world: World, name: string): Promise<string | undefined> {
  const found = (await world.engine.schedules()).find((row) => row.name === name);
  return found?.nextAt === undefined ? undefined : new Date(found.nextAt).toISOString();
}

async function passTo(world: World, iso: string): Promise<void> {
  await world.pass(Date.parse(iso) - world.clock.now());
}

test("cron follows the clocks of its time zone through both changes, once a day", async (t) => {
  const spring = await open(t, "schedules", { start: Date.parse("2030-03-29T12:00:00Z") });
  for (const day of ["30", "31"]) await passTo(spring, `2030-03-${day}T12:00:00Z`);
  await passTo(spring, "2030-04-01T12:00:00Z");
  assert.deepEqual(await startsOf(spring, "nightly"), [
    "2030-03-30T01:30:00.000Z",
    // 2:30 does not exist: right after the gap.
    "2030-03-31T01:00:00.000Z",
    "2030-04-01T00:30:00.000Z",
  ]);
  assert.equal(await next(spring, "nightly"), "2030-04-02T00:30:00.000Z");
  const autumn = await open(t, "schedules", { start: Date.parse("2030-10-26T12:00:00Z") });
  for (const hour of ["00", "01", "02", "12"]) await passTo(autumn, `2030-10-27T${hour}:45:00Z`);
  // 2:30 comes twice.
  assert.deepEqual(await startsOf(autumn, "nightly"), ["2030-10-27T00:30:00.000Z"]);
  const { value } = await autumn.outcome("report/nightly-2030-10-27T00:30:00.000Z");
  assert.match(String(value), /^nightly 2030-10-27/);
});

test("after downtime the latest ones are made up for, as many as catchUp says", async (t) => {
  const world = await open(t, "schedules");
  await world.pass(25 * MINUTE);
  assert.equal((await startsOf(world, "often")).length, 2);
  const later = await world.reopen(5 * DAY + 2 * MINUTE);
  await later.engine.idle();
  assert.equal((await startsOf(later, "often")).length, 2, "none is made up for");
  const latest = ["2030-01-04T01:30:00.000Z", "2030-01-05T01:30:00.000Z"];
  assert.deepEqual(await startsOf(later, "nightly"), latest);
  await later.pass(5 * MINUTE);
  // The rhythm stays: minutes 10, 20, 30 after the first.
  assert.equal((await startsOf(later, "often")).at(-1), new Date(START + 5 * DAY + 30 * MINUTE).toISOString());
  const again = await later.reopen();
  await again.engine.idle();
  assert.deepEqual(await startsOf(again, "nightly"), latest, "once");
});

test("an execution that is still open is skipped, waited for, or joined", async (t) => {
  const world = await open(t, "schedules");
  for (let hour = 0; hour < 3; hour++) await world.pass(HOUR);
  const hours = (...all: number[]): string[] => all.map((hour) => new Date(START + hour * HOUR).toISOString());
  assert.deepEqual(await startsOf(world, "skipping"), hours(1));
  assert.deepEqual(await startsOf(world, "buffering"), hours(1));
  assert.deepEqual(await startsOf(world, "allowing"), hours(1, 2, 3));
  // What waits outlives the engine.
  const later = await world.reopen();
  await later.signal(`long/skipping-${hours(1)[0]}`, "stop");
  await later.signal(`long/buffering-${hours(1)[0]}`, "stop");
  await later.engine.idle();
  assert.deepEqual(await startsOf(later, "skipping"), hours(1));
  assert.deepEqual(await startsOf(later, "buffering"), hours(1, 3));
  await later.pass(HOUR);
  assert.deepEqual(await startsOf(later, "skipping"), hours(1, 4));
});

test("operators list, pause, resume and trigger", async (t) => {
  const world = await open(t, "schedules");
  const { engine } = world;
  const names = (await engine.schedules()).map(({ name, workflow, paused }) => [name, workflow, paused]);
  assert.deepEqual(names[3], ["often", "report", false]);
  assert.equal(names.length, 5);
  await engine.pauseSchedule("often");
  await world.pass(HOUR);
  assert.deepEqual(await startsOf(world, "often"), []);
  const { executionId } = await engine.triggerSchedule("often");
  assert.match(executionId, /^report\/often-2030-01-01T01:00:00.000Z-triggered$/);
  const later = await world.reopen();
  assert.equal(await next(later, "often"), undefined, "it stays paused");
  await later.engine.resumeSchedule("often");
  assert.equal(await next(later, "often"), "2030-01-01T01:10:00.000Z");
  await assert.rejects(later.engine.pauseSchedule("never"), { code: "EV8020" });
});

test("a later version of the program replaces what the earlier one declared", async (t) => {
  const world = await open(t, "schedules");
  const program = await programOf("schedules");
  const { code } = program.host;
  const changed = { ...program.host, code: code.replace('schedule("often"', 'schedule("rare"') };
  assert.notEqual(changed.code, code);
  await world.engine.deploy({ ...program, hash: "a".repeat(64), host: changed }, "/");
  const names = (await world.engine.schedules()).map(({ name }) => name);
  assert.deepEqual(names, ["allowing", "buffering", "nightly", "rare", "skipping"]);
  const wrong = { ...program.host, code: code.replace('"30 2 * * *"', '"30 25 * * *"') };
  const deployed = world.engine.deploy({ ...program, hash: "b".repeat(64), host: wrong }, "/");
  await assert.rejects(deployed, { code: "EV7031", message: /"nightly" \("30 25 \* \* \*" in Europe\/Berlin\)/ });
});

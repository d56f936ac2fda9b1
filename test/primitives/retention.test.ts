/** Closed executions go when the retention of their workflow has passed, by themselves or on request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualClock } from "#runtime/engine/clock.js";
import { openOffline } from "#runtime/engine/open.js";
import { examine } from "#runtime/store/sqlite/examine.js";
import { open, type World } from "./support.js";

const DAY = 86_400_000;

async function ids(world: World): Promise<readonly string[]> {
  return (await world.engine.list({ limit: 1000 })).map(({ workflow }) => workflow).sort();
}

test("what has no retention stays; the rest goes when its time has come, and its name is free again", async (t) => {
  const world = await open(t, "retention");
  for (let i = 0; i < 120; i++) await world.start("short", false, `n${i}`);
  await world.engine.idle();
  await world.start("short", true, "waiting");
  await world.pass(DAY - 1000);
  assert.equal((await ids(world)).length, 241);
  await world.pass(1000);
  assert.equal((await ids(world)).filter((workflow) => workflow === "short").length, 1, "only the open one");
  assert.equal((await ids(world)).filter((workflow) => workflow === "kept").length, 120);
  await world.start("short", false, "n1");
  assert.equal((await world.outcome("short/n1")).value, "for ever");
  await world.engine.close();
  const examination = await examine(world.database);
  assert.deepEqual(await examination.findings(() => {}), []);
  await examination.close();
});

test("an execution whose task is still open stays until that has ended", async (t) => {
  const world = await open(t, "retention");
  await world.start("busy");
  await world.pass(2 * DAY);
  assert.deepEqual(await ids(world), ["busy"]);
  await world.pass(6 * DAY);
  await world.pass(DAY);
  assert.deepEqual(await world.engine.prune(), { executions: 0, more: false });
  assert.deepEqual(await ids(world), []);
});

test("what went out of date while no engine ran goes without one too", async (t) => {
  const world = await open(t, "retention");
  await world.start("short", false, "a");
  await world.engine.idle();
  await world.engine.close();
  const offline = await openOffline(
    world.database,
    virtualClock(world.clock.now() + 2 * DAY, world.clock.now() + 2 * DAY),
  );
  assert.deepEqual(await offline.prune(), { executions: 1, more: false });
  assert.deepEqual(await offline.prune(), { executions: 0, more: false });
  await offline.close();
});
